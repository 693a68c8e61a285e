"""The supervisor with small real programs: it restarts what dies and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sqlagent_site.supervisor import Part, Patience, Supervisor

PROJECT = Path(__file__).resolve().parents[2]
QUICK = Patience(first_pause=0.05, longest_pause=0.2, healthy=60.0, stop=1.0)
SLEEP = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)
WITH_CHILD = (
    "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
    "print('child', p.pid, flush=True); time.sleep(600)"
)


def python(name: str, code: str) -> Part:
    return Part(name, (sys.executable, "-c", code))


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


class Stage:
    """Supervisors that are stopped after the test, and the lines that they have written."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._supervisors: list[Supervisor] = []

    def run(self, *parts: Part, patience: Patience = QUICK, put: Callable[[str, str], str] | None = None) -> Supervisor:
        supervisor = Supervisor(parts, self.lines.append, patience, put)
        self._supervisors.append(supervisor)
        supervisor.start()
        return supervisor

    def said(self, text: str) -> list[str]:
        return [line for line in list(self.lines) if text in line]

    def close(self) -> None:
        for supervisor in self._supervisors:
            supervisor.stop()


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.close()


def test_lines_carry_the_name_of_their_part(stage: Stage) -> None:
    stage.run(
        python("web", f"print('hello', flush=True); {SLEEP}"), python("worker", f"print('hi', flush=True); {SLEEP}")
    )

    until(lambda: stage.said("hello") and stage.said("hi"))

    assert stage.said("hello") == ["web    | hello"]
    assert stage.said("hi") == ["worker | hi"]


def test_what_is_printed_and_not_logged_has_no_secrets_either(stage: Stage) -> None:
    stage.run(python("web", f"print('no postgres://reader:hunter2@db here', flush=True); {SLEEP}"))

    until(lambda: stage.said("here"))

    assert stage.said("here") == ["web | no postgres://reader:…@db here"]


def test_lines_become_what_the_caller_makes_of_them_but_those_for_programs(stage: Stage) -> None:
    web = replace(python("web", f"print('hello\\n[STEP] 1', flush=True); {SLEEP}"), verbatim=("[STEP] ",))
    stage.run(web, put=lambda name, line: f"<{name}> {line}")

    until(lambda: stage.said("STEP"))

    assert stage.lines == ["<web> hello", "[STEP] 1"]


def test_part_knows_its_name(stage: Stage) -> None:
    stage.run(python("thinker", f"import os; print(os.environ['SQLAGENT_PART'], flush=True); {SLEEP}"))

    until(lambda: stage.lines)

    assert stage.lines == ["thinker | thinker"]


def test_part_that_dies_is_started_again(stage: Stage) -> None:
    stage.run(python("web", "print('up', flush=True); raise SystemExit(3)"))

    until(lambda: len(stage.said("up")) >= 2)

    assert stage.said("ended")[0] == "web | It ended (exit code 3); starting it again in 0.05 s."


def test_part_that_is_killed_is_started_again(stage: Stage) -> None:
    stage.run(python("web", f"import os; print('pid', os.getpid(), flush=True); {SLEEP}"))
    until(lambda: stage.said("pid"))

    os.kill(int(stage.said("pid")[0].split()[-1]), signal.SIGKILL)

    until(lambda: len(stage.said("pid")) == 2)
    assert stage.said("SIGKILL")


def test_pauses_double_up_to_a_limit(stage: Stage) -> None:
    stage.run(python("web", "raise SystemExit(1)"))

    until(lambda: len(stage.said("again")) >= 4)

    assert [line.split(" in ")[1] for line in stage.said("again")[:4]] == ["0.05 s.", "0.1 s.", "0.2 s.", "0.2 s."]


def test_pause_is_short_again_after_a_healthy_time(stage: Stage) -> None:
    stage.run(python("web", "raise SystemExit(1)"), patience=Patience(0.05, 60.0, healthy=0.0, stop=1.0))

    until(lambda: len(stage.said("again")) >= 3)

    assert all(line.endswith("in 0.05 s.") for line in stage.said("again"))


def test_program_that_is_missing_is_tried_again(stage: Stage) -> None:
    stage.run(Part("web", ("/no/such/program",)))

    until(lambda: len(stage.said("could not be started (No such file or directory)")) >= 2)


def test_stop_ends_parts_and_what_they_started(stage: Stage) -> None:
    supervisor = stage.run(python("web", WITH_CHILD))
    until(lambda: stage.said("child"))
    child = int(stage.said("child")[0].split()[-1])
    assert is_alive(child)

    supervisor.stop()

    until(lambda: not is_alive(child))


def test_stubborn_part_is_killed(stage: Stage) -> None:
    supervisor = stage.run(python("web", STUBBORN))
    until(lambda: stage.said("deaf"))
    started = time.monotonic()

    supervisor.stop()

    assert QUICK.stop <= time.monotonic() - started < QUICK.stop + 2


def test_stop_does_not_wait_for_a_pause(stage: Stage) -> None:
    supervisor = stage.run(python("web", "raise SystemExit(1)"), patience=Patience(first_pause=600.0))
    until(lambda: stage.said("again"))
    started = time.monotonic()

    supervisor.stop()

    assert time.monotonic() - started < 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_no_part_outlives_a_supervisor_that_is_killed() -> None:
    code = (
        "import sys, time; from sqlagent_site.supervisor import *; "
        "code = 'import os, time; print(os.getpid(), flush=True); time.sleep(600)'; "
        "part = Part('web', (sys.executable, '-c', code)); "
        "Supervisor([part], lambda line: print(line, flush=True)).start(); time.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=PROJECT)
    assert process.stdout is not None
    with process.stdout:
        pid = int(process.stdout.readline().split()[-1])
        process.kill()
        process.wait()

    until(lambda: not is_alive(pid))


def test_lines_for_programs_go_out_as_they_are(stage: Stage) -> None:
    code = f"print('[STEP] {{}}'); print(' [STEP] {{}}'); print('said [STEP] {{}}', flush=True); {SLEEP}"
    stage.run(replace(python("web", code), verbatim=("[START] ", "[STEP] ")))

    until(lambda: stage.said("said"))

    assert stage.said("[STEP]") == ["[STEP] {}", "web |  [STEP] {}", "web | said [STEP] {}"]
