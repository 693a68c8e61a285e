"""What several tabs do at once is done once, on SQLite and on PostgreSQL, where rows are locked and not all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_correction_and_each_switch_is_taken_once(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings = {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "sqlagent_site.settings"}
    if database == "postgres":
        settings["DATABASE_URL"] = request.getfixturevalue("postgres_url")

    def run(*command: str) -> str:
        environment = os.environ | settings
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)
        if done.returncode:
            pytest.fail(done.stderr)
        return done.stdout.strip()

    run("manage.py", "migrate", "--verbosity", "0")
    assert run("-m", "tests.chat.correct") == "1 1 1 withdrawn pending [False]"
