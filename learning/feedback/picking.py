"""A person says which of two readings is meant: that is a verdict."""

from __future__ import annotations

from enum import StrEnum

from django.db import transaction

from accounts.models import User
from datasources.engine import ResultSet
from datasources.errors import SQLError
from learning.feedback import choice, judging, verdicts
from learning.feedback.verdicts import NotPossible
from learning.models import Episode

CLOSED = "There is nothing to choose any more: this answer has been judged or chosen meanwhile. Load the page again."
_ROWS_KEPT = 20
"""Of a reading that is not the answer: with fewer rows than that, they are all there."""


class Pick(StrEnum):
    THIS = "this"
    OTHER = "other"
    NEITHER = "neither"


def pick(episode: Episode, user: User, picked: Pick) -> None:
    """The picked reading is the answer, and Correct; where it is neither, the answer is Wrong. Raises NotPossible.

    The caller has seen to it that the user may see the answer.
    """
    found = choice.of(episode)
    if found is None or verdicts.of(episode, user) is not None:
        raise NotPossible(CLOSED)
    rows = _rows(episode, user, found.other) if picked is Pick.OTHER else None
    with transaction.atomic():
        if rows and not choice.put(episode, rows):
            raise NotPossible(CLOSED)
        judging.judge(episode, user, picked is not Pick.NEITHER)


def _rows(episode: Episode, user: User, other: choice.Side) -> ResultSet:
    """All of them: run anew where only the first are kept."""
    if len(other.result.rows) < _ROWS_KEPT and not other.result.truncated:
        return other.result
    try:
        database = episode.connection.database(user, episode.source)
        try:
            return database.execute(other.sql)
        finally:
            database.close()
    except SQLError as error:
        raise NotPossible(f"The other reading could not be run: {error.message} Nothing has changed.") from error
