"""How programs log in: with a personal token."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from knox.auth import TokenAuthentication as KnoxAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.throttling import UserRateThrottle
from structlog.contextvars import bind_contextvars

from accounts.models import ApiToken, User

acting_by: ContextVar[str] = ContextVar("acting_by", default="")
"""The name of the token by which a program asks or reads now; what it does stands in the audit list with it."""

# Who asks often does not write often.
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


class TokenAuthentication(KnoxAuthentication):  # type: ignore[misc]  # knox has no types
    """`Authorization: Token …`. Refuses what is unknown, revoked, expired or a deactivated user's."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        if not token.isascii():  # knox would fail to decode it
            raise AuthenticationFailed("Invalid token.")
        user, known = super().authenticate_credentials(token)
        bind_contextvars(user_id=user.pk)
        _note_use(known)
        return user, known


class TokenThrottle(UserRateThrottle):
    """What one person's tokens may ask in a minute, all together."""

    scope = "token"

    def get_rate(self) -> str | None:
        return f"{settings.RATE_TOKEN_REQUESTS}/minute" if settings.RATE_TOKEN_REQUESTS else None


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - _USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
