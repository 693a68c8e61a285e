"""No lesson is lost on PostgreSQL either, where rows are locked and not the whole database."""

import os
import subprocess
import sys

import pytest

from agent.repairs import REPAIRS
from tests.processes import ROOT

EPISODES = 40


def test_no_update_is_lost_and_nobody_waits_for_ever(postgres_url: str, tmp_path: str) -> None:
    settings = {"DATABASE_URL": postgres_url, "DATA_DIR": str(tmp_path)}
    environment = os.environ | settings | {"DJANGO_SETTINGS_MODULE": "sqlagent_site.settings"}

    def run(*command: str) -> str:
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)
        if done.returncode:
            pytest.fail(done.stderr)
        return done.stdout

    run("manage.py", "migrate", "--verbosity", "0")
    assert run("-m", "tests.learning.contend", str(EPISODES)).strip() == str(EPISODES * len(REPAIRS))
