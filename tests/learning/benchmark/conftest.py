from collections.abc import Iterator

import pytest

from datasources.engine import SqliteDatabase
from datasources.sample import build


@pytest.fixture(scope="package")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteDatabase]:
    """The sample database, behind the guard."""
    path = tmp_path_factory.mktemp("sample") / "shop.db"
    build(path)
    database = SqliteDatabase(path)
    yield database
    database.close()
