"""The worker's part of an optimization: a step works for some seconds, and has the next one enqueued.

A step knows its optimization by `run`: one that was cancelled, or taken over, has another, and the step ends. Beside
the steps a watch goes round in the other queue: where a step has died with its worker, it begins another one.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from datasources.errors import SQLError
from datasources.own_database import is_passing
from learning.benchmark.measuring import Outage
from learning.generations import changing
from learning.generations.changing import Rule, Text
from learning.giving_way import Needed
from learning.models import LONGEST_PAUSE, SILENT, Candidate, Generation, Optimization, Remark
from learning.optimizing import data, promotion, search
from learning.optimizing.candidates import as_texts, rules_of
from learning.optimizing.data import Part
from learning.optimizing.halting import Overtaken, StepOver
from learning.optimizing.promotion import Result, Verdict
from learning.optimizing.work import Work
from learning.quotas.refusing import Exceeded

logger = logging.getLogger(__name__)

SECONDS = 15.0
"""Of one step: then others who wait for the worker have their turn."""
GIVE_WAY = timedelta(seconds=3)
"""How long the next step waits when somebody needs the model."""
WATCH_EVERY = SILENT
PAUSES = (timedelta(seconds=5), timedelta(seconds=20), LONGEST_PAUSE)
"""For a model or a database that was there before, each time longer."""
BROKE = "Something went wrong on this server. The prompt is as it was, and the operator finds the details in the log."
CHANGED = "The database's schema changed meanwhile: what was measured before says nothing about it now."
SWITCHED_OFF = "The connection was switched off."

Outcome = Optimization.Outcome
Phase = Optimization.Phase
State = Optimization.State


def work(optimization_id: UUID, run: UUID) -> None:
    """What the worker does: a step, and then the next one is enqueued."""
    after = step(optimization_id, run)
    optimization = Optimization.objects.filter(pk=optimization_id, run=run).under_way().first()
    if after is not None and optimization:
        enqueue(optimization, after)


def step(optimization_id: UUID, run: UUID) -> timedelta | None:
    """How long the next one has to wait; None where it is over, or somebody else's."""
    found = Optimization.objects.filter(pk=optimization_id, run=run).under_way()
    optimization = found.select_related("connection", "base").defer("connection__schema_snapshot").first()
    if optimization is None:
        return None
    try:
        _know_schema(optimization)
        if obstacle := _obstacle(optimization):
            stop(optimization, obstacle)
            return None
        _work_on(optimization)
    except StepOver:
        return _go_on(optimization)
    except Needed:
        return _go_on(optimization, GIVE_WAY)
    except Overtaken:
        return None
    except Outage as outage:
        return _wait_out(optimization, outage.message)
    except (SQLError, Exceeded) as error:
        stop(optimization, error.message)
    except Exception as error:
        if is_passing(error):
            raise  # the worker does the step again, once the application's database is back
        logger.exception("optimization %s broke", optimization.pk)
        stop(optimization, BROKE)
    return None


def stop(optimization: Optimization, message: str) -> bool:
    """While it is under way; the prompt in use stays as it is. Gives whether it was."""
    ended = {"state": State.STOPPED, "message": message, "finished_at": timezone.now()}
    return bool(_current(optimization).update(**ended))


def enqueue(optimization: Optimization, after: timedelta = timedelta()) -> None:
    """Its next step, with a hold of its own: the one before it, begun again by whoever finds its worker lost, finds
    that it was done already."""
    from learning.tasks import optimize  # tasks.py imports this module

    later = optimize.using(run_after=timezone.now() + after) if after else optimize
    with transaction.atomic():
        run = uuid4()
        if _current(optimization).update(run=run):
            optimization.run = run
            later.enqueue(str(optimization.pk), str(run))


def enqueue_watch(optimization: Optimization) -> None:
    from learning.tasks import watch_optimization  # tasks.py imports this module

    watch_optimization.using(run_after=timezone.now() + WATCH_EVERY).enqueue(str(optimization.pk))


