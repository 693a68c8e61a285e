"""A board's questions run anew, by a worker, as the board's owner: each with its time, or its error in words.

Safe to be done twice, and at once: a pin's result is replaced whole.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from datasources.engine import ResultSet
from datasources.errors import SQLError
from learning.results import head, to_json
from workbench.saved.boards.models import Board, Pin
from workbench.saved.every import due
from workbench.saved.parameters import entered
from workbench.saved.queries import running

SOURCE = "board"
KEPT_ROWS = 100
KEPT_BYTES = 200_000


class Paused(Exception):
    """It cannot be refreshed; the message says why, and what to do."""


def ask(board: Board) -> None:
    """Have a worker refresh it. Raises Paused."""
    from workbench.tasks import refresh_pin  # which imports this module

    require_owner(board)
    with transaction.atomic():
        board.pins.update(asked_at=timezone.now())
        for pin_id in board.pins.values_list("pk", flat=True):
            refresh_pin.enqueue(pin_id)


def ask_due() -> None:
    """Those whose time has come; who else looks at this moment finds them begun."""
    for board in Board.objects.filter(due(), paused="").select_related("owner", "team"):
        if not Board.objects.filter(due(), pk=board.pk).update(begun_at=Now()):
            continue
        try:
            ask(board)
        except Paused:
            continue


def require_owner(board: Board) -> None:
    """Asked each time: its owner may have left. Raises Paused, and then the board says so, too."""
    owner = board.owner
    if owner and owner.is_active and board.team.role_of(owner):
        return
    who = f"{owner}, as whom it is refreshed, is not in {board.team} any more" if owner else "Whose it was is gone"
    board.paused = f"{who}. Somebody else has to take it over."[:200]
    board.save(update_fields=["paused"])
    raise Paused(board.paused)


def refresh(pin_id: int) -> None:
    pin = Pin.objects.select_related("board__owner", "board__team", "saved__connection").filter(pk=pin_id).first()
    if pin is None:
        return
    pin.result, pin.rows, pin.error = None, 0, ""
    try:
        require_owner(pin.board)
        assert pin.board.owner  # noqa: S101 - it was just required
        result = _run(pin, pin.board.owner)
        pin.result, pin.rows = kept(result), len(result.rows)
    except (Paused, SQLError) as error:
        pin.error = str(error)
    pin.refreshed_at = timezone.now()
    Pin.objects.filter(pk=pin.pk).update(
        result=pin.result, rows=pin.rows, error=pin.error, refreshed_at=pin.refreshed_at
    )


def kept(result: ResultSet) -> dict[str, Any]:
    """The first rows, as many as are small enough."""
    rows = KEPT_ROWS
    stored = to_json(head(result, rows))
    while rows > 1 and len(json.dumps(stored)) > KEPT_BYTES:
        rows //= 2
        stored = to_json(head(result, rows))
    if len(json.dumps(stored)) > KEPT_BYTES:
        stored = to_json(replace(result, rows=(), truncated=True))
    return stored


def next_position(board: Board) -> int:
    highest: int | None = board.pins.aggregate(highest=Max("position"))["highest"]
    return 0 if highest is None else highest + 1


def _run(pin: Pin, owner: User) -> ResultSet:
    """Raises SQLError."""
    if pin.obstacle:
        raise SQLError(pin.obstacle)
    values = entered(pin.saved.inputs, pin.typed)
    if values.errors:
        raise SQLError(" ".join(values.errors.values()))
    result, _ = running.run(pin.saved, owner, values.given, SOURCE)
    return result
