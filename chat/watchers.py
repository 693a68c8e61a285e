"""Who looks at a conversation: those in this process are told at once, those in others through its post."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from chat.fragments import Fragment

logger = logging.getLogger(__name__)


class Watcher(Protocol):
    async def hear(self, fragment: Fragment) -> None: ...

    async def catch_up(self) -> None:
        """Something may not have been heard."""
        ...


_here: dict[UUID, set[Watcher]] = {}


def add(conversation_id: UUID, watcher: Watcher) -> None:
    _here.setdefault(conversation_id, set()).add(watcher)


def remove(conversation_id: UUID, watcher: Watcher) -> bool:
    """Returns whether nobody here looks at the conversation any more."""
    left = _here.get(conversation_id, set())
    left.discard(watcher)
    if not left:
        _here.pop(conversation_id, None)
    return not left


def is_anybody(conversation_id: UUID) -> bool:
    return conversation_id in _here


async def tell(conversation_id: UUID, fragment: Fragment) -> None:
    for watcher in _of(conversation_id):
        try:
            await watcher.hear(fragment)
        except Exception:  # whoever cannot be told ends neither the answer nor what others see
            logger.exception("a watcher of conversation %s could not be told", conversation_id)


async def have_caught_up(conversation_ids: Iterable[UUID] | None = None) -> None:
    """Let those who look at these conversations find out what they missed; without them, everybody."""
    for conversation_id in list(_here) if conversation_ids is None else conversation_ids:
        for watcher in _of(conversation_id):
            try:
                await watcher.catch_up()
            except Exception:
                logger.exception("a watcher of conversation %s could not catch up", conversation_id)


def _of(conversation_id: UUID) -> list[Watcher]:
    return list(_here.get(conversation_id, ()))
