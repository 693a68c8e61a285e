"""The image: what the Dockerfile makes of a clean directory starts, serves, and ends when it is told to."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.deploy.image import USER, Image, build, in_context, read
from tests.processes import PASSWORD, ROOT, free_port, wait_until


@dataclass
class Container:
    image: Image
    process: "subprocess.Popen[str]"
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    # Not in pytest's own directory, which is closed to the user that the image runs as.
    with tempfile.TemporaryDirectory(prefix="image-") as place:
        Path(place).chmod(0o755)
        yield build(Path(place))


@pytest.fixture(scope="module")
def container(image: Image) -> Iterator[Container]:
    port = free_port()
    process = image.start(image.command, PORT=str(port), LOCAL_MODEL="none", ADMIN_PASSWORD=PASSWORD)
    try:
        wait_until(f"http://127.0.0.1:{port}/login/", seconds=200)
        yield Container(image, process, port)
    finally:
        process.kill()
        process.communicate()


def test_dockerfile_has_nothing_that_hadolint_minds() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")

    done = subprocess.run([hadolint, "Dockerfile"], cwd=ROOT, capture_output=True, text=True)

    assert done.stdout + done.stderr == ""


def test_every_base_is_one_certain_version() -> None:
    bases = [step.words.split()[0] for step in read(ROOT / "Dockerfile") if step.name == "FROM"]

    assert len(set(bases)) == 1
    assert all(re.fullmatch(r"python:3\.11\.\d+-slim-\w+", base) for base in bases)


def test_the_image_holds_the_product_and_nothing_of_the_operators_or_ours() -> None:
    names = {path.parts[0] for path in in_context()}

    assert {"manage.py", "accounts", "sqlagent_site", "templates", "static"} <= names
    assert not names & {".env", ".git", ".venv", "data", "tests", "docs", "requirements-dev.lock"}


def test_everything_that_is_imported_is_in_the_image() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}

    assert rooms <= {path.parts[0] for path in in_context()}


def test_it_is_nobody_special_on_port_7860_with_one_volume(image: Image) -> None:
    assert image.user == "1000:1000"
    assert image.port == "7860"
    assert image.environment["PORT"] == "7860"
    assert image.volume == image.environment["DATA_DIR"]


def test_what_is_started_is_in_the_image(image: Image) -> None:
    assert image.entrypoint[0] in image.packages.split()
    assert {"libgomp1", "postgresql-client"} <= set(image.packages.split())


def test_a_person_can_log_in(container: Container) -> None:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = browser.open(f"{container.url}/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token

    form = urlencode({"username": "admin", "password": PASSWORD, "csrfmiddlewaretoken": token[1]}).encode()
    answer = browser.open(f"{container.url}/login/", form)

    assert "/login/" not in answer.url


def test_the_health_check_says_that_it_is_well(container: Container) -> None:
    assert _health(container.image, container.port) == 0


def test_the_health_check_says_that_nothing_answers(image: Image) -> None:
    assert _health(image, free_port()) == 1


def _health(image: Image, port: int) -> int:
    with image.start(image.health, PORT=str(port)) as checking:
        checking.communicate(timeout=60)
    return checking.returncode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become the image's user, to whom the code is closed")
def test_it_writes_nowhere_but_into_its_volume(container: Container) -> None:
    written = [path for path in container.image.root.rglob("*") if path.lstat().st_uid == USER]

    assert written
    assert all(path.is_relative_to(container.image.root / "data") for path in written)


def test_it_ends_when_it_is_told_to_and_takes_everything_with_it(container: Container) -> None:
    container.process.send_signal(signal.SIGTERM)

    output, _ = container.process.communicate(timeout=30)

    assert container.process.returncode == 0
    assert "Stopping.\n" in output
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if _runs_in(path, container.image.root)]


def _runs_in(cmdline: Path, root: Path) -> bool:
    try:
        return str(root).encode() in cmdline.read_bytes()
    except OSError:  # it has just ended
        return False
