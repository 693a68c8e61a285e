"""Who is at the other end: somebody with a token, or nobody in particular where the built-in tasks are public."""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import unquote

from asgiref.sync import sync_to_async
from django.conf import settings
from rest_framework.exceptions import AuthenticationFailed
from structlog.contextvars import bind_contextvars

from accounts.models import User
from accounts.tokens import TokenAuthentication
from envapi.errors import NotAllowed

KNOWN_FOR = 2.0
"""Seconds that a token counts without being looked up again: a revoked one works so much longer."""
_MOST_KNOWN = 10_000

_MISSING = (
    "A personal token is needed. Make one on the account page and send it as “Authorization: Bearer …”, "
    "or as the password in the address: https://agent:TOKEN@host."
)


@dataclass(frozen=True, slots=True)
class Caller:
    """`user` is None for who has no token; `key` tells one caller's sessions from others'."""

    user: User | None
    key: str


_known: dict[bytes, tuple[float, Caller]] = {}
_looking: dict[bytes, asyncio.Task[Caller]] = {}


async def caller_of(headers: Mapping[str, str], address: str) -> Caller:
    """By the request's headers (names in lower case). Raises NotAllowed."""
    token = _token(headers.get("authorization", ""))
    if token is None:
        if not settings.OPENENV_PUBLIC:
            raise NotAllowed(_MISSING)
        return Caller(None, f"address {address}")
    digest = sha256(token.encode()).digest()
    until, known = _known.get(digest, (0.0, None))
    if known is None or until < time.monotonic():
        if digest not in _looking:
            # Once for all who wait: hundreds of sessions may have the same token.
            _looking[digest] = asyncio.create_task(_looked_up(digest, token))
            _looking[digest].add_done_callback(lambda _: _looking.pop(digest, None))
        known = await asyncio.shield(_looking[digest])
    if known.user:
        bind_contextvars(user_id=known.user.pk)
    return known


async def _looked_up(digest: bytes, token: str) -> Caller:
    until = time.monotonic() + KNOWN_FOR
    found = await sync_to_async(_look_up)(token)
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    _known[digest] = (until, found)
    return found


def _token(header: str) -> str | None:
    """Of “Bearer …”, “Token …”, or Basic's password. Raises NotAllowed for anything else; None where there is none."""
    scheme, _, value = header.partition(" ")
    match scheme.lower():
        case "":
            return None
        case "bearer" | "token":
            return value.strip()
        case "basic":
            try:
                _, _, password = base64.b64decode(value, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                raise NotAllowed("The authorization cannot be read.") from None
            return unquote(password)
    raise NotAllowed(_MISSING)


def _look_up(token: str) -> Caller:
    try:
        if not token.isascii():
            raise AuthenticationFailed
        user, known = TokenAuthentication().authenticate_credentials(token.encode())
    except AuthenticationFailed:
        raise NotAllowed(
            "This token is not valid: it is unknown, revoked or expired. Make a new one on the account page."
        ) from None
    if not known.may_train:
        raise NotAllowed(
            "This token may ask and read databases, not use the OpenEnv environment. Make one that may on the account "
            "page."
        )
    return Caller(user, f"user {user.pk}")
