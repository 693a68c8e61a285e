"""The web process and answers of any length: who takes them slowly costs it no memory, who leaves ends them, and one
that breaks off does not look whole."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.migrated import NewDataDir
from tests.processes import Site, running_site
from tests.sqlagent_site.test_web import Visitor, peak

pytestmark = pytest.mark.timeout(300)

ENDLESS = (
    "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s) SELECT n, 'some words for each row' AS t FROM s"
)
BREAKING = (
    "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 300000)"
    " SELECT abs(CASE WHEN n < 200000 THEN n ELSE -9223372036854775807 - 1 END) AS n FROM s"
)
_MAKE = """
from accounts.models import User
from datasources.models import Connection
from workbench.models import Result
user = User.objects.get()
print(Result.objects.of(user, Connection.objects.visible_to(user).order_by("pk").first(), {sql!r}).pk)
"""
_ENTRY = """
from datasources.models import AuditEntry
print([entry.outcome for entry in AuditEntry.objects.filter(sql={sql!r}, source="export")])
"""


class Taker(Visitor):
    """Takes an answer piece by piece."""

    def begin(self, path: str) -> http.client.HTTPResponse:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        self._http.request("GET", path, headers={"Cookie": cookies})
        return self._http.getresponse()


@pytest.fixture(scope="module")
def site(new_data_dir: NewDataDir) -> Iterator[Site]:
    settings = {"API_BASE_URL": "http://127.0.0.1:1/v1", "MODEL_NAME": "none", "EXPORT_ROWS": "100000000"}
    with running_site(new_data_dir(), **settings) as site:
        yield site


@pytest.fixture
def taker(site: Site) -> Iterator[Taker]:
    taker = Taker(site)
    yield taker
    taker.close()


def address(site: Site, sql: str, format_: str = "csv") -> str:
    return f"/results/{site.shell(_MAKE.format(sql=sql)).strip()}/export/?format={format_}"


def wait_for(site: Site, sql: str, outcome: str) -> None:
    for _ in range(100):
        if outcome in site.shell(_ENTRY.format(sql=sql)):
            return
        time.sleep(0.2)
    pytest.fail(f"It is not {outcome}: {site.shell(_ENTRY.format(sql=sql))}")


def test_who_takes_nothing_costs_no_memory_and_who_leaves_ends_the_statement(site: Site, taker: Taker) -> None:
    before = peak(site)
    answer = taker.begin(address(site, ENDLESS))
    assert answer.read(5) == b"n,t\r\n"
    time.sleep(5)
    assert peak(site) < before + 40
    answer.close()
    taker.close()
    wait_for(site, ENDLESS, "cancelled")


@pytest.mark.parametrize("format_", ["xlsx", "parquet"])
def test_who_leaves_while_a_file_is_written_ends_the_statement(site: Site, taker: Taker, format_: str) -> None:
    sql = f"{ENDLESS} WHERE n > {len(format_)}"
    path = address(site, sql, format_)
    cookies = "; ".join(f"{name}={value}" for name, value in taker._cookies.items())
    taker._http.request("GET", path, headers={"Cookie": cookies})
    time.sleep(3)
    taker.close()
    wait_for(site, sql, "cancelled")
    directory = Path(site.environment["DATA_DIR"]) / "results"
    for _ in range(50):
        if not list(directory.glob("*.part*")):
            return
        time.sleep(0.2)
    pytest.fail(f"Left behind: {list(directory.iterdir())}")


def test_what_breaks_off_does_not_look_whole(site: Site, taker: Taker) -> None:
    answer = taker.begin(address(site, BREAKING))
    assert answer.status == 200
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()


def test_afterwards_the_site_answers_as_before(site: Site, taker: Taker) -> None:
    status, page = taker.request("GET", "/teams/")
    assert status == 200
    assert re.search("<title>", page)
