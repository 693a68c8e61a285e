"""Looks whether a condition holds, as its person, and tells it once: not again before it was false in between.

What the person may not see any more is neither run nor told. Safe to be done twice at once: one of them sets `is_true`.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.db.models.functions import Now
from django.utils import timezone

from datasources.engine import Cell, ResultSet
from datasources.errors import SQLError
from workbench.saved.every import due
from workbench.saved.parameters import entered
from workbench.saved.queries import running
from workbench.saved.subscriptions import mail
from workbench.saved.subscriptions.models import Subscription

SOURCE = "alert"
UNSEEN = "You may not see this question any more, or its database is switched off: it is not looked at."
NOT_SENT = "The e-mail could not be sent. It is tried again at the next look."


def ask_due() -> None:
    """Have workers look at those whose time has come; who else looks at this moment finds them begun."""
    from workbench.tasks import check_subscription  # which imports this module

    for pk in Subscription.objects.filter(due()).values_list("pk", flat=True):
        if Subscription.objects.filter(due(), pk=pk).update(begun_at=Now()):
            check_subscription.enqueue(pk)


def check(subscription_id: int) -> None:
    found = Subscription.objects.select_related("user", "saved__connection").filter(pk=subscription_id).first()
    if found is None:
        return
    if not found.is_seen:
        _note(found, UNSEEN)
        return
    try:
        reached = holds(found, _run(found))
    except SQLError as error:
        _note(found, error.message)
        return
    if reached is None:
        Subscription.objects.filter(pk=found.pk).update(is_true=False, error="")
    elif Subscription.objects.filter(pk=found.pk, is_true=False).update(is_true=True, error=""):
        _tell(found, reached)


def holds(subscription: Subscription, result: ResultSet) -> str | None:
    """What fulfils the condition, in words; None where nothing does. Raises SQLError where that cannot be told."""
    if subscription.condition == Subscription.Condition.ROWS:
        rows = len(result.rows)
        more = "at least " if result.truncated else ""
        return f"It gives {more}{rows:,} row{'' if rows == 1 else 's'}." if rows else None
    numbers = _numbers(subscription.column, result)
    if not numbers or subscription.limit is None:
        return None
    is_above = subscription.condition == Subscription.Condition.ABOVE
    reached = max(numbers) if is_above else min(numbers)
    passes = reached > subscription.limit if is_above else reached < subscription.limit
    return f"{subscription.column} is {reached:,f}." if passes else None


def _numbers(column: str, result: ResultSet) -> list[Decimal]:
    """Raises SQLError."""
    names = [name.casefold() for name in result.columns]
    if column.casefold() not in names:
        raise SQLError(f"There is no column {column} any more: there are {', '.join(result.columns)[:200]}.")
    at = names.index(column.casefold())
    return [number for row in result.rows if (number := _number(row[at])) is not None]


def _number(value: Cell) -> Decimal | None:
    """Raises SQLError for what is none."""
    if value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise SQLError(f"“{str(value)[:40]}” is no number, and can be neither above nor below one.") from None
    return number if number.is_finite() else None


def _run(subscription: Subscription) -> ResultSet:
    """Raises SQLError."""
    values = entered(subscription.saved.inputs, subscription.typed)
    if values.errors:
        raise SQLError(" ".join(values.errors.values()))
    result, _ = running.run(subscription.saved, subscription.user, values.given, SOURCE)
    return result


def _tell(subscription: Subscription, reached: str) -> None:
    # The statement took its time: who was taken out of the team meanwhile is told nothing.
    if not subscription.is_seen:
        _note(subscription, UNSEEN, is_true=False)
    elif mail.send(subscription, reached):
        Subscription.objects.filter(pk=subscription.pk).update(told_at=timezone.now())
    else:
        _note(subscription, NOT_SENT, is_true=False)


def _note(subscription: Subscription, error: str, **more: bool) -> None:
    Subscription.objects.filter(pk=subscription.pk).update(error=error, **more)
