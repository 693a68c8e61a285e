"""Texts that conditions look for and that no row has.

The condition itself is asked of its table alone, whatever functions are around the column: a row that meets it ends
the search. What the rest of the statement has proved to be there is not asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sqlglot import exp

from agent.reading import Doubt, DoubtKind
from agent.suspicion.dates import written_as
from agent.suspicion.probing import SAMPLE, Probes, named
from agent.suspicion.statement import Asked, Held, Statement, aggregates, conditions
from datasources.column_kinds import Kind, kind_of

_SOUGHT = (exp.EQ, exp.Like, exp.ILike, exp.In)
_KINDS = (Kind.TEXT, Kind.UNKNOWN, Kind.NUMBER)
_MOST_ASKED = 2
_MOST_SHOWN = 3
_MOST_COMPARED = 500
_NEARLY = 0.8
_LONGEST = 60
_BEGINNING = 4


@dataclass(frozen=True, slots=True)
class _Sought:
    """A condition with the texts that it names."""

    held: Held
    condition: exp.Expr
    texts: tuple[str, ...]


def unknown_values(asked: Asked, probes: Probes) -> Iterator[Doubt]:
    asked_for = 0
    for sought in _sought(asked):
        if all(text in sought.held.column.values for text in sought.texts) or asked_for >= _MOST_ASKED:
            continue
        asked_for += 1
        if _is_nowhere(sought, probes):
            yield _doubt(sought, probes)
    for held, text, spelled in _misspelled(asked.statement):
        asked_for += 1
        if asked_for <= _MOST_ASKED and _is_nowhere(_equal(held, text), probes):
            name = f"{held.table.full_name}.{held.column.name}"
            why = f"In no row {name} is {_quoted(text)}. What it has is {_quoted(spelled)}."
            yield Doubt(DoubtKind.UNKNOWN_VALUE, why)


def _misspelled(statement: Statement) -> Iterator[tuple[Held, str, str]]:
    """Texts in a list, or that are excluded, where the schema knows one that is spelled nearly so."""
    for node in statement.tree.find_all(exp.In, exp.NEQ):
        sought = _of(node, statement)
        if sought is None or not isinstance(node.this, exp.Column) or not sought.held.column.values:
            continue
        known = [value for value in sought.held.column.values if value not in sought.texts]
        unknown = [text for text in sought.texts if text not in sought.held.column.values]
        if len(unknown) == len(sought.texts) and not _is_negated(node) and isinstance(node, exp.In):
            continue
        for text in unknown:
            spelled = _alike(text, known, _NEARLY)
            if spelled:
                yield sought.held, text, spelled[0]


def _equal(held: Held, text: str) -> _Sought:
    return _Sought(held, exp.column(held.column.name, quoted=True).eq(exp.Literal.string(text)), (text,))


def _sought(asked: Asked) -> list[_Sought]:
    """Those of which nothing proves that rows meet them; of alternatives for one column, all together."""
    proved = set(_proved(asked))
    together: dict[int, list[_Sought]] = defaultdict(list)
    for node in asked.statement.tree.find_all(*_SOUGHT):
        sought = _of(node, asked.statement)
        outermost = _outermost(node)
        if sought and not {id(node), id(outermost)} & proved and not _is_negated(node):
            together[id(outermost)].append(sought)
    return [_joined(several) for several in together.values() if _are_for_one_column(several)]


def _outermost(node: exp.Expr) -> exp.Expr:
    """The OR that it is an alternative in, else itself."""
    found = node
    parent = node.parent
    while isinstance(parent, exp.Connector | exp.Paren):
        if isinstance(parent, exp.Or):
            found = parent
        parent = parent.parent
    return found


def _are_for_one_column(several: Sequence[_Sought]) -> bool:
    """And nothing else may hold in their place."""
    outermost = _outermost(several[0].condition)
    alternatives = len(list(outermost.flatten())) if isinstance(outermost, exp.Or) else 1
    columns = {(one.held.source.alias, one.held.column.name) for one in several}
    return len(columns) == 1 and alternatives == len(several)


def _joined(several: Sequence[_Sought]) -> _Sought:
    if len(several) == 1:
        return several[0]
    texts = tuple(text for one in several for text in one.texts)
    return _Sought(several[0].held, exp.or_(*(one.condition for one in several)), texts)


def _proved(asked: Asked) -> Iterator[int]:
    """What must have held for the rows of the result."""
    top = asked.statement.top
    grouped = top is not None and top.args.get("group")
    if top is None or not asked.result.rows or (not grouped and next(aggregates(top), None)):
        return
    yield from (id(term) for term in conditions(top))


def _of(node: exp.Expr, statement: Statement) -> _Sought | None:
    literals = node.expressions if isinstance(node, exp.In) else [node.expression]
    columns = list(node.this.find_all(exp.Column))
    if len(columns) != 1 or not literals or node.this.find(exp.Query, exp.AggFunc, exp.Window):
        return None
    held = statement.held(columns[0])
    if not held or not all(statement.is_text(one) for one in literals):
        return None
    texts = tuple(one.name for one in literals)
    if held.table.is_view or getattr(held.column, "is_private", False):
        return None
    if kind_of(held.column.type) not in _KINDS or any(map(_is_a_time, texts)):
        return None
    return _Sought(held, node, texts)


def _is_a_time(text: str) -> bool:
    """A date or a number: that there is none of this day is nothing strange."""
    return bool(written_as(text)) or (bool(text) and not any(map(str.isalpha, text)))


def _is_negated(node: exp.Expr) -> bool:
    parent: exp.Expr | None = node
    while isinstance(parent, exp.Condition) and not isinstance(parent, exp.Query | exp.Subquery):
        if isinstance(parent, exp.Not) or parent.args.get("negate"):
            return True
        parent = parent.parent
    return False


def _is_nowhere(sought: _Sought, probes: Probes) -> bool:
    condition = sought.condition.copy().transform(_unqualified)
    asked = exp.select(exp.Literal.number(1)).from_(named(sought.held.table)).where(condition).limit(1)
    return probes.rows(asked, sought.held.table) == ()


def _unqualified(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Column):
        return exp.Column(this=node.this.copy())
    return node


def _doubt(sought: _Sought, probes: Probes) -> Doubt:
    held = sought.held
    if kind_of(held.column.type) is not Kind.NUMBER:
        return Doubt(DoubtKind.UNKNOWN_VALUE, _sentence(sought, probes))
    name, text = f"{held.table.full_name}.{held.column.name}", _quoted(sought.texts[0])
    why = f"{name} is a number ({held.column.type}) and is compared with the text {text}, which no row has."
    return Doubt(DoubtKind.TYPES, why)


def _sentence(sought: _Sought, probes: Probes) -> str:
    held, text = sought.held, sought.texts[0]
    name = f"{held.table.full_name}.{held.column.name}"
    if not text:
        return f"No row has an empty text in {name}. Write IS NULL if rows without one are meant."
    said = " or ".join(_quoted(one) for one in sought.texts[:_MOST_SHOWN])
    sense = "is like" if isinstance(sought.condition, exp.Like | exp.ILike) else "is"
    close = _close(text.strip("%_ "), held, probes)
    if close:
        return f"In no row {name} {sense} {said}. What it has is {' or '.join(map(_quoted, close))}."
    return f"In no row {name} {sense} {said}. Look for the value elsewhere, or leave the condition out."


def _close(text: str, held: Held, probes: Probes) -> list[str]:
    """Values that look like it or hold it, best first."""
    values = [*held.column.values, *_read(text, held, probes)]
    wanted = text.casefold().strip()
    holding = [value for value in values if wanted and (wanted in value.casefold() or _is_in(value, wanted))]
    alike = _alike(text, values, 0.6)
    found = alike if alike and alike[0].casefold().strip() == wanted else [*alike, *sorted(holding, key=len)]
    return [value for value in dict.fromkeys(found) if len(value) <= _LONGEST][:_MOST_SHOWN]


def _is_in(value: str, text: str) -> bool:
    return len(value.strip()) > 2 and value.casefold().strip() in text


def _alike(text: str, values: Sequence[str], how_much: float) -> list[str]:
    """The one that differs only by case and blanks, else those that differ by few letters."""
    spelled = {value.casefold().strip(): value for value in reversed(values) if value.strip()}
    wanted = text.casefold().strip()
    if wanted in spelled:
        return [spelled[wanted]]
    return [spelled[match] for match in get_close_matches(wanted, list(spelled), _MOST_SHOWN, how_much)]


def _read(text: str, held: Held, probes: Probes) -> list[str]:
    """Values that hold the beginning of its longest word, in any case."""
    word = max(text.split(), key=len, default="")[:_BEGINNING].casefold()
    if not word.isalnum():
        return []
    column = exp.column(held.column.name, quoted=True)
    some = exp.select(column).from_(named(held.table)).where(column.copy().is_(exp.null()).not_()).limit(SAMPLE)
    like = exp.Like(this=exp.Lower(this=column.copy()), expression=exp.Literal.string(f"%{word}%"))
    rows = probes.rows(exp.select(column.copy()).distinct().from_(some.subquery("s")).where(like).limit(_MOST_COMPARED))
    return [row[0] for row in rows or () if isinstance(row[0], str)]


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
