"""The file that an evaluation is kept in: its setup in the first line, then what came of each question, a line each.

A line is written when its question ends, so that an evaluation that was cut short is gone on with by running it again.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, Field, asdict, dataclass, fields
from pathlib import Path
from typing import IO, Any

from agent.skills import PLAIN
from learning.benchmark.outcome import AttemptMade, Outcome
from learning.benchmark.tasks import Task

_OPENING = b'{"setup": '


class BadRecord(Exception):
    """A file that cannot be written to, or read; the message is for the operator."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What outcomes depend on: only those of one setup are kept, and counted, together.

    `sha256` and `prompts` are digests: of the tasks, and of all that the model is told besides. So many `examples` are
    shown with each question, at most.
    """

    dataset: str
    sha256: str
    model: str
    generation: int
    prompts: str
    policy: str
    learning: bool
    attempts: int
    seed: int | None
    examples: int = 0
    skills: str = str(PLAIN)

    def __str__(self) -> str:
        """Who was measured, in one line."""
        repair = "no repair" if self.policy == "none" else f"policy {self.policy}"
        attempts = f"at most {self.attempts} attempts" if self.attempts > 1 else "1 attempt"
        learning = ["learning on the way"] if self.learning else []
        seed = [] if self.seed is None else [f"seed {self.seed}"]
        shown = [f"{self.examples} example{'s' * (self.examples != 1)}"] if self.examples else []
        skills = [] if self.skills == str(PLAIN) else [f"skills {self.skills}"]
        about = [self.model, f"generation {self.generation}", repair, attempts]
        return ", ".join([*about, *skills, *shown, *learning, *seed])

    def differences(self, now: Setup) -> list[str]:
        """In words; a file of tasks may have another name."""
        found = [
            f"{field.name} {_words(before)} there and {_words(after)} now"
            for field in fields(self)
            if field.name not in ("dataset", "sha256", "prompts")
            and (before := getattr(self, field.name)) != (after := getattr(now, field.name))
        ]
        if self.sha256 != now.sha256:
            found.insert(0, f"the questions of {self.dataset} there and other ones now")
        if self.prompts != now.prompts:
            found.append("other prompts there than now")
        return found


class Record:
    """A file that is open for writing. `outcomes` are those that it held, by task."""

    def __init__(self, file: IO[bytes], outcomes: Mapping[str, Outcome]) -> None:
        self.outcomes = outcomes
        self._file = file

    def add(self, task: Task, outcome: Outcome) -> None:
        line = {"task": task.id, "database": task.database, "question": task.question} | asdict(outcome)
        self._write(line)

    def _write(self, line: Mapping[str, object]) -> None:
        left = json.dumps(line, ensure_ascii=False).encode() + b"\n"
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            raise BadRecord(f"{self._file.name} cannot be written any more: {error.strerror}.") from None


@contextmanager
def writing(path: Path, setup: Setup) -> Iterator[Record]:
    """A new file, or one of the same setup to go on with. Raises BadRecord."""
    if path.exists() and not path.is_file():
        raise BadRecord(f"{path} cannot be written: it is no ordinary file.")
    try:
        file = path.open("a+b", buffering=0)
    except OSError as error:
        raise BadRecord(f"{path} cannot be written: {error.strerror}.") from None
    with file:
        _claim(file, path)
        before, outcomes = _whole_lines(file, path)
        record = Record(file, outcomes)
        if before is None:
            record._write({"setup": asdict(setup)})
        elif differences := before.differences(setup):
            raise BadRecord(
                f"{path} holds an evaluation with another setup: {'; '.join(differences)}. "
                "Name another file, or ask with the setup that it has."
            )
        yield record


def read(path: Path) -> tuple[Setup, list[Outcome]]:
    """Raises BadRecord."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadRecord(f"{path} cannot be read: {error.strerror}.") from None
    setup, outcomes = _parsed(content.rpartition(b"\n")[0], path)
    if setup is None:
        raise BadRecord(f"{path} holds no evaluation.")
    return setup, list(outcomes.values())


def _claim(file: IO[bytes], path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise BadRecord(f"Another evaluation is writing to {path} now.") from None


def _whole_lines(file: IO[bytes], path: Path) -> tuple[Setup | None, dict[str, Outcome]]:
    """What the file holds; a last line that was cut is taken out of it."""
    file.seek(0)
    content = file.read()
    whole, end, cut = content.rpartition(b"\n")
    if not whole and not _OPENING.startswith(cut[: len(_OPENING)]):
        raise _strange(path)
    found = _parsed(whole, path)
    file.truncate(len(whole + end))
    return found


def _parsed(lines: bytes, path: Path) -> tuple[Setup | None, dict[str, Outcome]]:
    outcomes: dict[str, Outcome] = {}
    if not lines:
        return None, outcomes
    opening, *others = lines.split(b"\n")
    try:
        setup = Setup(**json.loads(opening)["setup"])
    except (ValueError, TypeError, KeyError):
        raise _strange(path) from None
    for number, line in enumerate(others, 2):
        try:
            outcome = _outcome(json.loads(line))
        except (ValueError, TypeError, KeyError):
            raise BadRecord(f"{path}, line {number}: it is no outcome of a question.") from None
        outcomes[outcome.task] = outcome
    return setup, outcomes


def _outcome(line: dict[str, Any]) -> Outcome:
    """Of an earlier release some fields are missing."""
    kept = {field.name: line[field.name] for field in fields(Outcome) if field.name in line or _is_required(field)}
    return Outcome(**kept | {"attempts": tuple(AttemptMade(**made) for made in kept["attempts"])})


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _strange(path: Path) -> BadRecord:
    return BadRecord(f"{path} holds something else than an evaluation of this version. Name another file.")


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "not set" if value is None else str(value)
