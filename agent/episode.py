"""The agent: one question, up to five attempts. The only loop there is; chat, commands and environment drive it."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing

from agent import prompt
from agent.attempt import Attempt, streak, why_given_up, writes_no_sql
from agent.errors import ErrorClass
from agent.events import (
    AttemptStarted,
    EpisodeDone,
    Event,
    Executing,
    QueryError,
    QueryOk,
    RewardGiven,
    SqlDelta,
    SqlFixed,
    SqlReady,
)
from agent.grammar import grammar
from agent.hints import Hints, hint
from agent.limits import Limits as Limits
from agent.llm import LLM, BegunAnew, LLMError, Sampling, Usage
from agent.policy import Context, Decision, Policy
from agent.rejection import Rejected
from agent.repairs import Strategy
from agent.rereading import Rereader
from agent.rewards import Outcome, grade, hindsight
from agent.skills import PLAIN, Skills
from agent.standing import Standing
from agent.teaching import teach
from agent.telling import Telling, diagnosed
from agent.trial import NOBODYS_FAULT, Trial
from agent.wanted_tables import is_request
from agent.writing import Draft, write_sql
from datasources.engine import Database, ResultSet

MAX_QUESTION = 4000
"""Characters of a question."""

_TEMPERATURES = (0.0, 0.3, 0.6, 0.8)
_TEMPERATURE_AFTER_REPEAT = 1.0


class Episode:
    """One question and its attempts.

    `step` makes one attempt and yields its events; when it ends, the episode is `done` or waits for the next
    strategy. `score` grades a result in [0, 1] where a gold answer is known. `rejected`, oldest first, are answers that
    the person did not want: none of them is given again. Of the `examples` that the model is shown, the most similar is
    last. `recalled` is the SQL of the first attempt: no model is asked unless it fails. `hints` says what is known of a
    failure. `skills`: what is done beyond that.
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
        skills: Skills = PLAIN,
    ) -> None:
        self.question = question
        self.limits = limits or Limits()
        self.skills = skills
        self.attempts: list[Attempt] = []
        self.usage = Usage()
        self.done = False
        self._database = database
        self._llm = llm
        self._prompt = asked_with
        self._score = score
        self._recalled = recalled
        self._hints = hints
        whole = skills.grammar and asked_with.is_whole
        self._grammar = grammar(asked_with.schema, asked_with.dialect) if whole else ""
        self._rejections = len(rejected)
        self._telling = Telling(
            question, asked_with, self.attempts, history, examples, rejected, with_values=skills.values
        )
        self._trial = Trial(question, database, asked_with.schema, skills, rejected, asked_with.values)
        self.standing: Standing | None = None

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
            doubts=last.doubts,
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
        except (LLMError, *NOBODYS_FAULT) as error:
            # No repair helps against these, and no strategy is to blame.
            outage = not isinstance(error, LLMError) or error.is_outage
            async for event in self._give_up(error.message, outage=outage):
                yield event

    async def _attempt(self, attempt: Attempt) -> AsyncIterator[Event]:
        async for event in self._write(attempt):
            yield event
        if attempt.error_class is None:
            async for event in self._run(attempt):
                yield event
        elif attempt.talk and not attempt.spoiled and not is_request(attempt.talk):
            async for event in self._read_again(attempt):
                yield event
        result = await self._accepted(attempt)
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
            return
        draft = Draft()
        temperature = _TEMPERATURES[min(attempt.number + self._rejections, len(_TEMPERATURES)) - 1]
        if attempt.number > 1 and self._telling.repeats(self.attempts[-2]):
            temperature = _TEMPERATURE_AFTER_REPEAT
        tokens = self.limits.answer_tokens
        sampling = Sampling(temperature, grammar=self._grammar, weighed=self.skills.readings > 1)
        stream = write_sql(self._llm, self._telling.messages(tokens), draft, max_tokens=tokens, sampling=sampling)
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
        attempt.sql, attempt.spoiled, attempt.likelihood = draft.sql, draft.spoiled, draft.likelihood
        if draft.problem:
            attempt.error_class, attempt.message, attempt.talk = ErrorClass.OTHER, draft.problem, draft.text
            return
        yield SqlReady(attempt.sql)

    async def _run(self, attempt: Attempt) -> AsyncIterator[Event]:
        """What was written, and where that is worth it other readings of the question, of which one is chosen."""
        if refused := self._trial.refused(attempt.sql):
            attempt.take(refused)
            return
        yield Executing()
        as_given = attempt.is_given or self._is_recalled(attempt)
        reading = await self._trial.read(attempt.sql, attempt.likelihood, as_given=as_given)
        attempt.take(reading)
        if reading.fixes:
            yield SqlFixed(reading.sql, reading.fixes[-1].why)
        if not as_given:
            async for event in self._read_again(attempt):
                yield event

    async def _read_again(self, attempt: Attempt) -> AsyncIterator[Event]:
        """Also where the first reading came to no SQL: another view of the database may lead to some."""
        if attempt.number > 1:
            return
        tokens = self.limits.answer_tokens
        reader = Rereader(self._llm, self._telling.views(tokens), self._trial, self.skills, tokens, self._grammar)
        try:
            async for event in reader.read(attempt):
                yield event
        finally:
            self.usage += reader.usage

    async def _accepted(self, attempt: Attempt) -> ResultSet | None:
        """The rows that answer, or None with the failure noted in `attempt`: an answer without rows, or that something
        speaks against, fails it once."""
        reading = attempt.reading
        if reading is None:
            return None
        if (result := reading.result) is None:
            await self._note(attempt, attempt.failure, attempt.message)
            return None
        if self._stands(attempt, result):
            return result
        self.standing = self.standing or Standing(attempt, result)
        if result.rows:
            await self._note(attempt, ErrorClass.SUSPICIOUS, " ".join(doubt.why for doubt in reading.doubts))
        else:
            await self._note(attempt, ErrorClass.EMPTY_RESULT, "The query ran, but found no rows.")
        return None

    def _stands(self, attempt: Attempt, result: ResultSet) -> bool:
        """Whether it is the answer."""
        if self._is_recalled(attempt) or attempt.number == self.limits.attempts:
            return True
        if self.standing is None:
            return bool(result.rows) and not attempt.doubts
        return self.standing.gives_way(attempt, result)

    async def _note(self, attempt: Attempt, error_class: ErrorClass, message: str) -> None:
        attempt.error_class, attempt.message = error_class, message
        if self.skills.facts and not attempt.is_given:
            attempt.hint = await self._trial.facts(attempt.sql, error_class, message)
        else:
            attempt.hint = self._hints(error_class, message, attempt.sql, self._prompt.schema, self._database.dialect)

    async def _after_failure(self, attempt: Attempt) -> AsyncIterator[Event]:
        """What a failure leads to: a diagnosis and the next attempt, or the end of the episode."""
        vain = self.standing is not None and self.standing.outlasts(attempt)
        last = attempt.number == self.limits.attempts or writes_no_sql(self.attempts) or vain
        if not last and self.limits.diagnose and not attempt.hint and attempt.sql and not attempt.is_given:
            async for event in self._diagnose(attempt):
                yield event
        async for event in self._reward(attempt):
            yield event
        if last:
            async for event in self._give_up(why_given_up(self.attempts)):
                yield event

    async def _give_up(self, why: str, *, outage: bool = False) -> AsyncIterator[Event]:
        """End without a new answer; where a query ran and what followed failed, that is the answer."""
        if self.standing is None:
            yield self._finish(None, why, outage=outage)
            return
        yield QueryOk(self.standing.result)
        yield self._finish(self.standing.attempt, outage=outage)

    async def _diagnose(self, attempt: Attempt) -> AsyncIterator[Event]:
        attempt.is_diagnosed = True
        tokens = self.limits.diagnosis_tokens
        async with aclosing(diagnosed(self._llm, self._telling.messages(tokens), attempt, tokens)) as items:
            async for item in items:
                if isinstance(item, Usage):
                    self.usage += item
                else:
                    yield item

    async def _reward(self, attempt: Attempt, result: ResultSet | None = None) -> AsyncIterator[Event]:
        """Grade `attempt`; when it answered, also what the failures before it gain in hindsight.

        A repair of an empty result that found nothing again has repaired nothing, though no rows are the answer now.
        """
        previous = self.attempts[attempt.number - 2].error_class if attempt.number > 1 else None
        score = self._score(result) if self._score and result is not None else None
        error_class = attempt.error_class
        if error_class is None and score is None and self.standing:
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


async def solve(episode: Episode, policy: Policy) -> AsyncGenerator[Event]:
    """The loop: `generate`, then what the policy chooses until the episode is done, learning from each attempt."""
    async for event in episode.step(Strategy.GENERATE):
        yield event
    while not episode.done:
        decision = policy.choose(episode.context())
        async for event in episode.step(decision.strategy, decision):
            if isinstance(event, RewardGiven):
                teach(policy, episode.attempts[event.attempt - 1], event)
            yield event
