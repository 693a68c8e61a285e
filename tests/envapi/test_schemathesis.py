"""schemathesis against our schema and a running site: valid and invalid requests of every kind that it can think of."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.scripted_server import running_server
from envapi.published.operations import OPERATIONS
from tests.migrated import NewDataDir
from tests.processes import Site, running_site

SQL = "SELECT name, price FROM products ORDER BY id LIMIT 3"
SETUP = f"""
from accounts.models import ApiToken, User
from datasources.models import Connection
from learning.models import VerifiedQuery
sample = Connection.objects.get(is_sample=True, is_environment=False)
VerifiedQuery.objects.create(connection=sample, question="Three products?", key="three products", sql="{SQL}")
print(ApiToken.objects.create(User.objects.get(), name="fuzz")[1])
"""
CONFIG = Path(__file__).parent / "schemathesis.toml"


@pytest.fixture
def site(new_data_dir: NewDataDir) -> Iterator[Site]:
    with running_server([{"when_re": ".", "text": f"```sql\n{SQL}\n```"}]) as model:
        with running_site(
            new_data_dir(), API_BASE_URL=model.base_url, MODEL_NAME="scripted", OPENENV_PUBLIC="false"
        ) as running:
            yield running


@pytest.mark.timeout(300)
def test_every_answer_is_as_the_schema_says(site: Site, tmp_path: Path) -> None:
    """What is valid is taken, what is not is refused, nobody is let in without a token, and nothing breaks."""
    token = site.manage("shell", "-v", "0", "-c", SETUP).strip()
    schemathesis = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]
    command = [*schemathesis, f"{site.url}/openapi.json", "-H", f"Authorization: Bearer {token}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert f"Tested: {len(OPERATIONS)}\n" in done.stdout
