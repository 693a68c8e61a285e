"""The agent: one question, up to five attempts. The only loop there is; chat, commands and environment drive it."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from agent import prompt
from agent.attempt import Attempt, streak, why_given_up, writes_no_sql
from agent.conversation import told
from agent.errors import ErrorClass, classify_error, is_connection_lost
from agent.events import (
    AttemptStarted,
    DiagnosisDelta,
    EpisodeDone,
    Event,
    Executing,
    QueryError,
    QueryOk,
    RewardGiven,
    SqlDelta,
    SqlReady,
)
from agent.hints import Hints, hint
from agent.llm import LLM, BegunAnew, Finished, LLMError, Message, TextDelta, Usage, Waiting
from agent.policy import Context, Decision, Policy
from agent.rejection import Rejected, verdict_on, verdict_on_rows
from agent.repairs import Strategy
from agent.rewards import Outcome, grade, hindsight
from agent.same_sql import same_query
from agent.threads import execute
from agent.writing import Draft, write_sql
from datasources.engine import Database, ResultSet
from datasources.errors import ConnectFailed, DatabaseBusy, QueryCancelled, SQLError

MAX_QUESTION = 4000
"""Characters of a question."""

_TEMPERATURES = (0.0, 0.3, 0.6, 0.8)
_TEMPERATURE_AFTER_REPEAT = 1.0
_NOBODYS_FAULT = (ConnectFailed, DatabaseBusy, QueryCancelled)
_LOST = "The connection to the database was lost while the query ran. Ask again in a moment."


@dataclass(frozen=True, slots=True)
class Limits:
    """`answer_tokens` and `diagnosis_tokens` bound one reply each; `diagnose` asks the model where no hint is known."""

    attempts: int = 5
    answer_tokens: int = 700
    diagnosis_tokens: int = 60
    diagnose: bool = True


class Episode:
    """One question and its attempts.

    `step` makes one attempt and yields its events; when it ends, the episode is `done` or waits for the next
    strategy. `score` grades a result in [0, 1] where a gold answer is known. `rejected`, oldest first, are answers that
    the person did not want: none of them is given again. Of the `examples` that the model is shown, the most similar is
    last. `recalled` is the SQL of the first attempt: no model is asked unless it fails. `hints` says what is known of a
    failure.
    """

    def __init__(
        self,
        question: str,
        database: Database,
        llm: LLM,
        asked_with: prompt.Prompt,
        *,
        history: Sequence[prompt.Turn] = (),
        rejected: Sequence[Rejected] = (),
        limits: Limits | None = None,
        score: Callable[[ResultSet], float] | None = None,
        examples: Sequence[prompt.Example] = (),
        recalled: str = "",
        hints: Hints = hint,
    ) -> None:
        self.question = question
        self.limits = limits or Limits()
        self.attempts: list[Attempt] = []
        self.usage = Usage()
        self.done = False
        self._database = database
        self._llm = llm
        self._prompt = asked_with
        self._score = score
        self._recalled = recalled
        self._history = history
        self._examples = examples
        self._rejected = rejected
        self._hints = hints
        self.empty: tuple[Attempt, ResultSet] | None = None
        """The attempt that found no rows, and its result: they are the answer where no repair finds any."""

    def context(self) -> Context:
        """What a policy chooses by, after a failed attempt."""
        last = self.attempts[-1]
        if last.error_class is None:
            raise ValueError("There is nothing to repair: the last attempt did not fail.")
        previous = self.attempts[-2].error_class if len(self.attempts) > 1 else None
        return Context(
            error_class=last.error_class,
            attempt=last.number,
            max_attempts=self.limits.attempts,
            previous=last.strategy,
            error_changed=previous is not None and previous is not last.error_class,
            streak=streak(self.attempts),
        )

    async def step(
        self, strategy: Strategy, decision: Decision | None = None, *, sql: str = ""
    ) -> AsyncIterator[Event]:
        """One attempt; `decision` says why this strategy, where a policy chose it. `sql` is what whoever drives the
        episode has written: no model is asked, not for a diagnosis either. Raises ValueError when done."""
        if self.done:
            raise ValueError("The episode is done: reset it to ask again.")
        attempt = Attempt(len(self.attempts) + 1, strategy, decision, sql=sql.strip(), is_given=bool(sql.strip()))
        self.attempts.append(attempt)
        yield AttemptStarted(attempt.number, strategy, decision.scores if decision else {})
        try:
            async for event in self._attempt(attempt):
                yield event
        except (LLMError, *_NOBODYS_FAULT) as error:
            # No repair helps against these, and no strategy is to blame.
            outage = not isinstance(error, LLMError) or error.is_outage
            async for event in self._give_up(error.message, outage=outage):
                yield event

    async def _attempt(self, attempt: Attempt) -> AsyncIterator[Event]:
        result = None
        async for event in self._write(attempt):
            yield event
        if attempt.error_class is None:
            yield Executing()
            result = await self._run(attempt)
        if result is not None:
            yield QueryOk(result)
            async for event in self._reward(attempt, result):
                yield event
            yield self._finish(attempt)
            return
        yield QueryError(attempt.failure, attempt.message, attempt.hint)
        async for event in self._after_failure(attempt):
            yield event

    def _is_recalled(self, attempt: Attempt) -> bool:
        return bool(self._recalled) and attempt.number == 1 and not attempt.is_given

    async def _write(self, attempt: Attempt) -> AsyncIterator[Event]:
        """Have the model write `attempt.sql`, unless it is recalled or given; a reply without usable SQL has failed."""
        if attempt.is_given or self._is_recalled(attempt):
            attempt.sql = attempt.sql or self._recalled
            yield SqlReady(attempt.sql)
            if attempt.is_given:
                self._reject(attempt)
            return
        draft = Draft()
        temperature = _TEMPERATURES[min(attempt.number + len(self._rejected), len(_TEMPERATURES)) - 1]
        if attempt.number > 1 and self._repeats(self.attempts[-2]):
            temperature = _TEMPERATURE_AFTER_REPEAT
        tokens = self.limits.answer_tokens
        stream = write_sql(self._llm, self._fitting(tokens), draft, max_tokens=tokens, temperature=temperature)
        try:
            async with aclosing(stream) as deltas:
                async for piece in deltas:
                    if isinstance(piece, str):
                        attempt.sql += piece
                        yield SqlDelta(piece)
                        continue
                    if isinstance(piece, BegunAnew):
                        attempt.sql = ""
                    yield piece
        finally:
            self.usage += draft.usage
        attempt.sql, attempt.spoiled = draft.sql, draft.spoiled
        if draft.problem:
            attempt.error_class, attempt.message, attempt.talk = ErrorClass.OTHER, draft.problem, draft.text
            return
        yield SqlReady(attempt.sql)
        self._reject(attempt)

    def _reject(self, attempt: Attempt) -> None:
        if rejected := verdict_on(attempt.sql, self._rejected, self._database.dialect):
            self._note(attempt, ErrorClass.REJECTED, rejected)

    async def _run(self, attempt: Attempt) -> ResultSet | None:
        """The rows, or None with the failure noted in `attempt`. Zero rows fail it once, unless the SQL is recalled."""
        try:
            result = await execute(self._database, attempt.sql)
        except _NOBODYS_FAULT:
            raise
        except SQLError as error:
            if is_connection_lost(error, self._database.dialect):
                raise ConnectFailed(_LOST, error.code) from error
            self._note(attempt, classify_error(error, self._database.dialect), error.message)
            return None
        if rejected := verdict_on_rows(result, self._rejected):
            self._note(attempt, ErrorClass.REJECTED, rejected)
            return None
        if result.rows or self.empty or attempt.number == self.limits.attempts or self._is_recalled(attempt):
            return result
        self.empty = (attempt, result)
        self._note(attempt, ErrorClass.EMPTY_RESULT, "The query ran, but found no rows.")
        return None

    def _note(self, attempt: Attempt, error_class: ErrorClass, message: str) -> None:
        attempt.error_class, attempt.message = error_class, message
        attempt.hint = self._hints(error_class, message, attempt.sql, self._prompt.schema, self._database.dialect)

    async def _after_failure(self, attempt: Attempt) -> AsyncIterator[Event]:
        """What a failure leads to: a diagnosis and the next attempt, or the end of the episode."""
        last = attempt.number == self.limits.attempts or writes_no_sql(self.attempts)
        if not last and self.limits.diagnose and not attempt.hint and attempt.sql and not attempt.is_given:
            async for event in self._diagnose(attempt):
                yield event
        async for event in self._reward(attempt):
            yield event
        if last:
            async for event in self._give_up(why_given_up(self.attempts)):
                yield event

    async def _give_up(self, why: str, *, outage: bool = False) -> AsyncIterator[Event]:
        """End without a new answer; where a query found no rows and what followed failed, no rows are the answer."""
        if self.empty is None:
            yield self._finish(None, why, outage=outage)
            return
        answered, result = self.empty
        yield QueryOk(result)
        yield self._finish(answered, outage=outage)

    async def _diagnose(self, attempt: Attempt) -> AsyncIterator[Event]:
        attempt.is_diagnosed = True
        tokens = self.limits.diagnosis_tokens
        stream = self._llm.stream(self._fitting(tokens), max_tokens=tokens, temperature=0.0)
        try:
            async with aclosing(stream) as items:
                async for item in items:
                    match item:
                        case TextDelta(text):
                            attempt.diagnosis += text
                            yield DiagnosisDelta(text)
                        case Finished(_, usage):
                            self.usage += usage
                        case BegunAnew():
                            attempt.diagnosis = ""
                            yield item
                        case Waiting():
                            yield item
        except LLMError:
            pass  # the repair goes on without it

    async def _reward(self, attempt: Attempt, result: ResultSet | None = None) -> AsyncIterator[Event]:
        """Grade `attempt`; when it answered, also what the failures before it gain in hindsight.

        A repair of an empty result that found nothing again has repaired nothing, though no rows are the answer now.
        """
        previous = self.attempts[attempt.number - 2].error_class if attempt.number > 1 else None
        score = self._score(result) if self._score and result is not None else None
        error_class = attempt.error_class
        if error_class is None and score is None and self.empty:
            error_class = ErrorClass.EMPTY_RESULT if result is None or not result.rows else None
        attempt.reward = grade(Outcome(attempt.number, error_class, previous, score))
        yield RewardGiven(attempt.reward.total, attempt.reward.parts, attempt.number)
        if error_class is None:
            for earlier in self.attempts[: attempt.number - 1]:
                earlier.reward = earlier.reward.plus("hindsight", hindsight(earlier.number, attempt.number))
                yield RewardGiven(earlier.reward.total, earlier.reward.parts, earlier.number)

    def _finish(self, answered: Attempt | None, error: str = "", *, outage: bool = False) -> EpisodeDone:
        self.done = True
        return EpisodeDone(
            success=answered is not None,
            sql=answered.sql if answered else "",
            attempts=len(self.attempts),
            reward=round(sum(attempt.reward.total for attempt in self.attempts), 6),
            usage=self.usage,
            error=error,
            outage=outage,
        )

    def _fitting(self, reply_tokens: int) -> list[Message]:
        opening = self._prompt.opening(self._history, self.question, self._examples)
        rejections = [
            message for each in self._rejected for message in (prompt.reply(each.sql), prompt.rejection(each.remark))
        ]
        messages = [*opening, *rejections, *told(self.attempts, self._repeats)]
        return self._prompt.fitting(messages, len(opening), reply_tokens)

    def _repeats(self, attempt: Attempt) -> bool:
        """Whether it is a query that was written, or rejected, before."""
        earlier = [each.sql for each in self.attempts[: attempt.number - 1]]
        earlier += [each.sql for each in self._rejected]
        return any(same_query(attempt.sql, sql, self._database.dialect) for sql in earlier)


async def solve(episode: Episode, policy: Policy) -> AsyncGenerator[Event]:
    """The loop: `generate`, then what the policy chooses until the episode is done, learning from each attempt."""
    async for event in episode.step(Strategy.GENERATE):
        yield event
    while not episode.done:
        decision = policy.choose(episode.context())
        async for event in episode.step(decision.strategy, decision):
            if isinstance(event, RewardGiven):
                _teach(policy, episode.attempts[event.attempt - 1], event)
            yield event


def _teach(policy: Policy, attempt: Attempt, given: RewardGiven) -> None:
    """Tell the policy what a decision of its own earned; given again, only what hindsight adds."""
    if attempt.decision is None or attempt.spoiled:
        return
    if attempt.taught is None:
        policy.learn(attempt.decision, given.total)
    else:
        policy.correct(attempt.decision, given.total - attempt.taught)
    attempt.taught = given.total
