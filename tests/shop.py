import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from datasources.engine import SqliteDatabase

SCHEMA = """
CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    product_id INTEGER REFERENCES products (id),
    status TEXT,
    ordered_at TEXT,
    amount REAL
);
INSERT INTO products VALUES (1, 'Tent', 200.0), (2, 'Rope', 50.0), (3, 'Lamp', NULL);
INSERT INTO orders VALUES
    (1, 1, 'paid', '2025-01-05', 200.0), (2, 1, 'paid', '2025-02-05', 200.0), (3, 2, 'cancelled', '2025-02-06', 50.0);
"""


@pytest.fixture(scope="session")
def shop_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.executescript(SCHEMA)
    connection.close()
    return path


@pytest.fixture
def shop(shop_path: Path) -> Iterator[SqliteDatabase]:
    database = SqliteDatabase(shop_path)
    yield database
    database.close()
