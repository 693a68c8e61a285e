"""What holds of the log and the sums, whatever happened."""

from __future__ import annotations

from learning.bandit import arms, rebuild
from learning.bandit.arms import ALL, Scope
from learning.bandit.sums import Sums
from learning.models import BanditArm


def assert_sums_are_those_of_the_log() -> None:
    assert rebuild.check() == []


def assert_the_same(one: dict[Scope, Sums], two: dict[Scope, Sums]) -> None:
    """Up to rounding."""
    for scope in one.keys() | two.keys():
        assert one.get(scope, Sums.zero()).differing(two.get(scope, Sums.zero())) == [], scope


def stored() -> dict[Scope, Sums]:
    """Everybody's sums, as they are stored now."""
    scopes = sorted({Scope.of(arm) for arm in BanditArm.objects.all()}, key=str)
    return dict(zip(scopes, arms.read(scopes), strict=True)) if scopes else {}


def pulls(scope: Scope = ALL) -> int:
    [sums] = arms.read([scope])
    return int(sums.pulls.sum())
