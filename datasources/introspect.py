"""What a database holds, as plain data: for the prompt, for hints, for the page."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from typing import Any

from datasources.ddl import create_statement
from datasources.ddl import quoted as quoted

_CLOSE_ENOUGH = 0.55


@dataclass(frozen=True, slots=True)
class Column:
    """`type` is as declared, in the database's own words; empty where the database declares none.

    `values`: what a text column of few different values holds, as far as statistics or its first and last rows tell.
    `is_private`: what it holds is read by nobody but who asks the database, and told to no model.
    """

    name: str
    type: str
    nullable: bool = True
    comment: str = ""
    values: tuple[str, ...] = ()
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`table` is the full name of the referenced one."""

    columns: tuple[str, ...]
    table: str
    referenced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`schema` is empty for the one that needs no naming; `rows` is the database's own estimate, or None."""

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    is_view: bool = False
    schema: str = ""
    comment: str = ""
    rows: int | None = None

    @property
    def full_name(self) -> str:
        """What tells it from all others: the name, after its schema's where that needs naming."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    def spelled(self, dialect: str) -> str:
        """As a statement of the dialect has to spell it."""
        return ".".join(quoted(part, dialect) for part in (self.schema, self.name) if part)

    def described(self, texts: Mapping[str, str]) -> "Table":
        """With other comments: by column name, the table's own under the empty name."""
        columns = tuple(replace(column, comment=texts.get(column.name, column.comment)) for column in self.columns)
        return replace(self, comment=texts.get("", self.comment), columns=columns)

    def column(self, name: str) -> Column | None:
        """By name, in any case."""
        return next((column for column in self.columns if column.name.casefold() == name.casefold()), None)


@dataclass(frozen=True, slots=True)
class Schema:
    """Tables and views in the order of their full names."""

    tables: tuple[Table, ...]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Schema":
        tables = (_table_from_dict(table) for table in data["tables"])
        return cls(tuple(sorted(tables, key=lambda table: (table.full_name.casefold(), table.full_name))))

    def to_dict(self) -> dict[str, Any]:
        """Fit for JSON, and for `from_dict`."""
        return asdict(self)

    def to_prompt(self, dialect: str = "sqlite") -> str:
        """Every table as one `CREATE TABLE` statement; the same text for the same schema."""
        return "\n\n".join(self.statements(dialect).values())

    def statements(self, dialect: str) -> dict[str, str]:
        """Each table's `CREATE TABLE` statement, by full name."""
        known = {table.full_name: table for table in self.tables}
        return {name: create_statement(table, dialect, known) for name, table in known.items()}

    def described(self, texts: Mapping[str, Mapping[str, str]]) -> "Schema":
        """With what people wrote in place of the database's own comments: texts by full name, then by column."""
        known = ((table, texts.get(table.full_name)) for table in self.tables)
        return Schema(tuple(table.described(written) if written else table for table, written in known))

    def table(self, name: str) -> Table | None:
        """By full name, else by name, in any case."""
        wanted = name.casefold()
        found = (table for table in self.tables if wanted in (table.full_name.casefold(), table.name.casefold()))
        return min(found, key=lambda table: table.full_name.casefold() != wanted, default=None)

    def tables_with_column(self, name: str) -> list[str]:
        """Full names."""
        return [table.full_name for table in self.tables if table.column(name)]

    def closest_tables(self, name: str, count: int = 3) -> list[str]:
        """The names most like `name`, best first; none where nothing is like it."""
        return _closest(name, (table.full_name for table in self.tables), count)

    def closest_columns(self, name: str, tables: Iterable[str] | None = None, count: int = 3) -> list[str]:
        """As `table.column`, best first, among the columns of `tables` or of all."""
        among = self.tables if tables is None else tuple(filter(None, map(self.table, tables)))
        names = _closest(name, (column.name for table in among for column in table.columns), count)
        return [f"{table.full_name}.{column}" for column in names for table in among if table.column(column)][:count]

    def words(self) -> list[str]:
        """Every name of a table or a column, once, for completion."""
        return sorted(set(self._names()), key=lambda word: (word.casefold(), word))

    def _names(self) -> Iterator[str]:
        for table in self.tables:
            yield table.name
            yield from (column.name for column in table.columns)


def _closest(name: str, candidates: Iterable[str], count: int) -> list[str]:
    """Compared in lower case; the first spelling of a name wins."""
    spelling: dict[str, str] = {}
    for candidate in candidates:
        spelling.setdefault(candidate.casefold(), candidate)
    return [spelling[match] for match in get_close_matches(name.casefold(), spelling, count, _CLOSE_ENOUGH)]


def _table_from_dict(data: Mapping[str, Any]) -> Table:
    return Table(
        name=data["name"],
        columns=tuple(_column_from_dict(column) for column in data["columns"]),
        primary_key=tuple(data["primary_key"]),
        foreign_keys=tuple(_foreign_key_from_dict(key) for key in data["foreign_keys"]),
        is_view=data["is_view"],
        schema=data.get("schema", ""),
        comment=data.get("comment", ""),
        rows=data.get("rows"),
    )


def _column_from_dict(data: Mapping[str, Any]) -> Column:
    return Column(**{**data, "values": tuple(data.get("values", ()))})


def _foreign_key_from_dict(data: Mapping[str, Any]) -> ForeignKey:
    return ForeignKey(tuple(data["columns"]), data["table"], tuple(data["referenced"]))