def watch(optimization_id: UUID) -> None:
    """Where nobody works on it any more, somebody else does; as long as it is under way."""
    optimization = Optimization.objects.filter(pk=optimization_id).under_way().first()
    if optimization:
        take_over(optimization)
        enqueue_watch(optimization)


def take_over(optimization: Optimization) -> bool:
    """Begin another step where the last one is silent; gives whether it was."""
    again = {"run": uuid4(), "beat_at": Now()}
    mine = Optimization.objects.silent().filter(pk=optimization.pk, run=optimization.run)
    if not mine.update(**again):
        return False
    optimization.refresh_from_db(fields=["run", "beat_at"])
    enqueue(optimization)
    return True


def _work_on(optimization: Optimization) -> None:
    """Raises what ends a step."""
    held = Work(optimization, SECONDS)
    search.run(held)
    _conclude(held)


def _know_schema(optimization: Optimization) -> None:
    """Where it was never read, it is now. Raises SQLError."""
    connection = optimization.connection
    if not connection.schema_fingerprint and connection.is_enabled:
        connection.schema()
    if not optimization.schema_fingerprint:
        optimization.schema_fingerprint = connection.schema_fingerprint
        optimization.save(update_fields=["schema_fingerprint"])


def _obstacle(optimization: Optimization) -> str:
    connection = optimization.connection
    if not connection.is_enabled:
        return SWITCHED_OFF
    return CHANGED if connection.schema_fingerprint != optimization.schema_fingerprint else ""


def _go_on(optimization: Optimization, after: timedelta = timedelta()) -> timedelta | None:
    return _pause(optimization, after, outages=0)


def _wait_out(optimization: Optimization, message: str) -> timedelta | None:
    if optimization.outages >= len(PAUSES):
        stop(optimization, message)
        return None
    return _pause(optimization, PAUSES[optimization.outages], outages=optimization.outages + 1)


def _pause(optimization: Optimization, after: timedelta, outages: int) -> timedelta | None:
    """It beats in the future: a pause is no silence."""
    held = _current(optimization).update(beat_at=Now() + after, outages=outages)
    return after if held else None


def _current(optimization: Optimization) -> QuerySet[Optimization]:
    return Optimization.objects.filter(pk=optimization.pk, run=optimization.run).under_way()


def _conclude(work: Work) -> None:
    """The best candidate is compared with the prompt in use on all of validation, but for what people have decided
    otherwise meanwhile. Raises what ends a step."""
    if not work.candidates:
        _finish(work, Outcome.NOTHING_FOUND, "The budget was spent before the prompt in use was measured.")
        return
    best = max(work.candidates.values(), key=lambda one: (one.score, -one.number))
    if best.number == 0:
        is_perfect = best.score >= 1.0
        _finish(work, Outcome.ALL_RIGHT if is_perfect else Outcome.NOTHING_FOUND, _nothing_found(work, best))
        return
    places = [place for place, example in enumerate(work.examples) if example.part == Part.HELD]
    places += search.searched(work.examples)
    gone = data.outdated(work.optimization.connection, work.examples)
    places = [place for place in places if place not in gone]
    before, after = (
        {
            place: Result(trial.score, trial.is_right)
            for place, trial in zip(places, work.trials(one, places, Phase.COMPARING, is_bounded=False), strict=True)
        }
        for one in (search.base_of(work), as_texts(best))
    )
    _decide(work, best, promotion.judge(work.examples, before, after, tried=len(work.candidates) - 1))


def _nothing_found(work: Work, base: Candidate) -> str:
    asked = len(base.scores)
    if base.score >= 1.0:
        return f"The prompt in use answers all {asked} questions right, and at once: there is nothing to add."
    tried = sum(bool(made.text) for made in work.reflections)
    if not tried:
        return "The model that reflects proposed nothing that can be used."
    return f"{tried} {'change was' if tried == 1 else 'changes were'} tried, and none was better."


