"""Who is at the other end of a WebSocket: asked anew, since a socket outlives log-outs."""

from __future__ import annotations

from typing import Any

from channels.auth import get_user
from structlog.contextvars import bind_contextvars

from accounts import preferences
from accounts.models import User


async def user_now(session: Any) -> User | None:
    """The user of a socket's session as both are in the database now; None after a log-out or a deactivation."""
    scope: Any = {"session": session.__class__(session.session_key)}
    user = await get_user(scope)
    if not isinstance(user, User):
        return None
    bind_contextvars(user_id=user.pk)
    preferences.use(user)
    return user
