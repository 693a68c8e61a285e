"""Write the shop into a SQLite file."""

import os
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from random import Random

from datasources.sample import people, sales
from datasources.sample.catalogue import catalogue

_SCHEMA = Path(__file__).parent / "schema.sql"

Tables = dict[str, list[tuple[object, ...]]]


def build(path: Path, seed: int = 2025) -> None:
    """The same seed gives the same rows. The file appears whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        _write(name, _tables(Random(seed)))  # noqa: S311 - invented data, no secret
        Path(name).chmod(0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _tables(random: Random) -> Tables:
    goods = catalogue(random)
    staff = people.staff(random)
    customers = people.customers(random)
    return {
        "stores": list(staff.stores),
        "employees": list(staff.employees),
        "suppliers": list(goods.suppliers),
        "categories": list(goods.categories),
        "products": [product.row for product in goods.products],
        "customers": [customer.row for customer in customers],
        **sales.Sales(random, goods.products, customers, staff).tables(),
    }


def _write(name: str, tables: Tables) -> None:
    with closing(sqlite3.connect(name)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.executescript(_SCHEMA.read_text())
        for table, rows in tables.items():
            _insert(connection, table, rows)
        connection.commit()
        connection.execute("ANALYZE")
        connection.commit()


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Rows get their ids by their order: 1, 2, 3, …"""
    marks = ", ".join("?" * (1 + len(rows[0])))
    numbered = ((number, *row) for number, row in enumerate(rows, start=1))
    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", numbered)  # noqa: S608 - names are ours
