"""An answer as the page shows it: the fold of an episode's events, live or read back from the database.

One template (`chat/_answer.html`) draws it in every state, so that a reload in the middle of an answer shows
what a browser that watched from the start shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from agent.errors import ErrorClass
from agent.events import (
    AttemptStarted,
    BegunAnew,
    DiagnosisDelta,
    EpisodeDone,
    Event,
    Executing,
    QueryError,
    QueryOk,
    ReadingsDone,
    ReadingStarted,
    RewardGiven,
    SqlDelta,
    SqlFixed,
    SqlReady,
    Waiting,
)
from agent.explanation import explain
from agent.repairs import Strategy
from chat.comparing import Changes, Earlier, changes
from chat.news import Gap
from chat.provenance import Provenance
from chat.taken import Taken
from chat.weighed import Weighed
from datasources.tables import Table
from learning.feedback.said import Said
from learning.models import Attempt, Episode
from learning.readings import stored
from learning.results import from_json

DOING = {
    ErrorClass.NO_SUCH_COLUMN: "wrong column: looking again",
    ErrorClass.NO_SUCH_TABLE: "wrong table: looking again",
    ErrorClass.AMBIGUOUS_COLUMN: "ambiguous column: looking again",
    ErrorClass.SYNTAX_ERROR: "syntax error: writing it again",
    ErrorClass.AGGREGATION_ERROR: "wrong grouping: looking again",
    ErrorClass.DATATYPE_MISMATCH: "types do not match: looking again",
    ErrorClass.NO_SUCH_FUNCTION: "unknown function: looking again",
    ErrorClass.EMPTY_RESULT: "no rows: looking again",
    ErrorClass.SUSPICIOUS: "likely wrong: looking again",
    ErrorClass.TIMEOUT: "too slow: trying another way",
    ErrorClass.NOT_READ_ONLY: "not read-only: writing it again",
    ErrorClass.REJECTED: "the rejected answer again: looking elsewhere",
    ErrorClass.OTHER: "that did not work: trying again",
}


@dataclass
class ReadingView:
    """One of the statements that an attempt's was chosen from: those of one `group` gave the same rows, so many;
    `error` says why it gave none."""

    sql: str
    group: int
    rows: int
    error: str
    is_chosen: bool
    agrees: bool = False

    @classmethod
    def from_record(cls, found: dict[str, Any]) -> ReadingView:
        return cls(found["sql"], found["group"], found.get("rows", 0), found["message"], found["chosen"])


@dataclass
class AttemptView:
    """One attempt; `scores` are the bandit's when it chose the strategy, empty where nothing was chosen. `discarded`
    says why what was written of it first is not there any more; it is not stored."""

    number: int
    strategy: str
    scores: dict[str, float] = field(default_factory=dict)
    sql: str = ""
    error_class: str = ""
    message: str = ""
    hint: str = ""
    diagnosis: str = ""
    reward: float | None = None
    reward_parts: dict[str, float] = field(default_factory=dict)
    discarded: str = ""
    readings: list[ReadingView] = field(default_factory=list)
    fixes: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def agreeing(self) -> int:
        """Of its readings, how many gave the rows of the chosen one, itself included."""
        return sum(reading.agrees for reading in self.readings)

    @property
    def how_many_agree(self) -> str:
        """In words."""
        if self.agreeing < 2:
            return f"Chosen among {len(self.readings)} readings of the question that differ"
        return f"{self.agreeing} of {len(self.readings)} readings of the question agree"

    def read(self, found: Sequence[dict[str, Any]]) -> AttemptView:
        """Take the readings that `found` are, as they are stored."""
        self.readings = [ReadingView.from_record(each) for each in found]
        chosen = next((reading.group for reading in self.readings if reading.is_chosen), None)
        for reading in self.readings:
            reading.agrees = reading.group == chosen and not reading.error
        return self

    @property
    def failed(self) -> bool:
        return bool(self.error_class)

    @property
    def chosen_by_bandit(self) -> bool:
        return bool(self.scores)

    @property
    def ranked_scores(self) -> list[tuple[str, float]]:
        return sorted(self.scores.items(), key=lambda item: -item[1])

    @classmethod
    def from_record(cls, attempt: Attempt) -> AttemptView:
        return cls(
            number=attempt.number,
            strategy=attempt.strategy,
            scores=attempt.scores,
            sql=attempt.sql,
            error_class=attempt.error_class,
            message=attempt.message,
            hint=attempt.hint,
            diagnosis=attempt.diagnosis,
            reward=attempt.reward,
            reward_parts=attempt.reward_parts,
            fixes=attempt.fixes,
            doubts=attempt.doubts,
        ).read(attempt.readings)


@dataclass
class AnswerView:
    """`status` is an Episode.Status value; `doing` says in a few words what is happening while it runs.

    `sql` is the statement that answered, empty until then. `earlier` is the answer that this one was asked for instead
    of, `replaced_by` the id of the one that was asked for instead of this.
    `weighed` says how sure it is, once it is there. `said` is what its person says of it, `taken` how their words were
    taken, `news` what became of the prompt after it.
    """

    id: str
    question: str
    generation: int
    max_attempts: int
    status: str = Episode.Status.RUNNING
    doing: str = "waiting for the model"
    attempts: list[AttemptView] = field(default_factory=list)
    sql: str = ""
    table: Table | None = None
    error: str = ""
    seconds: float | None = None
    earlier: Earlier | None = None
    replaced_by: str = ""
    provenance: Provenance | None = None
    weighed: Weighed = field(default_factory=Weighed)
    said: Said = field(default_factory=Said)
    taken: Taken = field(default_factory=Taken)
    news: Gap = field(default_factory=Gap)

    @property
    def words(self) -> str:
        """What was typed."""
        return self.taken.words or self.question

    @property
    def running(self) -> bool:
        return self.status == Episode.Status.RUNNING

    @property
    def current(self) -> AttemptView | None:
        """The attempt that answered (of two with the same SQL the later); until there is one, the last."""
        answered = (attempt for attempt in reversed(self.attempts) if self.sql and attempt.sql == self.sql)
        return next(answered, self.attempts[-1] if self.attempts else None)

    @property
    def failed_attempts(self) -> list[AttemptView]:
        return [attempt for attempt in self.attempts if attempt.failed]

    @property
    def may_be_retried(self) -> bool:
        return self.status == Episode.Status.SUCCEEDED and not self.replaced_by

    @property
    def asks(self) -> bool:
        """Whether the person is to say which of two readings is meant."""
        is_open = self.may_be_retried and self.said.is_right is None and not self.taken.replaced
        return is_open and self.weighed.found is not None

    @cached_property
    def changes(self) -> Changes | None:
        """What is otherwise than in the answer before; asked for once there is an answer."""
        if self.earlier is None or not self.sql:
            return None
        return changes(self.earlier.sql, self.sql, self.earlier.dialect)

    @property
    def is_recalled(self) -> bool:
        """Whether its SQL is that of a verified query, which the model was not asked for."""
        return self.provenance is not None and self.provenance.recalled is not None and not self.failed_attempts

    @cached_property
    def explanation(self) -> str:
        """What its SQL does, in words; asked for once there is an answer. Empty where that cannot be told."""
        dialect = self.provenance.dialect if self.provenance else ""
        return explain(self.sql, dialect) if self.sql and dialect else ""

    def apply(self, event: Event) -> None:
        """Fold one event in."""
        match event:
            case AttemptStarted(number, strategy, scores):
                self.attempts.append(AttemptView(number, str(strategy), {str(s): v for s, v in scores.items()}))
                self.doing = "thinking" if strategy is Strategy.GENERATE else "repairing"
            case Executing():
                self.doing = "running"
            case QueryOk(result):
                self.table = Table.from_result(result)
            case QueryError(error_class, message, hint):
                attempt = self.attempts[-1]
                attempt.error_class, attempt.message, attempt.hint = str(error_class), message, hint
                self.doing = DOING[error_class]
            case RewardGiven(total, parts, number):
                rewarded = self.attempts[number - 1]
                rewarded.reward, rewarded.reward_parts = total, dict(parts)
            case EpisodeDone(success, sql, _attempts, _reward, _usage, error):
                self.sql = sql
                self.attempts = [attempt for attempt in self.attempts if attempt.sql or attempt.failed]
                self.status = Episode.Status.SUCCEEDED if success else Episode.Status.FAILED
                self.error = error
            case _:
                self._hear(event)

    def _hear(self, event: Event) -> None:
        """What comes of the model."""
        match event:
            case Waiting(ahead):
                self.doing = waiting_words(ahead)
            case BegunAnew(why):
                self._discard(why)
            case SqlDelta(text):
                self.attempts[-1].sql += text
                self.doing = "writing SQL"
            case SqlReady(sql):
                self.attempts[-1].sql = sql
            case SqlFixed(sql, why):
                self.attempts[-1].sql = sql
                self.attempts[-1].fixes.append(why)
            case ReadingStarted(number, most):
                self.doing = f"reading the question again, {number} of at most {most}"
            case ReadingsDone(readings, chosen):
                self.attempts[-1].sql = chosen.sql if chosen else ""
                self.attempts[-1].read(stored(readings, chosen))
            case DiagnosisDelta(text):
                self.attempts[-1].diagnosis += text

    def _discard(self, why: str) -> None:
        attempt = self.attempts[-1]
        if attempt.failed:
            attempt.diagnosis = ""
        else:
            attempt.sql, attempt.discarded = "", why
            self.doing = "another model begins anew"

    @classmethod
    def from_record(
        cls,
        episode: Episode,
        max_attempts: int,
        provenance: Provenance | None = None,
        earlier: Earlier | None = None,
        weighed: Weighed | None = None,
    ) -> AnswerView:
        return cls(
            id=str(episode.pk),
            question=episode.question,
            generation=episode.generation,
            max_attempts=max_attempts,
            status=episode.status,
            doing="",
            sql=episode.sql,
            attempts=[AttemptView.from_record(attempt) for attempt in episode.attempts.all()],
            table=Table(from_json(episode.result)) if episode.result else None,
            error=episode.error,
            seconds=_seconds(episode),
            earlier=earlier,
            replaced_by=next((str(retry.pk) for retry in episode.retries.all()), ""),
            provenance=provenance,
            weighed=weighed or Weighed(),
        )


def waiting_words(ahead: int | None) -> str:
    """Of a line for the model: how many are ahead, None once it is behind us."""
    if ahead is None:
        return "thinking"
    return f"waiting for the model, {ahead} ahead of you" if ahead else "waiting for the model, you are next"


def _seconds(episode: Episode) -> float | None:
    if episode.finished_at is None:
        return None
    return (episode.finished_at - episode.started_at).total_seconds()
