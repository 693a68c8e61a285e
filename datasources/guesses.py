"""Relations that nobody declared, but that the names of columns make evident. They are guesses, and shown as such."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from datasources.column_kinds import Kind, kind_of
from datasources.introspect import Column, ForeignKey, Schema, Table

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+|\d+")
_KEY_WORDS = frozenset({"id", "key", "code", "no", "nr", "uuid"})
# Too general to name a table: `id` in every table is no relation between them.
_BARE_KEYS = frozenset({"id", "key", "code", "name", "uuid", "rowid"})


@dataclass(frozen=True, slots=True)
class Guess:
    """`key` would be one of the table's, a full name, had it been declared."""

    table: str
    key: ForeignKey


class _Targets:
    """The tables that can be pointed at: by their name or what may be its singular, and by the name of their key."""

    def __init__(self, schema: Schema) -> None:
        self.by_name: dict[str, list[Table]] = defaultdict(list)
        self.by_key: dict[str, list[Table]] = defaultdict(list)
        for table in schema.tables:
            if not table.is_view and len(table.primary_key) == 1:
                self._add(table)

    def _add(self, table: Table) -> None:
        self.by_key[table.primary_key[0].casefold()].append(table)
        for name in _names(_words(table.name)):
            self.by_name[name].append(table)


def guesses(schema: Schema) -> list[Guess]:
    """At most one for a column, and none where two tables could be meant. In the order of the schema."""
    targets = _Targets(schema)
    return [
        Guess(table.full_name, key)
        for table in schema.tables
        if not table.is_view
        for column in table.columns
        for key in _keys(table, column, targets)
    ]


def _keys(table: Table, column: Column, targets: _Targets) -> Iterator[ForeignKey]:
    if any(column.name in key.columns for key in table.foreign_keys):
        return
    candidates = _named_by(column.name, targets) or _same_key(table, column.name, targets)
    fitting = [target for target in candidates if _fits(table, column, target)]
    near = [target for target in fitting if target.schema == table.schema] or fitting
    if len(near) == 1:
        yield ForeignKey((column.name,), near[0].full_name, near[0].primary_key)


def _named_by(name: str, targets: _Targets) -> list[Table]:
    """customer_id, customerId, customer_key: tables called customer or customers; bill_to_customer_id, too."""
    words = _words(name)
    if len(words) < 2 or words[-1] not in _KEY_WORDS:
        return []
    names = (" ".join(words[start:-1]) for start in range(len(words) - 1))
    return next((targets.by_name[name] for name in names if name in targets.by_name), [])


def _same_key(table: Table, name: str, targets: _Targets) -> list[Table]:
    """isbn: tables whose key is called so. Of two tables with that key, neither is known to be the first."""
    if name.casefold() in _BARE_KEYS or table.primary_key == (name,):
        return []
    return targets.by_key.get(name.casefold(), [])


def _fits(table: Table, column: Column, target: Table) -> bool:
    """A table's own key points to no other row of it, but parent_customer_id may."""
    if table.full_name == target.full_name and column.name in table.primary_key:
        return False
    key = target.column(target.primary_key[0])
    if key is None or not _is_key_named_well(column, target):
        return False
    return _are_comparable(column.type, key.type)


def _are_comparable(one: str, other: str) -> bool:
    kinds = {kind_of(one), kind_of(other)}
    if Kind.UNKNOWN in kinds:
        return True
    return len(kinds) == 1 and (kinds != {Kind.OTHER} or one.casefold() == other.casefold())


def _is_key_named_well(column: Column, target: Table) -> bool:
    """customers.id, .customer_id, .cid, or .code for customer_code; not a key of another name."""
    key, name, table = _words(target.primary_key[0]), _words(column.name), _words(target.name)
    if not name:
        return False
    if key == name or key == ["".join(word[0] for word in table) + name[-1]]:
        return True
    return key[-1:] == name[-1:] and (len(key) == 1 or " ".join(key[:-1]) in _names(table))


def _words(name: str) -> list[str]:
    return [word.casefold() for word in _WORDS.findall(name)]


def _names(words: list[str]) -> set[str]:
    return {" ".join((*words[:-1], last)) for last in singulars(words[-1])} if words else set()


def singulars(word: str) -> set[str]:
    """Itself, and whatever it could be the plural of in English: houses and statuses end alike."""
    found = {word}
    if word.endswith("s") and not word.endswith("ss") and len(word) > 2:
        found.add(word[:-1])
    if word.endswith("ies") and len(word) > 4:
        found.add(word[:-3] + "y")
    if re.search(r"(s|x|z|ch|sh|o)es$", word):
        found.add(word[:-2])
    return found
