"""The web process and bodies of requests: whatever is sent, it neither grows nor fails to answer."""

import http.client
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.migrated import NewDataDir
from tests.processes import PASSWORD, ROOT, USER, Site, running_site

pytestmark = pytest.mark.timeout(120)

MEGABYTE = 1 << 20
BOUNDARY = "boundary"
HEAD = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{{}}"{{}}\r\n\r\n'


@pytest.fixture(scope="module")
def site(new_data_dir: NewDataDir) -> Iterator[Site]:
    settings = {"MAX_UPLOAD_MB": "50", "API_BASE_URL": "http://127.0.0.1:1/v1", "MODEL_NAME": "none"}
    with running_site(new_data_dir(), **settings) as site:
        yield site


class Visitor:
    """Somebody with a session, by way of a plain HTTP client."""

    def __init__(self, site: Site) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
        self._cookies: dict[str, str] = {}
        self.request("GET", "/login/")
        form = f"username={USER}&password={PASSWORD.replace(' ', '+')}&csrfmiddlewaretoken={self._cookies['csrftoken']}"
        self.request("POST", "/login/", form, {"Content-Type": "application/x-www-form-urlencoded"})

    def request(
        self, method: str, path: str, body: str | Iterator[bytes] | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies, **(headers or {})}
        self._http.request(method, path, body, headers, encode_chunked="Transfer-Encoding" in headers)
        response = self._http.getresponse()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            self._cookies[name] = value
        return response.status, response.read().decode()

    def close(self) -> None:
        self._http.close()

    def upload(self, megabytes: int, *, chunked: bool = False) -> tuple[int, str]:
        start = (
            HEAD.format("csrfmiddlewaretoken", "") + self._cookies["csrftoken"] + "\r\n"
            + HEAD.format("kind", "") + "upload\r\n" + HEAD.format("name", "") + "big\r\n"
            + HEAD.format("uploaded", '; filename="big.db"')
        ).encode()  # fmt: skip
        end = f"\r\n--{BOUNDARY}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        if chunked:
            headers["Transfer-Encoding"] = "chunked"
        else:
            headers["Content-Length"] = str(len(start) + megabytes * MEGABYTE + len(end))
        return self.request("POST", "/teams/1/databases/new/", _pieces(start, megabytes, end), headers)


def _pieces(start: bytes, megabytes: int, end: bytes) -> Iterator[bytes]:
    yield start
    for _ in range(megabytes):
        yield bytes(MEGABYTE)
    yield end


def peak(site: Site) -> float:
    """The most memory that the web process has ever held, in megabytes."""
    assert site.pid
    [kilobytes] = re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{site.pid}/status").read_text())
    return int(kilobytes) / 1024


@pytest.fixture
def visitor(site: Site) -> Iterator[Visitor]:
    visitor = Visitor(site)
    visitor.upload(1)  # so that what is loaded once is there
    yield visitor
    visitor.close()


def test_a_body_that_is_too_long_is_answered_and_never_held(site: Site, visitor: Visitor) -> None:
    before = peak(site)
    status, page = visitor.upload(300)
    assert status == 413
    assert "MAX_UPLOAD_MB" in page
    assert peak(site) - before < 30


def test_a_long_body_goes_through_a_file(site: Site, visitor: Visitor) -> None:
    before = peak(site)
    status, page = visitor.upload(49)
    assert status == 200
    assert "big.db" in page
    assert peak(site) - before < 30


def test_a_body_of_unknown_length_is_let_go_once_it_is_too_long(site: Site, visitor: Visitor) -> None:
    before = peak(site)
    status, _ = visitor.upload(300, chunked=True)
    assert status in {400, 403, 413}
    assert peak(site) - before < 30


def test_python_does_not_look_for_garbage_in_what_is_loaded_at_the_start() -> None:
    program = (
        "import gc; from unittest.mock import patch; from sqlagent_site import web; "
        "patch('daphne.server.Server.run', lambda _: print(gc.get_freeze_count() > 10_000)).start(); "
        "web.Server(None, endpoints=['tcp:0']).run()"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
