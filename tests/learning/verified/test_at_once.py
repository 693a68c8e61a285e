"""Many verdicts on one question at the same moment leave one query in use, the one that most people stand by, on either
application database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT

PEOPLE = 24


def contend(environment: dict[str, str]) -> str:
    def run(*command: str) -> str:
        every = os.environ | environment | {"DJANGO_SETTINGS_MODULE": "sqlagent_site.settings"}
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=every, capture_output=True, text=True)
        if done.returncode:
            pytest.fail(done.stderr)
        return done.stdout.strip()

    run("manage.py", "migrate", "--verbosity", "0")
    return run("-m", "tests.learning.verified.contend", str(PEOPLE))


def test_on_sqlite(tmp_path: Path) -> None:
    assert contend({"DATA_DIR": str(tmp_path), "DATABASE_URL": ""}) == f"SELECT 2 {PEOPLE * 3 // 4}"


def test_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    assert contend({"DATA_DIR": str(tmp_path), "DATABASE_URL": postgres_url}) == f"SELECT 2 {PEOPLE * 3 // 4}"
