"""What is said to who may not ask now: which limit, how much it is, until when, and who can change it."""

from __future__ import annotations

from accounts.models import Membership, Team
from datasources.wording import counted
from learning.models import Usage
from learning.quotas import days
from learning.quotas.limits import Limits

STILL = "Questions with a verified answer are still answered."


class Exceeded(Exception):
    """A limit is reached. `message` is sentences for a person, `retry_after` the seconds until it is free again."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


def require(used: Usage, its: Limits, *, only_minute: bool = False) -> None:
    """Raises Exceeded where one question more is too many; with `only_minute` whatever the day's limits are."""
    if its.a_minute and used.minute == days.this_minute() and used.in_minute >= its.a_minute:
        left = days.seconds_left_of_minute()
        what = f"You have asked {counted(its.a_minute, 'question')} within this minute, and more are not possible."
        raise Exceeded(f"{what} Ask again in {counted(left, 'second')}.", left)
    if only_minute:
        return
    if its.questions and used.questions >= its.questions:
        _refuse(used, "asked " + counted(used.questions, "question"), "which is {whose} limit")
    require_tokens(used, its)


def require_tokens(used: Usage, its: Limits) -> None:
    """Raises Exceeded."""
    if its.tokens and used.tokens >= its.tokens:
        _refuse(used, f"used {counted(used.tokens, 'token')}", f"and {its.tokens:,} is {{whose}} limit")


def for_background(used: int, limits: Limits, team_id: int) -> Exceeded:
    team = Team.objects.get(pk=team_id)
    what = f"“{team}” has used {used:,} of its {limits.tokens:,} tokens today, and the rest is for people's questions."
    return Exceeded(f"{what} This can go on {days.when_free()}. {_whom_to_ask(team)}", days.seconds_left())


def _refuse(used: Usage, what: str, limit: str) -> None:
    """Raises Exceeded."""
    if used.team:
        said = f"“{used.team}” has {what} today, {limit.format(whose='its')}. Its members can ask again"
        whom = _whom_to_ask(used.team)
    else:
        said = f"You have {what} today, {limit.format(whose='your')}. You can ask again"
        whom = "Ask the operator of this site if you need more."
    raise Exceeded(f"{said} {days.when_free()}. {STILL} {whom}", days.seconds_left())


def _whom_to_ask(team: Team) -> str:
    owned = team.memberships.filter(role=Membership.Role.OWNER).order_by("user__username")
    owners = list(owned.values_list("user__username", flat=True)[:3])
    if not owners:
        return "The operator of this site can raise the limit."
    return f"If that is too little, ask {' or '.join(owners)}, who can have the operator raise the limit."
