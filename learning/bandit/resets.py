"""Starting anew: what was decided before a reset counts no more, and counts again when the reset is undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from datasources import audit
from datasources.models import AuditEntry, Connection
from learning.bandit import arms, log
from learning.bandit.arms import ALL
from learning.bandit.rebuild import rebuild
from learning.bandit.sums import Sums
from learning.models import BanditDecision, BanditReset


def reset(connection: Connection, user: User) -> BanditReset:
    """The connection's bandit and those of its people forget what was decided up to now, and so do all together.

    An answer that is under way counts for what it decides from now on.
    """
    with _recounted(connection):
        made = BanditReset.objects.create(connection=connection, user=user)
        audit.record(connection, user, AuditEntry.Action.CHANGE, "reset what the bandit has learned")
    return made


def undo(reset: BanditReset, user: User) -> None:
    """As if it had not been; what was learned since stays. What an earlier reset made void stays so."""
    connection = Connection.objects.get(bandit_resets=reset)
    with _recounted(connection):
        reset.undone_at = timezone.now()
        if BanditReset.objects.filter(pk=reset.pk, undone_at=None).update(undone_at=reset.undone_at):
            audit.record(connection, user, AuditEntry.Action.CHANGE, "undid a reset of what the bandit has learned")


def last(connection: Connection) -> BanditReset | None:
    """The one that counts."""
    return BanditReset.objects.filter(connection=connection, undone_at=None).first()


@contextmanager
def _recounted(connection: Connection) -> Iterator[None]:
    """What happens meanwhile changes which decisions of the connection count."""
    with transaction.atomic():
        arms.lock()
        before = _counting(connection)
        yield
        arms.add([ALL], _counting(connection) - before)
        rebuild(connection)


def _counting(connection: Connection) -> Sums:
    return Sums.of(log.seen(BanditDecision.objects.counting().filter(connection=connection)))
