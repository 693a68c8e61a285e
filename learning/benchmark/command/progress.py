"""How far an evaluation is: what is done is kept, and told line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from shutil import get_terminal_size

from learning.benchmark.command.records import Record
from learning.benchmark.outcome import Outcome
from learning.benchmark.tasks import Task

WIDTH = 100


class Progress:
    """A Listener of `evaluating.evaluate`. `outcomes` are by task, those of the record's earlier runs among them;
    `not_gradable` says of others why nothing can be said; `left` is to be asked."""

    def __init__(self, tasks: Sequence[Task], record: Record | None, say: Callable[[str], None]) -> None:
        before = record.outcomes if record else {}
        self.tasks = tasks
        self.outcomes = {task.id: before[task.id] for task in tasks if task.id in before}
        self.not_gradable: dict[str, str] = {}
        self.left = [task for task in tasks if task.id not in before]
        self._record = record
        self._say = say
        if self.outcomes:
            say(f"{len(self.outcomes)} of {len(tasks)} questions are done already.")

    @property
    def in_order(self) -> list[Outcome]:
        """The outcomes in the order of their tasks, whichever ended first."""
        return [self.outcomes[task.id] for task in self.tasks if task.id in self.outcomes]

    def done(self, task: Task, outcome: Outcome) -> None:
        if self._record:
            self._record.add(task, outcome)
        self.outcomes[task.id] = outcome
        attempts = len(outcome.attempts)
        tries = f"{attempts} attempt{'' if attempts == 1 else 's'}"
        verdict = "right" if outcome.is_right else "wrong"
        self._line(task, f"{verdict}  {tries:<10}  {outcome.seconds:6.1f} s", outcome.why or task.question)

    def not_graded(self, task: Task, why: str) -> None:
        self.not_gradable[task.id] = why
        self._line(task, "not graded", why)

    def waits(self, why: str, seconds: float) -> None:
        self._say(f"{why} Trying again in {seconds:g} seconds.")

    def _line(self, task: Task, what: str, words: str) -> None:
        total = str(len(self.tasks))
        count = str(len(self.outcomes) + len(self.not_gradable)).rjust(len(total))
        line = f"{count}/{total}  {what}  {task.id}  {' '.join(words.split())}"
        width = min(WIDTH, get_terminal_size((WIDTH, 24)).columns)
        self._say(line if len(line) <= width else f"{line[: width - 1]}…")
