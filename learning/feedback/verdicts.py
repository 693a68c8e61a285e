"""Correct and Wrong: what it does to the answer's reward, to the bandit and to the verified queries."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Case, Exists, IntegerField, OuterRef, Sum, When
from django.utils import timezone

from accounts.models import User
from learning.bandit import credit
from learning.confidence import judged
from learning.models import Episode, Verdict
from learning.noting import note
from learning.verified import marking


class NotPossible(ValueError):
    """The message is a sentence for a person."""


@transaction.atomic
def give(episode: Episode, user: User, is_right: bool | None) -> None:
    """`user` finds the answer right or wrong; None takes back what was said before. Raises NotPossible.

    The caller has seen to it that the user may see the answer.
    """
    # Locked: what several people say at once is counted one after the other.
    episode = Episode.objects.lock(episode)
    if episode.status != Episode.Status.SUCCEEDED:
        raise NotPossible("There is no answer to judge: only one that was found can be Correct or Wrong.")
    if is_right is None:
        Verdict.objects.filter(episode=episode, user=user).delete()
    else:
        values = {"is_right": is_right, "given_at": timezone.now()}
        Verdict.objects.update_or_create(episode=episode, user=user, defaults=values)
    credit.revise(episode, balance(episode))
    marking.follow(episode)
    judged.forget(episode.connection_id)
    note(episode.connection_id)


def balance(episode: Episode) -> bool | None:
    """What people say of an answer, taken together: the majority's verdict, None where there is none or it is even."""
    said = list(episode.verdicts.values_list("is_right", flat=True))
    right, wrong = said.count(True), said.count(False)
    return None if right == wrong else right > wrong


def is_wrong(episode: str) -> Exists:
    """A condition of a query: that the answer which its rows name as `episode` is found wrong, taken together."""
    worth = Case(When(is_right=True, then=1), default=-1, output_field=IntegerField())
    said = Verdict.objects.order_by().filter(episode=OuterRef(episode)).values("episode")
    return Exists(said.annotate(balance=Sum(worth)).filter(balance__lt=0))


def of(episode: Episode, user: User) -> bool | None:
    """What this person says."""
    return Verdict.objects.filter(episode=episode, user=user).values_list("is_right", flat=True).first()
