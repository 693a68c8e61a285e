"""Questions that were asked, by the name that the browser gave them: sent again, they are not asked again."""

from __future__ import annotations

from collections import OrderedDict, deque
from uuid import UUID

REMEMBERED = 20
CONVERSATIONS = 1000

_asked: OrderedDict[UUID, deque[str]] = OrderedDict()


def is_known(conversation_id: UUID, request: str) -> bool:
    """Whether it was asked before; what has no name is always new."""
    return bool(request) and request in _asked.get(conversation_id, ())


def remember(conversation_id: UUID, request: str) -> None:
    """The last few of each conversation, of those that were asked in lately."""
    _asked.setdefault(conversation_id, deque(maxlen=REMEMBERED)).append(request)
    _asked.move_to_end(conversation_id)
    if len(_asked) > CONVERSATIONS:
        _asked.popitem(last=False)
