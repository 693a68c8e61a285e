"""PostgreSQL: the catalogues in pg_catalog, and what ANALYZE has found."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from datasources.catalogues import LONGEST_COMMENT, MOST_COLUMNS, MOST_TABLES, Ask
from datasources.catalogues import distinct as of_columns
from datasources.catalogues.assembly import assemble
from datasources.catalogues.sampling import MOST_VALUES, Sample, Tables, Wanted, categories, sampled, wanted

# Without temporary tables, partitions (their parent stands for them) and what extensions keep for themselves.
_RELATIONS = f"""
WITH relations AS (
  SELECT c.oid, n.nspname, c.relname, c.relkind, c.reltuples
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    AND n.nspname <> 'information_schema' AND pg_catalog.left(n.nspname::text, 3) <> 'pg_'
    AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT')
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend d
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY n.nspname IS DISTINCT FROM pg_catalog.current_schema(), n.nspname, c.relname
  LIMIT {MOST_TABLES}
)
"""  # noqa: S608
# The estimate of a partitioned table is its partitions'. One that was never analysed is -1.
_TABLES = f"""{_RELATIONS}
SELECT r.nspname::text, r.relname::text, (r.relkind IN ('v', 'm'))::int,
  pg_catalog.left(d.description, {LONGEST_COMMENT + 1}),
  CASE WHEN r.relkind = 'p' THEN (
    SELECT pg_catalog.sum(leaf.reltuples)::bigint
    FROM pg_catalog.pg_partition_tree(r.oid) t JOIN pg_catalog.pg_class leaf ON leaf.oid = t.relid
    WHERE t.isleaf AND leaf.reltuples >= 0)
  WHEN r.reltuples >= 0 THEN r.reltuples::bigint END
FROM relations r
LEFT JOIN pg_catalog.pg_description d
  ON d.classoid = 'pg_catalog.pg_class'::regclass AND d.objoid = r.oid AND d.objsubid = 0
"""  # noqa: S608
_COLUMNS = f"""{_RELATIONS}
SELECT r.nspname::text, r.relname::text, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod),
  (NOT a.attnotnull)::int, pg_catalog.left(d.description, {LONGEST_COMMENT + 1})
FROM relations r
JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_description d
  ON d.classoid = 'pg_catalog.pg_class'::regclass AND d.objoid = r.oid AND d.objsubid = a.attnum
WHERE pg_catalog.has_column_privilege(r.oid, a.attnum, 'SELECT')
ORDER BY r.nspname IS DISTINCT FROM pg_catalog.current_schema(), r.nspname, r.relname, a.attnum
LIMIT {MOST_COLUMNS}
"""  # noqa: S608
# A foreign key to a partitioned table has a copy for each partition, whose parent is the one that was declared.
_KEYS = f"""{_RELATIONS}
SELECT r.nspname::text, r.relname::text, k.conname::text, a.attname::text,
  other_n.nspname::text, other.relname::text, b.attname::text
FROM relations r
JOIN pg_catalog.pg_constraint k ON k.conrelid = r.oid AND k.contype IN ('p', 'f')
  AND (k.contype = 'p' OR k.conparentid = 0)
CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey))
  WITH ORDINALITY AS part (own, referenced, place)
JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum = part.own
LEFT JOIN pg_catalog.pg_class other ON other.oid = k.confrelid
LEFT JOIN pg_catalog.pg_namespace other_n ON other_n.oid = other.relnamespace
LEFT JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = part.referenced
ORDER BY r.oid, k.conkey, k.conname, part.place
"""  # noqa: S608
_TEXTS = """
SELECT n.nspname::text, c.relname::text, a.attname::text, (c.relkind = 'p')::int, c.reltuples::bigint
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid AND t.typcategory = 'S'
WHERE c.relkind IN ('r', 'p') AND (n.nspname, c.relname) IN (%(places)s)
"""
# Where there are few different values, the most common ones and the bounds of the histogram are all of them. Without
# a join: the view lets nothing but names near its tables, and is slow for whoever asks for all of it.
_STATISTICS = """
SELECT s.schemaname::text, s.tablename::text, s.attname::text, s.inherited::int, s.n_distinct::float8, found.value
FROM pg_catalog.pg_stats s
CROSS JOIN LATERAL (
  SELECT pg_catalog.array_cat(s.most_common_vals::text::text[], s.histogram_bounds::text::text[])) a (held)
