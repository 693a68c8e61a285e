"""What the prompt's column shows: the prompt in use, what it has learned, and how it goes on."""

from __future__ import annotations

from dataclasses import dataclass

from agent import prompt
from datasources.models import Connection
from learning.generations.changing import Text, text_in
from learning.models import Activation, Optimization, Remark
from learning.optimizing import running, triggers
from learning.optimizing.data import LEAST_GOLD, Example, gold_of
from learning.optimizing.triggers import Progress
from learning.prompts import SEED, active


@dataclass(frozen=True)
class Learned:
    """A rule of the generation, and the remark that it came from, where there is one still."""

    text: str
    remark: Remark | None


@dataclass(frozen=True)
class Prompt:
    """As questions are asked with it now."""

    generation: int
    instructions: str
    learned: tuple[Learned, ...]


@dataclass(frozen=True)
class Run:
    """An optimization under way. `best` and `before` are mean scores, of the best candidate so far and of the prompt in
    use; None until that is measured. `is_weak`: few answers are known."""

    phase: str
    calls: int
    most: int
    best: float | None
    before: float | None
    is_weak: bool


@dataclass(frozen=True)
class Evolution:
    """`mark` names all that a browser may have seen of it: while that is the same, there is nothing to tell it."""

    progress: Progress
    run: Run | None
    last: Optimization | None
    mark: str

    @property
    def cycle(self) -> str:
        """How far it is to the next one."""
        asked, every = self.progress.asked, self.progress.every
        often = "every question" if every == 1 else f"every {every} questions"
        waits = ", once there is something to learn from" if asked >= every and not self.progress.is_due else ""
        due = ": it is due" if self.progress.is_due else ""
        return f"{asked} / {every} · optimizes {often}{waits}{due}"


def prompt_of(connection: Connection) -> Prompt:
    generation = active(connection)
    number, text = (generation.number, text_in(generation)) if generation else (SEED, Text(prompt.seed()))
    known = connection.remarks.select_related("user").in_bulk([rule.remark for rule in text.rules if rule.remark])
    learned = (Learned(rule.text, known.get(rule.remark) if rule.remark else None) for rule in text.rules)
    return Prompt(number, text.instructions, tuple(learned))


def evolution(connection: Connection) -> Evolution:
    """One that is under way and whose worker is silent is taken over."""
    found = running.under_way(connection)
    if found:
        run = _run(found)
        return Evolution(triggers.progress(connection), run, None, _mark_of_run(found, run))
    last = connection.optimizations.exclude(finished_at=None).order_by("-finished_at").defer("examples").first()
    return Evolution(triggers.progress(connection), None, last, _mark_of_rest(connection, last))


def phase_in(mark: str) -> str:
    """Of the run that a mark is of; empty where it is of none."""
    kind, _, rest = mark.partition(".")
    return rest.partition(".")[0] if kind == "run" else ""


def _run(found: Optimization) -> Run:
    scores = dict(found.candidates.values_list("number", "score"))
    examples = (Example.of_json(kept) for kept in found.examples)
    return Run(
        phase=found.get_phase_display(),
        calls=min(found.calls, found.max_calls),
        most=found.max_calls,
        best=max(scores.values(), default=None),
        before=scores.get(0),
        is_weak=gold_of(examples) < LEAST_GOLD,
    )


def _mark_of_run(found: Optimization, run: Run) -> str:
    return f"run.{found.phase}.{found.calls}.{run.best}"


def _mark_of_rest(connection: Connection, last: Optimization | None) -> str:
    changed = Activation.objects.filter(connection=connection).values_list("pk", flat=True).first()
    return f"rest.{last.pk if last else ''}.{changed or ''}"
