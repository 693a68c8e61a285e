"""A worker's hold on an optimization: trials and reflections, each made once and stored, and what they have cost.

Every step begins the search anew and repeats what the steps before it did from what they stored; so what is counted as
spent is what this pass through it has met, stored or not, and is the same in every pass.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from asgiref.sync import async_to_sync, sync_to_async
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from agent.llm import LLMError, Message, Sampling, complete
from agent.prompt import Prompt, generation_text
from endpoints import choosing
from learning.benchmark import examples as shown_examples
from learning.benchmark.measuring import BadGold, Outage
from learning.benchmark.policies import agent
from learning.endpoints import llm
from learning.generations.changing import lock, text_in
from learning.giving_way import give_way, watched
from learning.models import Candidate, Evaluation, Optimization, Reflection, Trial
from learning.optimizing.candidates import INSTRUCTIONS, as_texts, key_of, rules_of
from learning.optimizing.data import Example, verified_in
from learning.optimizing.halting import BudgetSpent, Overtaken, StepOver
from learning.optimizing.trying import Tried, try_out
from learning.prompts import assembled
from learning.quotas import counting
from learning.skills import skills_of
from learning.verified import retrieval

ATTEMPTS = 3
"""For each question: enough to see whether a prompt helps to repair."""
AT_ONCE_ELSEWHERE = 4
"""Questions at a time, where the model is not the embedded one."""
MOST_IN_VAIN = 6
_REPLY_TOKENS = 500
_TEMPERATURE = 0.7

Phase = Optimization.Phase


class Work:
    """`seconds`: how long this step may begin new work."""

    def __init__(self, optimization: Optimization, seconds: float) -> None:
        self.optimization = optimization
        self.examples = [Example.of_json(kept) for kept in optimization.examples]
        self.base = text_in(optimization.base)
        self.reflections = list(optimization.reflections.all())
        self.candidates = {candidate.number: candidate for candidate in optimization.candidates.all()}
        self.calls, self.tokens, self.seconds = 0, 0, 0.0
        self._trials = {(trial.key, trial.example): trial for trial in optimization.trials.all()}
        self._met: set[tuple[str, int]] = set()
        self._reflected = 0
        self._until = time.monotonic() + seconds

    def current(self) -> QuerySet[Optimization]:
        """The optimization, while this worker holds it."""
        return Optimization.objects.filter(pk=self.optimization.pk, run=self.optimization.run).under_way()

    def trials(
        self, candidate: Mapping[str, str], places: Sequence[int], phase: str, *, is_bounded: bool = True
    ) -> list[Trial]:
        """Of each place one. Raises Halted, Needed, Outage and SQLError; `is_bounded`: BudgetSpent among them."""
        key = key_of(candidate)
        wanted = [place for place in dict.fromkeys(places) if (key, place) not in self._met]
        at_once = 1 if choosing.is_embedded(self.optimization.connection) else AT_ONCE_ELSEWHERE
        while wanted:
            room = self._room() if is_bounded else at_once
            chunk, wanted = wanted[: min(room, at_once)], wanted[min(room, at_once) :]
            missing = [place for place in chunk if (key, place) not in self._trials]
            if missing:
                self._begin(phase)
                async_to_sync(watched)(self._try(candidate, key, missing), self._look)
            for place in chunk:
                trial = self._trials[key, place]
                self._met.add((key, place))
                self._count(1, trial.tokens, trial.seconds)
        return [self._trials[key, place] for place in places]

    def reflection(self, parent: int, component: str, remark: int | None, messages: Sequence[Message]) -> Reflection:
        """What the model says to `messages`, stored; `outcome` is empty or says why there is no reply. Raises Halted,
        Needed and Outage."""
        made = Reflection(parent=parent, component=component, remark_id=remark, asked=messages[-1].content)
        return self._once(made, lambda new: async_to_sync(watched)(self._ask(new, messages), self._look))

    def noted(self, parent: int, component: str, text: str, why: str) -> Reflection:
        """What a program proposes, stored like what a model says; nobody is asked. Raises Halted."""
        return self._once(Reflection(parent=parent, component=component, text=text, why=why))

    def _once(self, made: Reflection, ask: Callable[[Reflection], object] | None = None) -> Reflection:
        """As a step before this one has stored it, else `made`, with what `ask` fills in."""
        number = self._reflected
        stored = self.reflections[number] if number < len(self.reflections) else None
        if stored and not _is_same(stored, made):
            # It was another one: what came after that is not what would come now.
            with self._holding():
                self.optimization.reflections.filter(number__gte=number).delete()
            del self.reflections[number:]
            stored = None
        if not stored:
            self._room()
            self._begin(Phase.REFLECTING)
            stored = made
            stored.optimization, stored.number = self.optimization, number
            if ask:
                ask(stored)
            with self._holding():
                stored.save()
            self.reflections.append(stored)
        self._reflected += 1
        self._count(0, stored.tokens, stored.seconds)
        return stored

    def in_vain(self, candidate: Mapping[str, str]) -> list[str]:
        """The last rules that were proposed in this search and that the candidate does not have: none was better."""
        has = rules_of(candidate)
        proposed = [one.text for one in self.reflections[: self._reflected] if one.component != INSTRUCTIONS]
        return [text for text in dict.fromkeys(proposed) if text and text not in has][-MOST_IN_VAIN:]

    def keep(self, candidate: Candidate) -> None:
        """Unless a step before this one has stored it. One that says something else stands in its place, and what came
        after that is not what would come now. Raises Overtaken."""
        number, known = candidate.number, self.candidates.get(candidate.number)
        if known and key_of(as_texts(known)) == key_of(as_texts(candidate)):
            return
        with self._holding():
            self.optimization.candidates.filter(number__gte=number).delete()
            candidate.optimization = self.optimization
            candidate.save()
        self.candidates = {other: one for other, one in self.candidates.items() if other < number}
        self.candidates[number] = candidate

    def prompt_of(self, candidate: Mapping[str, str]) -> Prompt:
        """As questions would be asked with it: what people said and it does not say is told as rules of their own."""
        said = self.remarks_in(candidate)
        others = [rule["rule"] for rule in self.optimization.rules if rule["remark"] not in said]
        text = generation_text(candidate[INSTRUCTIONS], rules_of(candidate))
        return assembled(self.optimization.connection, text, self.optimization.notes, others)

    def remark_of(self, rule: str) -> int | None:
        """The id of the remark that a rule says, as far as the search has come again."""
        worded = {one.text: one.remark_id for one in self.reflections[: self._reflected] if one.text}
        known = {one.text: one.remark for one in self.base.rules}
        return {**worded, **known}.get(rule)

    def remarks_in(self, candidate: Mapping[str, str]) -> set[int]:
        return {found for rule in rules_of(candidate) if (found := self.remark_of(rule)) is not None}

    def _count(self, calls: int, tokens: int, seconds: float) -> None:
        self.calls, self.tokens, self.seconds = self.calls + calls, self.tokens + tokens, self.seconds + seconds

    def _room(self) -> int:
        """Questions that may still be asked. Raises BudgetSpent."""
        run = self.optimization
        if self.calls >= run.max_calls or self.tokens >= run.max_tokens or self.seconds >= run.max_seconds:
            raise BudgetSpent
        return run.max_calls - self.calls

    def _begin(self, phase: str) -> None:
        """New work: what there was so far is told. Raises Overtaken, StepOver and Exceeded."""
        if time.monotonic() >= self._until:
            raise StepOver
        counting.require_room(self.optimization.connection.team_id)
        told = {"phase": phase, "calls": self.calls, "tokens": self.tokens, "seconds": self.seconds}
        if not self.current().update(beat_at=Now(), **told):
            raise Overtaken

    @contextmanager
    def _holding(self) -> Iterator[None]:
        """What is stored meanwhile, no other worker stores. Raises Overtaken."""
        with transaction.atomic():
            lock(self.optimization.connection)
            if not self.current().update(beat_at=Now()):
                raise Overtaken
            yield

    async def _look(self) -> None:
        """Raises Overtaken and Needed."""
        if not await self.current().aupdate(beat_at=Now()):
            raise Overtaken
        await give_way(self.optimization.connection)

    async def _try(self, candidate: Mapping[str, str], key: str, places: Sequence[int]) -> None:
        run = self.optimization
        asked_with = await sync_to_async(self.prompt_of)(candidate)
        model = llm(run.connection, seed=run.seed, behind=True)
        shown = shown_examples.of_others(verified_in(self.examples), retrieval.SHOWN)
        asked = agent(
            model,
            Evaluation.Policy.LEARNED,
            ATTEMPTS,
            run.connection,
            seed=run.seed,
            examples=shown,
            skills=await sync_to_async(skills_of)(run.connection),
        )

        async def one(place: int) -> None:
            try:
                tried = await try_out(self.examples[place], run.connection, asked_with, asked)
            except BadGold as error:
                tried = Tried(0.0, None, "", error.message, 0, 0, 0, 0.0)
            self._trials[key, place] = await _store(run, key, place, tried)
            await sync_to_async(counting.add_tokens)(run.connection.team_id, None, tried.tokens, tried.cached)

        try:
            async with asyncio.TaskGroup() as group:
                for place in places:
                    group.create_task(one(place))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def _ask(self, reflection: Reflection, messages: Sequence[Message]) -> None:
        """Another seed each time: asked the same again, the model is to think of something else. Raises Outage."""
        seed = self.optimization.seed + reflection.number
        model = llm(self.optimization.connection, seed=seed, behind=True, reflecting=True)
        started = time.perf_counter()
        try:
            reply, finished = await complete(model, messages, max_tokens=_REPLY_TOKENS, sampling=Sampling(_TEMPERATURE))
        except LLMError as error:
            if error.is_outage:
                raise Outage(error.message) from error
            reflection.outcome = error.message
        else:
            usage = finished.usage
            reflection.reply = reply.replace("\0", "")
            reflection.tokens = usage.prompt - usage.cached + usage.completion
            await sync_to_async(counting.add)(self.optimization.connection.team_id, None, usage)
        reflection.seconds = time.perf_counter() - started


def _is_same(stored: Reflection, made: Reflection) -> bool:
    """What nobody was asked is told by its text."""
    is_asked = bool(made.asked)
    return (stored.component, stored.asked) == (made.component, made.asked) and (is_asked or stored.text == made.text)


async def _store(run: Optimization, key: str, place: int, tried: Tried) -> Trial:
    values = {
        "score": tried.score,
        "is_right": tried.is_right,
        "sql": tried.sql,
        "told": {"feedback": tried.feedback, "facts": [[fact.rule, fact.why] for fact in tried.facts]},
        "attempts": tried.attempts,
        "tokens": max(0, tried.tokens),
        "seconds": tried.seconds,
    }
    return (await Trial.objects.aget_or_create(optimization=run, key=key, example=place, defaults=values))[0]
