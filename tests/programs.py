"""Programs of the tests' own, each on an empty application database: on SQLite, and on PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.migrated import NewDataDir
from tests.processes import ROOT

Program = Callable[..., str]


@pytest.fixture(params=["sqlite", "postgres"])
def program(request: pytest.FixtureRequest) -> Program:
    """`program("tests.chat.correct")`: what this module prints."""
    found: Program = request.getfixturevalue(f"on_{request.param}")
    return found


@pytest.fixture
def on_sqlite(new_data_dir: NewDataDir) -> Program:
    """The same, on SQLite only."""
    return _program(new_data_dir(), "")


@pytest.fixture
def on_postgres(postgres_url: str, tmp_path: Path) -> Program:
    """The same, on PostgreSQL only."""
    return _program(tmp_path, postgres_url)


def _program(data_dir: Path, address: str) -> Program:
    settings = {"DATABASE_URL": address, "DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "sqlagent_site.settings"}

    def run(module: str, *arguments: str) -> str:
        command = [sys.executable, "-m", module, *arguments]
        environment = os.environ | settings
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        if done.returncode:
            pytest.fail(done.stderr)
        return done.stdout.strip()

    return run
