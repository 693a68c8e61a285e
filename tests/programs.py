"""Programs whose threads all write at once, each on an empty application database: on SQLite, and on PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes import ROOT

Program = Callable[..., str]


@pytest.fixture(params=["sqlite", "postgres"])
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Program:
    """`program("tests.chat.correct")`: what this module prints. PostgreSQL is shared, so it is emptied first."""
    address = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    settings = {"DATABASE_URL": address, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "sqlagent_site.settings"}

    def run(*command: str) -> str:
        environment = os.environ | settings
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)
        if done.returncode:
            pytest.fail(done.stderr)
        return done.stdout.strip()

    run("manage.py", "migrate", "--verbosity", "0")
    if address:
        run("manage.py", "flush", "--no-input", "--verbosity", "0")
    return lambda module, *arguments: run("-m", module, *arguments)
