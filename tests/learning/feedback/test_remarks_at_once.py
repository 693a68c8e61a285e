"""Of several curators who decide at once, one does and the others are told: on SQLite and on PostgreSQL."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_one_remark_is_decided_on_once(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    address = request.getfixturevalue("postgres_url") if database == "postgres" else ""
    settings = {"DATABASE_URL": address, "DATA_DIR": str(tmp_path)}
    environment = os.environ | settings | {"DJANGO_SETTINGS_MODULE": "sqlagent_site.settings"}

    def run(*command: str) -> str:
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)
        if done.returncode:
            pytest.fail(done.stderr)
        return done.stdout

    run("manage.py", "migrate", "--verbosity", "0")
    assert run("-m", "tests.learning.feedback.contend").split() == ["1"] * 5
