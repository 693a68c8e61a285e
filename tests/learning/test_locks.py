"""What changes an answer, a remark or a verified query, or deletes them, takes the connection's lock first."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT


def test_all_that_changes_things_of_a_connection_waits_for_its_lock(postgres_url: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": postgres_url, "DATA_DIR": str(tmp_path)}
    environment = os.environ | settings | {"DJANGO_SETTINGS_MODULE": "sqlagent_site.settings"}

    def run(*command: str) -> str:
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)
        if done.returncode:
            pytest.fail(done.stderr)
        return done.stdout

    run("manage.py", "migrate", "--verbosity", "0")
    assert json.loads(run("-m", "tests.learning.locks")) == []
