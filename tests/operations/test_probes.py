"""Health, readiness and metrics of real web processes: one that has all it needs, one whose database is silent."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

from sqlagent_site.headers import ALWAYS
from tests.listeners import listening
from tests.migrated import NewDataDir
from tests.processes import ROOT, Site, free_port, running_site, wait_until

pytestmark = pytest.mark.timeout(120)

TOKEN = "0123456789abcdef-metrics"
WITH_TOKEN = {"Authorization": f"Bearer {TOKEN}"}
NO_MODEL = {"LOCAL_MODEL": "none"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str
    seconds: float


def get(port: int, path: str, headers: dict[str, str] | None = None) -> Answer:
    began = time.monotonic()
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    client.request("GET", path, headers={"Host": "any.name.example", **(headers or {})})
    response = client.getresponse()
    text = response.read().decode()
    client.close()
    found = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, found, text, time.monotonic() - began)


@pytest.fixture(scope="module")
def site(new_data_dir: NewDataDir) -> Iterator[Site]:
    with running_site(new_data_dir(), **NO_MODEL) as running:
        yield running


@dataclass(frozen=True)
class CutOff:
    port: int
    log: Path


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CutOff]:
    """A production site whose database takes connections and says nothing."""
    port, log = free_port(), tmp_path_factory.mktemp("log") / "web.log"
    with listening() as silent, log.open("wb") as output:
        settings = {
            "DJANGO_SETTINGS_MODULE": "sqlagent_site.settings",
            "DATA_DIR": str(tmp_path_factory.mktemp("data")),
            "DATABASE_URL": f"postgres://app:hunter2hunter2@127.0.0.1:{silent}/app",
            "SITE_URL": "https://sql.example.org",
            "METRICS_TOKEN": TOKEN,
            "LOG_FORMAT": "json",
            **NO_MODEL,
        }
        command = [sys.executable, "-m", "sqlagent_site.web", "-v", "0", "-p", str(port)]
        command.append("sqlagent_site.asgi:application")
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=output, stderr=output)
        try:
            wait_until(f"http://127.0.0.1:{port}/healthz")
            yield CutOff(port, log)
        finally:
            process.kill()
            process.wait()


def test_a_process_that_lives_says_so_to_anybody(site: Site) -> None:
    answer = get(site.port, "/healthz")
    assert (answer.status, json.loads(answer.text)) == (200, {"status": "alive"})


def test_it_lives_also_while_the_database_is_silent(cut_off: CutOff) -> None:
    assert get(cut_off.port, "/healthz").status == 200


def test_a_site_that_has_what_it_needs_is_ready(site: Site) -> None:
    answer = get(site.port, "/readyz")
    found = json.loads(answer.text)
    checks = {check["name"]: check for check in found["checks"]}

    assert (answer.status, found["status"]) == (200, "ready")
    assert checks["database"]["says"] == "The database answers, and its tables are up to date."
    assert checks["storage"]["ok"]
    assert checks["keys"]["ok"]
    assert not checks["model"]["ok"]  # which nobody needs to log in
    assert all(check["ms"] >= 0 for check in found["checks"])


def test_a_silent_database_is_told_soon(cut_off: CutOff) -> None:
    answer = get(cut_off.port, "/readyz", WITH_TOKEN)
    checks = {check["name"]: check for check in json.loads(answer.text)["checks"]}

    assert answer.status == 503
    assert answer.seconds < 5  # a check takes 1.5 s at most, and this machine may be busy
    assert checks["database"]["says"].startswith("The database does not answer.")
    assert checks["storage"]["ok"]


def test_strangers_learn_what_fails_and_nothing_more(site: Site, cut_off: CutOff) -> None:
    proxied = get(site.port, "/readyz", {"X-Forwarded-For": "192.0.2.7"})
    for answer in (get(cut_off.port, "/readyz"), proxied):
        assert {tuple(check) for check in json.loads(answer.text)["checks"]} == {("name", "ok")}


def test_metrics_are_for_this_machine_where_there_is_no_token(site: Site) -> None:
    get(site.port, "/login/", {"Host": "localhost"})
    answer = get(site.port, "/metrics")

    assert answer.status == 200
    assert 'sqlagent_http_requests_total{method="GET",process="web-1",route="login",status="200"}' in answer.text
    assert "sqlagent_database_up 1.0" in answer.text
    assert 'sqlagent_children{process="web-1",state="idle"}' in answer.text
    assert get(site.port, "/metrics", {"X-Forwarded-For": "192.0.2.7"}).status == 403


def test_metrics_are_for_whoever_has_the_token(cut_off: CutOff) -> None:
    assert get(cut_off.port, "/metrics").status == 401
    assert get(cut_off.port, "/metrics", {"Authorization": "Bearer guess"}).status == 401
    answer = get(cut_off.port, "/metrics", WITH_TOKEN)
    assert answer.status == 200
    assert "sqlagent_database_up 0.0" in answer.text


def test_pages_lead_to_https_and_probes_do_not(cut_off: CutOff) -> None:
    answer = get(cut_off.port, "/login/", {"Host": "sql.example.org"})
    assert (answer.status, answer.headers["location"]) == (301, "https://sql.example.org/login/")


@pytest.mark.parametrize("path", ["/static/app.css", "/metrics", "/nowhere/"])
def test_files_and_errors_tell_a_browser_its_limits_and_nobody_what_serves_them(site: Site, path: str) -> None:
    answer = get(site.port, path, {"Host": "localhost"})
    assert {name.decode() for name, _ in ALWAYS} <= set(answer.headers)
    assert "server" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


def test_every_line_of_a_json_log_is_json_and_none_has_a_secret(cut_off: CutOff) -> None:
    get(cut_off.port, "/nowhere/", {"Host": "sql.example.org", "X-Forwarded-Proto": "https", "X-Request-ID": "mine"})
    # The line is written after the answer.
    for _ in range(100):
        text = cut_off.log.read_text()
        lines = [json.loads(line) for line in text.splitlines() if line.endswith("}")]
        if any(line["logger"] == "access" and line["request_id"] == "mine" for line in lines):
            break
        Event().wait(0.1)
    else:
        raise AssertionError(text)
    assert {line["part"] for line in lines} == {"web"}
    assert "hunter2hunter2" not in text
    assert TOKEN not in text
