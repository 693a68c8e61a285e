"""What an optimization learns from, and what it is judged by.

Training: questions that people asked and that failed, needed repair or were found wrong, with what people said of them,
and some that went well. Validation: the connection's verified queries, and for the sample its tasks that are kept for
this. No question is in both. Of many in validation the search sees some; the held ones are asked only in the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from random import Random
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from agent.prompt import Turn
from datasources.models import Connection
from learning.benchmark.suite import VERIFIED, verified_tasks
from learning.benchmark.tasks import Part as BuiltInPart
from learning.benchmark.tasks import Task, built_in
from learning.feedback import verdicts
from learning.models import Attempt, Episode, Remark
from learning.verified.keys import follows_of, key_of

RECENT = 300
"""Episodes that are looked through, the newest."""
MOST_TO_LEARN_FROM = 24
MOST_THAT_WENT_WELL = 6
MOST_TO_VALIDATE = 40
SEARCHED = 10
"""Questions of validation that every candidate is asked; the others are held until the end."""
LEAST_GOLD = 4
"""With fewer questions whose answer is known, a person decides."""
_MOST_FAILURES = 3
_LONGEST = 600


class Part(StrEnum):
    TRAIN = "train"
    SEARCH = "search"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Example:
    """`history`: earlier questions with their SQL. `gold` is empty where nobody knows the answer. `rejected`: SQL that
    people found wrong. `remarks`: what they said, by id. `failures`: what happened when a person asked."""

    id: str
    part: str
    question: str
    instructions: str = ""
    history: tuple[tuple[str, str], ...] = ()
    gold: tuple[str, ...] = ()
    ordered: bool = False
    extra_columns: bool = False
    rejected: tuple[str, ...] = ()
    remarks: tuple[tuple[int, str], ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def task(self) -> Task:
        return Task(
            id=self.id,
            question=self.question,
            gold=self.gold,
            instructions=self.instructions,
            ordered=self.ordered,
            extra_columns=self.extra_columns,
        )

    @property
    def turns(self) -> list[Turn]:
        return [Turn(question, sql) for question, sql in self.history]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> Example:
        lists = {f.name: kept[f.name] for f in fields(cls) if isinstance(kept[f.name], list | tuple)}
        pairs = {name: tuple(map(_frozen, values)) for name, values in lists.items()}
        return cls(**{**kept, **pairs})


def gather(connection: Connection, seed: int) -> list[Example]:
    """Those to learn from, then those that are searched by, then those that are held."""
    validation = _validation(connection, seed)
    known = {key_of(example.question) for example in validation}
    return [*_training(connection, known), *validation]


def gold_of(examples: Iterable[Example]) -> int:
    """In how many of validation the answer is known."""
    return sum(bool(example.gold) for example in examples if example.part != Part.TRAIN)


def verified_in(examples: Iterable[Example]) -> list[Task]:
    """The verified queries among them: what all candidates are shown, whatever is verified meanwhile."""
    return [example.task for example in examples if _is_verified(example)]


def _is_verified(example: Example) -> bool:
    return example.id.startswith(f"{VERIFIED}-")


def outdated(connection: Connection, examples: Sequence[Example]) -> set[int]:
    """The places of verified queries that are not in use any more, or have another answer now."""
    now = {task.id: task.gold for task in verified_tasks(connection)}
    return {
        place for place, example in enumerate(examples) if _is_verified(example) and now.get(example.id) != example.gold
    }


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _validation(connection: Connection, seed: int) -> list[Example]:
    aside = built_in(BuiltInPart.VALIDATION) if connection.is_sample else []
    tasks = [*verified_tasks(connection), *aside]
    tasks = list({key_of(task.question): task for task in tasks}.values())[:MOST_TO_VALIDATE]
    Random(seed).shuffle(tasks)  # noqa: S311 - the same ones again when it is gone on with
    return [_of_task(task, Part.SEARCH if place < SEARCHED else Part.HELD) for place, task in enumerate(tasks)]


def _of_task(task: Task, part: str) -> Example:
    return Example(
        id=task.id,
        part=part,
        question=task.question,
        instructions=task.instructions,
        gold=task.gold,
        ordered=task.ordered,
        extra_columns=task.extra_columns,
    )


def _training(connection: Connection, known: set[str]) -> list[Example]:
    """The newest first; of a question that was asked often, what there is to say of all its answers."""
    asked: dict[str, list[_Asked]] = defaultdict(list)
    for one in _recent(connection):
        if one.episode.key not in known:
            asked[one.episode.key].append(one)
    to_learn_from = [group for group in asked.values() if any(one.is_lesson for one in group)]
    went_well = [group for group in asked.values() if not any(one.is_lesson for one in group)]
    chosen = [*to_learn_from[:MOST_TO_LEARN_FROM], *went_well[:MOST_THAT_WENT_WELL]]
    if not to_learn_from:
        return []
    sql_of = _answers(one for group in asked.values() for one in group)
    return [_of_episodes(group, sql_of) for group in chosen]


@dataclass(frozen=True, slots=True)
class _Asked:
    """An episode, whether it was found wrong, and what curators have accepted of what was said of it."""

    episode: Episode
    is_wrong: bool
    remarks: Sequence[Remark]

    @property
    def is_lesson(self) -> bool:
        failed = self.episode.status == Episode.Status.FAILED
        return failed or self.is_wrong or bool(self.remarks) or len(self.episode.attempts.all()) > 1


def _recent(connection: Connection) -> list[_Asked]:
    over = [Episode.Status.SUCCEEDED, Episode.Status.FAILED]
    closed = connection.episodes.of_people().filter(status__in=over, recalled=None)
    attempts = Prefetch("attempts", Attempt.objects.order_by("number"))
    found = list(closed.order_by("-started_at").defer("result").prefetch_related(attempts)[:RECENT])
    wrong = set(closed.filter(verdicts.is_wrong("pk")).values_list("pk", flat=True))
    accepted: dict[UUID | None, list[Remark]] = defaultdict(list)
    for remark in connection.remarks.accepted().order_by("pk"):
        accepted[remark.episode_id].append(remark)
    return [_Asked(episode, episode.pk in wrong, accepted[episode.pk]) for episode in found]


def _answers(asked: Iterable[_Asked]) -> dict[str, str]:
    """The newest SQL that answered each question and was not found wrong."""
    found: dict[str, str] = {}
    for one in asked:
        if one.episode.sql and not one.is_wrong:
            found.setdefault(one.episode.question, one.episode.sql)
    return found


def _of_episodes(group: Sequence[_Asked], sql_of: dict[str, str]) -> Example:
    episode = group[0].episode
    follows = follows_of(episode.question, episode.follows)
    remarks = {remark.pk: remark.rule or remark.text for one in group for remark in one.remarks}
    rejected = dict.fromkeys(one.episode.sql for one in group if one.is_wrong and one.episode.sql)
    failures = dict.fromkeys(failure for one in group for failure in _failures(one.episode))
    return Example(
        id=f"episode-{episode.pk}",
        part=Part.TRAIN,
        question=episode.question,
        history=((follows, sql_of.get(follows, "")),) if follows else (),
        rejected=tuple(rejected),
        remarks=tuple(remarks.items()),
        failures=tuple(failures)[:_MOST_FAILURES],
    )


def _failures(episode: Episode) -> Iterable[str]:
    for attempt in episode.attempts.all():
        if attempt.error_class:
            yield f"{attempt.error_class}: {attempt.message} {attempt.hint}".strip()[:_LONGEST]
