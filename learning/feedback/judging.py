"""What a person can do with an answer: call it right or wrong, and say what is wrong."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from learning.feedback import choice, remarks, verdicts
from learning.models import Episode, Remark


@transaction.atomic
def judge(episode: Episode, user: User, is_right: bool | None) -> None:
    """As `verdicts.give`; what was said to be wrong goes with the Wrong, and what was picked instead of the answer with
    what is taken back. Raises NotPossible."""
    if is_right is None:
        choice.put_back(episode)
    verdicts.give(episode, user, is_right)
    if is_right is not False:
        remarks.withdraw(Remark.objects.filter(episode=episode, user=user, origin=Remark.Origin.VERDICT), user)


@transaction.atomic
def explain(episode: Episode, user: User, text: str) -> None:
    """As `remarks.give`; who says what is wrong says that it is. Raises BadRemark, NotPossible."""
    episode = Episode.objects.lock(episode)
    if remarks.give(episode, user, text) and verdicts.of(episode, user) is not False:
        verdicts.give(episode, user, False)
