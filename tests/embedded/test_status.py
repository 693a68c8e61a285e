"""The status file: whole at any time, and not believed when its writer is gone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from embedded.errors import ModelUnavailable
from embedded.launch import Plan, StatusReport, launch
from embedded.progress import PrintedProgress
from embedded.status import OFF, State, Status, read_status, write_status
from tests.embedded.small_model import CONTENT, small_model

PROJECT = Path(__file__).resolve().parents[2]


def silent(state: State, message: str, done: int, total: int) -> None:
    pass


def write_from_another_process(models: Path, state: State) -> None:
    code = (
        "import sys; from pathlib import Path; from embedded.status import *; "
        "write_status(Path(sys.argv[1]), Status(State(sys.argv[2]), 'Something.'))"
    )
    subprocess.run([sys.executable, "-c", code, str(models), state], check=True, cwd=PROJECT)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_status(tmp_path, Status(State.DOWNLOADING, "Downloading.", 30, 120))

    status = read_status(tmp_path)

    assert (status.state, status.message, status.percent) == (State.DOWNLOADING, "Downloading.", 25)
    assert status.pid == os.getpid()
    assert status.updated > 0
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]


def test_without_a_file_the_model_is_off(tmp_path: Path) -> None:
    assert read_status(tmp_path / "nowhere") == OFF


@pytest.mark.parametrize("content", ["", "{", "[]", '{"state": "sleeping"}', '{"state": "ready", "colour": 1}'])
def test_damaged_file_counts_as_off(tmp_path: Path, content: str) -> None:
    (tmp_path / "status.json").write_text(content)

    assert read_status(tmp_path) == OFF


def test_status_of_a_dead_process_counts_as_off(tmp_path: Path) -> None:
    write_from_another_process(tmp_path, State.READY)

    assert json.loads((tmp_path / "status.json").read_text())["state"] == "ready"
    assert read_status(tmp_path) == OFF


def test_failure_outlives_its_process(tmp_path: Path) -> None:
    write_from_another_process(tmp_path, State.FAILED)

    assert read_status(tmp_path).state is State.FAILED


def test_report_writes_each_state_but_not_every_byte(tmp_path: Path) -> None:
    report = StatusReport(tmp_path, silent)

    report(State.DOWNLOADING, "Downloading.", 1, 100)
    report(State.DOWNLOADING, "Downloading.", 2, 100)
    assert read_status(tmp_path).done == 1

    report(State.VERIFYING, "Checking.", 100, 100)
    assert read_status(tmp_path).state is State.VERIFYING


def test_missing_file_of_ones_own_says_what_to_set(tmp_path: Path) -> None:
    plan = Plan(small_model(), tmp_path, port=1, alias="own", own_path=str(tmp_path / "missing.gguf"))

    with pytest.raises(ModelUnavailable, match=r"LOCAL_MODEL_PATH names .*missing\.gguf"):
        launch(plan, silent)

    status = read_status(tmp_path)
    assert status.state is State.FAILED
    assert "API_BASE_URL" in status.message


def test_file_that_the_server_cannot_load_says_so(tmp_path: Path) -> None:
    weights = tmp_path / "own.gguf"
    weights.write_bytes(CONTENT)

    with pytest.raises(ModelUnavailable, match="could not load"):
        launch(Plan(small_model(), tmp_path, port=18_099, alias="own", own_path=str(weights)), silent)

    assert read_status(tmp_path).state is State.FAILED


def test_printed_progress_is_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    now = [100.0]
    progress = PrintedProgress(sys.stdout, clock=lambda: now[0])

    for done in (0, 10, 20):
        progress(State.DOWNLOADING, "Downloading.", done * 1_000_000, 40_000_000)
    now[0] += 6
    progress(State.DOWNLOADING, "Downloading.", 30_000_000, 40_000_000)
    progress(State.VERIFYING, "Checking.", 40_000_000, 40_000_000)

    assert capsys.readouterr().out.splitlines() == [
        "Downloading. 0 % (0 of 40 MB)",
        "Downloading. 75 % (30 of 40 MB)",
        "Checking.",
    ]
