"""Makes a database's schema a wide one: plausible tables beside its own, with names and values that overlap."""

from collections.abc import Sequence
from random import Random

from datasources.introspect import Column, ForeignKey, Schema, Table

SUBJECTS = """
account address agent appointment asset batch branch budget campaign card carrier case category city claim client
company contact contract course customer delivery department device document driver employee event expense facility
feature game hotel incident inspection inventory invoice item job lead ledger lesson license location machine
member message meter note order organisation package parcel patient payment person plan player policy product project
property purchase refund region rental report request reservation review route sale schedule school sensor service
session shipment site stock store student subscription supplier survey task team ticket tour transaction trip user
vehicle vendor vessel visit voucher warehouse worker
"""
KINDS = """
history log line type status note document snapshot summary archive setting rule tag assignment import error audit
daily_total contact schedule
"""
PLAIN = """
name title description code status type category state city country region street postal_code email phone comment
notes language currency source channel priority level grade owner created_by updated_by label url
"""
NUMBERS = """
amount total price cost quantity count rating score population area length weight height balance discount fee tax
duration position year month age size capacity percentage latitude longitude
"""
DATES = "date created_at updated_at start_date end_date due_date opened_on closed_at valid_from valid_to"
DERIVED = 2
"""Tables for each of the schema's own."""
VALUES = {
    "status": ("active", "inactive", "pending", "closed", "cancelled", "completed", "failed"),
    "city": ("Berlin", "Paris", "Chicago", "New York", "Boston", "Lyon", "Madrid", "Lisbon", "Austin"),
    "country": ("Germany", "France", "USA", "United States", "Spain", "Italy", "Canada"),
    "state": ("California", "Texas", "New York", "Florida", "Nevada", "Ohio"),
    "type": ("standard", "express", "internal", "external", "manual", "automatic"),
    "category": ("food", "music", "travel", "sports", "books", "garden", "retail"),
    "channel": ("online", "store", "phone", "email", "web"),
    "currency": ("USD", "EUR", "GBP"),
    "region": ("north", "south", "east", "west", "midlands"),
    "priority": ("low", "medium", "high"),
}


def padded(schema: Schema, count: int, seed: int) -> Schema:
    """`schema` and so many other tables that there are `count`; the same ones for the same seed.

    What misleads is in it, too: each table has derived ones (`orders_archive`) with half of its columns, and one column
    in eight of the others has a name of the schema's own.
    """
    random = Random(seed)
    own = sorted({column.name for table in schema.tables for column in table.columns})
    derived = [
        _derived(table, kind, random) for table in schema.tables for kind in random.sample(KINDS.split(), k=DERIVED)
    ]
    kept = {table.name.casefold(): table for table in reversed((*schema.tables, *derived))}
    names = [name for name in _names(random) if name.casefold() not in kept][: max(0, count - len(kept))]
    noise = [_table(name, names, own, random) for name in names]
    return Schema.from_dict(Schema((*kept.values(), *noise)).to_dict())


def _derived(table: Table, kind: str, random: Random) -> Table:
    half = random.sample(table.columns, k=(len(table.columns) + 1) // 2)
    columns = {column.name.casefold(): column for column in (*half, *(_column(random) for _ in range(3)))}
    return Table(f"{table.name}_{_plural(kind)}", tuple(columns.values()), schema=table.schema)


def _names(random: Random) -> list[str]:
    """Every subject's own table first, then those around it."""
    around = [f"{subject}_{_plural(kind)}" for subject in SUBJECTS.split() for kind in KINDS.split()]
    random.shuffle(around)
    return [*map(_plural, SUBJECTS.split()), *around]


def _table(name: str, names: Sequence[str], own: Sequence[str], random: Random) -> Table:
    columns = [Column("id", "INTEGER")]
    keys = []
    for other in random.sample(names, k=random.randint(0, 3)):
        column = f"{_singular(other)}_id"
        columns.append(Column(column, "INTEGER"))
        if random.random() < 0.5:
            keys.append(ForeignKey((column,), other, ("id",)))
    columns += [_column(random) for _ in range(random.randint(4, 12))]
    columns += [Column(random.choice(own), "TEXT") for _ in range(len(columns)) if own and random.random() < 1 / 8]
    unique = {column.name.casefold(): column for column in columns}
    return Table(name, tuple(unique.values()), ("id",), tuple(keys))


def _column(random: Random) -> Column:
    kind = random.choice(("text", "text", "number", "date"))
    if kind == "number":
        return Column(random.choice(NUMBERS.split()), "NUMERIC")
    if kind == "date":
        return Column(random.choice(DATES.split()), "DATE")
    name = random.choice(PLAIN.split())
    held = VALUES.get(name, ())
    return Column(name, "TEXT", values=tuple(random.sample(held, k=min(len(held), random.randint(2, 7)))))


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch")) else f"{word}s"


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")
