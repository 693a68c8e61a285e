"""PostgreSQL counts as SQLite does."""

import os
import subprocess
import sys
from pathlib import Path

from tests.processes import ROOT


def test_the_figures_are_the_same(postgres_url: str, tmp_path: Path) -> None:
    def counted(**settings: str) -> str:
        base = {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "sqlagent_site.settings"}
        environment = os.environ | base | settings
        for command in (["manage.py", "migrate", "--verbosity", "0"], ["-m", "tests.learning.overview.counted"]):
            done = subprocess.run(
                [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
            )
        return done.stdout

    there = counted(DATABASE_URL=postgres_url)
    assert '"questions": 60' in there
    assert there == counted()
