"""What a request of the editor says: the text, what of it is meant, and the answer that it comes from, if any."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404

from accounts.models import User
from datasources.models import Connection
from learning.models import Episode
from workbench.editor.statements import Piece, chosen


@dataclass(frozen=True)
class Asked:
    """`key` is the browser's name for the run; `start` and `end` are what it has selected, in characters."""

    sql: str
    key: UUID
    start: int | None = None
    end: int | None = None
    answer: Episode | None = None

    @classmethod
    def of(cls, posted: QueryDict, connection: Connection, user: User) -> Asked:
        """Raises Http404 for an answer that is not the person's own."""
        sql = posted.get("sql", "").replace("\r\n", "\n").replace("\r", "\n")
        start, end = (_number(posted.get(name, "")) for name in ("start", "end"))
        return cls(sql, _uuid(posted.get("key", "")) or uuid4(), start, end, _answer(posted, connection, user))

    def piece(self, dialect: str) -> Piece:
        return chosen(self.sql, self.start, self.end, dialect)


def own_answer(user: User, episode_id: UUID) -> Episode:
    """Answers are private. Raises Http404."""
    mine = Episode.objects.visible_to(user).filter(user=user).select_related("connection__team")
    return get_object_or_404(mine.defer("connection__schema_snapshot", "result"), pk=episode_id)


def _answer(posted: QueryDict, connection: Connection, user: User) -> Episode | None:
    wanted = posted.get("answer", "")
    if not wanted:
        return None
    key = _uuid(wanted)
    answer = own_answer(user, key) if key else None
    if answer is None or answer.connection_id != connection.pk:
        raise Http404
    return answer


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
