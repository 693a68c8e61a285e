"""Whose program asks: by a personal token that may ask and read databases, and no more often than it may."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

from django.http import HttpRequest
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import User
from accounts.tokens import TokenAuthentication, TokenThrottle, acting_by
from api.problems import Code, Problem

_SCHEMES = {"bearer", "token"}
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="SQL agent"'}
_HOW = "Make one on the page “API tokens” that may ask and read databases, and send it as “Authorization: Bearer …”."


@dataclass(frozen=True, slots=True)
class Caller:
    """The person, and the name of the token by which a program acts as them."""

    user: User
    token_name: str

    def act(self) -> None:
        """From now on, in this request, statements are audited with the token's name."""
        acting_by.set(self.token_name)


def caller_of(request: HttpRequest) -> Caller:
    """Raises Problem."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() not in _SCHEMES:
        raise Problem(Code.UNAUTHORIZED, f"A personal token is needed. {_HOW}", headers=_CHALLENGE)
    user, known = _known(token.strip())
    if not known.may_ask:
        raise Problem(
            Code.NOT_THIS_TOKEN,
            f"The token “{known.name}” was made for the OpenEnv environment, not to ask and read databases. {_HOW}",
        )
    request.user = user
    throttle: Any = TokenThrottle()
    if not throttle.allow_request(request, None):
        seconds = ceil(throttle.wait() or 1)
        raise Problem(
            Code.TOO_MANY_REQUESTS,
            f"Your tokens have asked as often as they may in a minute, all together. Try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )
    return Caller(user, known.name)


def _known(token: str) -> tuple[User, Any]:
    """Raises Problem."""
    try:
        if not token.isascii():
            raise AuthenticationFailed
        return TokenAuthentication().authenticate_credentials(token.encode())
    except AuthenticationFailed:
        message = "This token is not valid: it is unknown, revoked or expired."
        raise Problem(Code.UNAUTHORIZED, f"{message} {_HOW}", headers=_CHALLENGE) from None
