"""What may be in the syntax tree of a statement that only reads: a list, on which everything else is not."""

import re
from functools import cache

from sqlglot import exp

from datasources import dialect_words
from datasources.errors import NotReadOnly, QueryFailed

_READS = (exp.Select, exp.SetOperation, exp.Subquery, exp.Values)
# exp.Condition covers operators, literals, columns and function calls.
_ALLOWED = (
    *_READS,
    exp.Condition,
    exp.Alias,
    exp.Aliases,
    exp.AtTimeZone,
    exp.CTE,
    exp.ColumnDef,
    exp.Cube,
    exp.DataType,
    exp.DataTypeParam,
    exp.Distinct,
    exp.Fetch,
    exp.Filter,
    exp.From,
    exp.FromTimeZone,
    exp.Group,
    exp.GroupingSets,
    exp.Having,
    exp.HavingMax,
    exp.Identifier,
    exp.IgnoreNulls,
    exp.IndexTableHint,
    exp.Interval,
    exp.IntervalSpan,
    exp.Introducer,
    exp.Join,
    exp.JSONColumnDef,
    exp.JSONKeyValue,
    exp.JSONPath,
    exp.JSONPathPart,
    exp.JSONSchema,
    exp.JSONValue,
    exp.OnCondition,
    exp.Lateral,
    exp.Limit,
    exp.LimitOptions,
    exp.National,
    exp.Offset,
    exp.Order,
    exp.Ordered,
    exp.Qualify,
    exp.RecursiveWithSearch,
    exp.RespectNulls,
    exp.Rollup,
    exp.Slice,
    exp.Star,
    exp.Table,
    exp.TableAlias,
    exp.TableSample,
    exp.Tuple,
    exp.Unnest,
    exp.Var,
    exp.Where,
    exp.WindowSpec,
    exp.With,
    exp.WithinGroup,
)
_PLACEHOLDERS = (exp.Parameter, exp.Placeholder)
_SQLITE_PLACE = re.compile("p[1-9][0-9]{0,3}")
_DENIED = (exp.NextValueFor, exp.ReadCSV, exp.ReadParquet, exp.SessionParameter)
_NAMING = (exp.Table, exp.Summarize)
"""Whether they may stand there, the names in them say."""


def check_tree(statement: exp.Expr, dialect: str, placeholders: int = 0) -> None:
    """Raises NotReadOnly, or QueryFailed("PARSE") for a placeholder that is not one of so many."""
    if not isinstance(statement, (*_READS, *dialect_words.ALSO_READS.get(dialect, ()))):
        raise NotReadOnly("Only a statement that reads can run: SELECT, WITH, VALUES or EXPLAIN.")
    harmless = _harmless(dialect)
    wanted: list[int] = []
    for node in statement.walk():
        if type(node) in harmless:
            continue
        if placeholders and (place := _place(node, dialect, len(wanted) + 1)):
            wanted.append(place)
        else:
            _check_node(node, dialect)
    if sorted(set(wanted)) != list(range(1, placeholders + 1)):
        raise QueryFailed("The statement's placeholders are not as many as the values that are given.", "PARSE")


def _place(node: exp.Expr, dialect: str, following: int) -> int:
    """The number of a placeholder as binding.py writes it; 0 for everything else."""
    if dialect == "postgres" and isinstance(node, exp.Parameter) and isinstance(node.this, exp.Literal):
        return int(node.name) if node.name.isdecimal() else 0
    if not isinstance(node, exp.Placeholder):
        return 0
    if dialect == "sqlite":
        return int(node.name[1:]) if _SQLITE_PLACE.fullmatch(node.name) else 0
    return following if dialect in {"duckdb", "mysql"} and not node.args.get("this") else 0


def _check_node(node: exp.Expr, dialect: str) -> None:
    if isinstance(node, exp.Parameter) and dialect == "mysql":
        raise NotReadOnly("User variables such as @a are not allowed. Write the value, or a subquery, in their place.")
    if isinstance(node, _PLACEHOLDERS):
        raise QueryFailed("The statement has a placeholder where a value has to be.", "PARSE")
    if isinstance(node, _DENIED) or not isinstance(node, _allowed(dialect)):
        raise NotReadOnly(f"Only a statement that reads can run: {_words(node)} is not allowed in it. Leave it out.")
    if _is_denied(node, dialect):
        raise NotReadOnly(
            f"The table {node.name or node.this.name} may not be read: it shows more than data. Read others."
        )


@cache
def _harmless(dialect: str) -> frozenset[type]:
    """Of which every node may stand there, whatever it says: most of them, so that few need a closer look."""
    kinds = [kind for kind in vars(exp).values() if isinstance(kind, type) and issubclass(kind, _allowed(dialect))]
    return frozenset(kind for kind in kinds if not issubclass(kind, (*_PLACEHOLDERS, *_DENIED, *_NAMING)))


@cache
def _allowed(dialect: str) -> tuple[type[exp.Expr], ...]:
    return (*_ALLOWED, *dialect_words.ALSO_ALLOWED.get(dialect, ()))


def _is_denied(node: exp.Expr, dialect: str) -> bool:
    denied = dialect_words.DENIED_TABLES[dialect]
    if isinstance(node, exp.Summarize) and isinstance(node.this, exp.Literal):
        return bool(denied.fullmatch(node.this.name.lower()))  # a text in place of a table
    if not isinstance(node, exp.Table):
        return False
    name = node.name.lower()
    if denied.fullmatch(name):
        return True
    # To DuckDB's words a table json in a schema x would be a file.
    return bool(node.db and dialect != "duckdb" and denied.fullmatch(f"{node.db.lower()}.{name}"))


def _words(node: exp.Expr) -> str:
    """The kind of a node as a person knows it: INSERT, LOCK, FOR CLAUSE."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).upper()
