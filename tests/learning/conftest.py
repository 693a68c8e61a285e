from pathlib import Path

import pytest

from accounts.models import User
from datasources.models import Connection
from datasources.sample import build


@pytest.fixture(scope="session")
def sample_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "sample.sqlite3"
    build(path)
    return path


@pytest.fixture
def sample(alice: User, sample_path: Path) -> Connection:
    """Alice's team's connection to the sample database."""
    return Connection.objects.create(team=alice.teams.get(), name="sample", path=str(sample_path), is_sample=True)
