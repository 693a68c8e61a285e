"""What is done now and then, once by all workers together: whoever finds it due first has it enqueued."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from asgiref.sync import async_to_sync
from django.core.management import call_command
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from datasources import audit
from envapi import clearing, sessions
from envapi.recording import recorder
from learning import warming
from learning.models import Evaluation
from learning.quotas import clearing as clearing_of_quotas
from operations.models import Chore
from workbench.results import keeping as keeping_of_results
from workbench.saved.boards import refreshing
from workbench.saved.queries import keeping
from workbench.saved.subscriptions import checking


@dataclass(frozen=True, slots=True)
class Duty:
    """Safe to be done twice at once, and again."""

    name: str
    every: timedelta
    do: Callable[[], object]


def end_idle_sessions() -> None:
    """Those of agents that nobody has come back to."""
    async_to_sync(sessions.end_silent)()
    recorder.flush()


def clear_agents_episodes() -> None:
    while clearing.clear_some() == clearing.AT_ONCE:
        pass


def clear_log_ins() -> None:
    call_command("clearsessions", verbosity=0)


def clear_tasks() -> None:
    call_command("prune_db_task_results", queue_name="*", verbosity=0)


_A_DAY = timedelta(days=1)
DUTIES = {
    duty.name: duty
    for duty in (
        Duty("end idle OpenEnv sessions", timedelta(minutes=5), end_idle_sessions),
        Duty("stop lost evaluations", timedelta(minutes=5), Evaluation.objects.mark_lost),
        Duty("forget what the model read of values that are gone", timedelta(minutes=5), warming.forget_values),
        Duty("refresh boards that are due", timedelta(minutes=5), refreshing.ask_due),
        Duty("look at subscriptions that are due", timedelta(minutes=5), checking.ask_due),
        Duty("delete old audit entries", _A_DAY, audit.clear),
        Duty("delete old episodes of agents", _A_DAY, clear_agents_episodes),
        Duty("delete old figures of use", _A_DAY, clearing_of_quotas.clear),
        Duty("clear results that were kept", timedelta(hours=6), keeping_of_results.clear),
        Duty("delete deleted saved queries", _A_DAY, keeping.clear),
        Duty("delete ended log-ins", _A_DAY, clear_log_ins),
        Duty("delete old tasks", _A_DAY, clear_tasks),
    )
}


def enqueue_due() -> None:
    Chore.objects.bulk_create([Chore(name=name) for name in DUTIES], ignore_conflicts=True)
    for duty in DUTIES.values():
        with transaction.atomic():
            if _claim(duty):
                _enqueue(duty)


def _claim(duty: Duty) -> bool:
    """By the database's clock alone; one that was put back since makes it due, too."""
    due = Q(begun_at=None) | Q(begun_at__lt=Now() - duty.every) | Q(begun_at__gt=Now())
    return bool(Chore.objects.filter(due, name=duty.name).update(begun_at=Now()))


def _enqueue(duty: Duty) -> None:
    from operations.tasks import do_duty  # tasks.py imports this module

    do_duty.enqueue(duty.name)
