"""Which remarks a person sees: a curator all of the connection's, a member their own.

A remark quotes a question, and a conversation is its author's: of other people's remarks a member sees the rule that
came of one, and not what was asked.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from accounts.models import Membership, User
from datasources.models import Connection
from learning.models import Remark
from learning.models.feedback import RemarkQuerySet

ON_A_PAGE = 20
ALL = "all"

_NAMES = {
    Remark.State.PENDING: "Waiting",
    Remark.State.ACCEPTED: "Accepted",
    Remark.State.REJECTED: "Rejected",
    Remark.State.WITHDRAWN: "Taken back",
    ALL: "All",
}


@dataclass(frozen=True, slots=True)
class Filter:
    state: str
    name: str
    count: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of remarks of a state, and how many there are of each."""

    filters: tuple[Filter, ...]
    page: Page[Remark]
    state: str

    @property
    def is_empty(self) -> bool:
        """Whether there is no remark of any state."""
        return self.filters[-1].count == 0

    @property
    def waiting(self) -> int:
        return self.filters[0].count


def visible(connection: Connection, user: User, role: Membership.Role) -> RemarkQuerySet:
    found = Remark.objects.visible_to(user).filter(connection=connection).select_related("user", "reviewer")
    return found if role.may_curate else found.filter(user=user)


def listing(connection: Connection, user: User, role: Membership.Role, state: str, number: str | None) -> Listing:
    """An unknown `state`, or none, is what waits for a curator, and everything of a member's own."""
    if state not in _NAMES:
        state = Remark.State.PENDING if role.may_curate else ALL
    found = visible(connection, user, role)
    return Listing(_filters(found, state), Paginator(_of(found, state), ON_A_PAGE).get_page(number), state)


def _filters(found: RemarkQuerySet, current: str) -> tuple[Filter, ...]:
    counts = Counter(found.order_by().values_list("state", flat=True))
    counts[ALL] = counts.total()
    return tuple(Filter(state, name, counts[state], state == current) for state, name in _NAMES.items())


def _of(found: RemarkQuerySet, state: str) -> RemarkQuerySet:
    """What waits longest comes first; of what is decided, the newest."""
    if state == ALL:
        return found.order_by("-created_at", "-pk")
    if state == Remark.State.PENDING:
        return found.pending().order_by("created_at", "pk")
    return found.filter(state=state).order_by("-updated_at", "-pk")