LEFT JOIN LATERAL pg_catalog.unnest(a.held) found (value) ON pg_catalog.cardinality(a.held) <= %(most)d
WHERE s.schemaname = ANY (ARRAY[%(schemas)s]::pg_catalog.name[])
  AND s.tablename = ANY (ARRAY[%(tables)s]::pg_catalog.name[])
  AND s.attname = ANY (ARRAY[%(columns)s]::pg_catalog.name[])
"""
_ENUMS = """
SELECT n.nspname::text, c.relname::text, a.attname::text, e.enumlabel::text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_enum e ON e.enumtypid = a.atttypid
WHERE (n.nspname, c.relname) IN (%(places)s)
ORDER BY e.enumsortorder
"""

# Whether it is a text is asked of the catalogue, which knows what domains and extensions' types are made of.
_ANY_TYPE = re.compile(".*", re.DOTALL)

_Column = tuple[str, str, str]


def read(ask: Ask) -> list[dict[str, Any]]:
    """Materialised views are views, foreign tables are tables."""
    [(home,)] = ask("SELECT pg_catalog.current_schema()::text")
    return assemble(home, ask(_TABLES), ask(_COLUMNS), ask(_KEYS))


def values(ask: Ask, tables: Tables, seconds: float) -> list[Sample]:
    """From the statistics where there are any, else from some rows. Of an enum, its labels."""
    [(home,)] = ask("SELECT pg_catalog.current_schema()::text")
    some = [replace(table, schema=table.schema or home) for table in wanted(tables, _ANY_TYPE)]
    if not some:
        return []
    places = ", ".join(f"({_literal(table.schema)}, {_literal(table.name)})" for table in some)
    known, unknown = _from_statistics(ask, places)
    known |= _labels(ask, places)
    found = _those_wanted(some, known) + sampled(ask, _unsure(some, unknown), seconds)
    return [("" if schema == home else schema, table, column, held) for schema, table, column, held in found]


def distinct(ask: Ask, tables: Tables, seconds: float) -> list[Sample]:
    [(home,)] = ask("SELECT pg_catalog.current_schema()::text")
    some = of_columns.in_schema(of_columns.wanted(tables), home)
    found = of_columns.distinct(ask, some, seconds)
    return [("" if schema == home else schema, table, column, held) for schema, table, column, held in found]


def _from_statistics(ask: Ask, places: str) -> tuple[dict[_Column, list[str]], set[_Column]]:
    """What text columns hold for certain, and those of which only their rows can tell."""
    texts = {(*column, inherited): rows for *column, inherited, rows in ask(_TEXTS % {"places": places})}
    expected: dict[_Column, int] = {}
    held: dict[_Column, set[str]] = {}
    for *place, distinct, value in _statistics(ask, texts) if texts else ():
        if (rows := texts.get(tuple(place))) is not None:
            column = place[0], place[1], place[2]
            expected[column] = round(distinct if distinct >= 0 else -distinct * rows)
            held.setdefault(column, set()).update([] if value is None else [value])
    known = {column: categories(held[column]) for column, count in expected.items() if len(held[column]) == count}
    columns = {(schema, table, column) for schema, table, column, _ in texts}
    return known, {column for column in columns - known.keys() if expected.get(column, 0) <= MOST_VALUES}


def _statistics(ask: Ask, texts: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    schemas, tables, columns = (", ".join({_literal(names[part]): None for names in texts}) for part in range(3))
    return ask(_STATISTICS % {"schemas": schemas, "tables": tables, "columns": columns, "most": MOST_VALUES})


def _labels(ask: Ask, places: str) -> dict[_Column, list[str]]:
    labels: dict[_Column, list[str]] = {}
    for schema, table, column, label in ask(_ENUMS % {"places": places}):
        labels.setdefault((schema, table, column), []).append(label)
    return {column: those for column, those in labels.items() if len(those) <= MOST_VALUES}


def _those_wanted(tables: list[Wanted], known: dict[_Column, list[str]]) -> list[Sample]:
    places = ((table.schema, table.name, column) for table in tables for column in table.columns)
    return [(*place, known[place]) for place in places if known.get(place)]


def _unsure(tables: list[Wanted], unknown: set[_Column]) -> list[Wanted]:
    return [
        table.only(column for column in table.columns if (table.schema, table.name, column) in unknown)
        for table in tables
    ]


def _literal(text: str) -> str:
    """The same whatever standard_conforming_strings says."""
    return " E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