@transaction.atomic
def _decide(work: Work, best: Candidate, verdict: Verdict) -> None:
    """Once, and only by who holds the optimization."""
    run = work.optimization
    changing.lock(run.connection)
    if not _current(run).update(phase=Phase.COMPARING):
        raise Overtaken
    run.connection.refresh_from_db(fields=["schema_fingerprint", "is_enabled"])
    if obstacle := _obstacle(run):
        stop(run, obstacle)
        return
    text = Text(best.instructions, [Rule(rule, work.remark_of(rule)) for rule in rules_of(as_texts(best))])
    outcome, state, reason = _what_to_do(run, verdict, text)
    if outcome == Outcome.PROPOSED and (before := _proposed_before(run, text)):
        told = f"It found what generation {before.number} says, which is proposed already. A curator decides."
        _finish(work, outcome, told)
        return
    generation = changing.add(
        run.base,
        text,
        Generation.Origin.EVOLVED,
        state=state,
        reflection=_reflection_of(work, best),
        optimization=run,
        candidate=best.number,
        comparison=verdict.as_json(),
        reason=reason,
    )
    if outcome == Outcome.PROMOTED:
        changing.promote(generation, None, verdict.sentence)
    _finish(work, outcome, reason or verdict.sentence)


def _what_to_do(run: Optimization, verdict: Verdict, text: Text) -> tuple[str, str, str]:
    """The outcome, the state of the generation that it leads to, and why."""
    if not verdict.is_better and (verdict.is_weak or not verdict.is_promising):
        return Outcome.NOT_BETTER, Generation.State.REJECTED, verdict.sentence
    is_clear = verdict.is_better and not verdict.is_weak
    if why := _not_by_itself(run, text) if is_clear else verdict.sentence:
        return Outcome.PROPOSED, Generation.State.PROPOSED, f"{why} A curator decides."
    return Outcome.PROMOTED, Generation.State.PROPOSED, ""


def _not_by_itself(run: Optimization, text: Text) -> str:
    """Why a person decides, however good it is; empty where nobody has to."""
    if changing.in_use(run.connection).pk != run.base_id:
        return "Another prompt was put to use while it was measured against the one before."
    said = run.connection.remarks.filter(pk__in=[rule.remark for rule in text.rules if rule.remark])
    if said.exclude(state=Remark.State.ACCEPTED).exists():
        return "It says a remark that was taken back while it was measured."
    worded = {rule["remark"]: rule["rule"] for rule in run.rules}
    if any(worded.get(remark.pk, remark.rule) != remark.rule for remark in said):
        return "It says a remark that was worded anew while it was measured."
    if before := rolled_back_before(run, text):
        return f"It says again what generation {before.number} said, which was rolled back."
    return ""


def rolled_back_before(run: Optimization, text: Text) -> Generation | None:
    """One that was rolled back and said some of what is new in `text`."""
    new = _said(text) - _said(changing.text_in(run.base))
    found = run.connection.generations.filter(state=Generation.State.ROLLED_BACK)
    return next((one for one in found if new & _said(changing.text_in(one))), None)


def _proposed_before(run: Optimization, text: Text) -> Generation | None:
    found = run.connection.generations.filter(state=Generation.State.PROPOSED, parent=run.base)
    return next((one for one in found if _said(changing.text_in(one)) == _said(text)), None)


def _said(text: Text) -> set[str]:
    """Its instructions and its rules, whatever their letters and spaces."""
    return {" ".join(said.casefold().split()) for said in (text.instructions, *(rule.text for rule in text.rules))}


def _reflection_of(work: Work, best: Candidate) -> str:
    """Why it is as it is: what the model said of each change on the way to it."""
    numbers, waiting = {best.number}, [best.number]
    while waiting:
        parents = [parent for parent in work.candidates[waiting.pop()].parents if parent and parent not in numbers]
        numbers.update(parents)
        waiting.extend(parents)
    return "\n".join(made.why for made in work.reflections if made.candidate in numbers and made.why)


def _finish(work: Work, outcome: str, message: str) -> None:
    _current(work.optimization).update(
        state=State.DONE,
        outcome=outcome,
        message=message,
        calls=work.calls,
        tokens=work.tokens,
        seconds=work.seconds,
        finished_at=timezone.now(),
    )
