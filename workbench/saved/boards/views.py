"""Boards: the team's list, one of them, and what people do there."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.models import Membership
from accounts.pacing import paced
from accounts.requests import UserRequest, get_team
from datasources.storable import storable
from workbench.saved.boards import refreshing
from workbench.saved.boards.models import Board, Pin
from workbench.saved.boards.refreshing import Paused
from workbench.saved.every import Every
from workbench.saved.parameters import in_form
from workbench.saved.queries.requests import get_saved

REFRESHES = ("20/minute", "You have refreshed boards 20 times within a minute.")
MOST_PINS = 30
LONGEST_NAME = 80


@require_http_methods(["GET", "POST"])
def team_boards(request: UserRequest, team_id: int) -> HttpResponse:
    """All of a team's; a POST makes one."""
    team, role = get_team(request, team_id)
    name, error = "", ""
    if request.method == "POST":
        name = _name(request)
        error = _trouble(name)
        if not error:
            board = Board.objects.create(team=team, name=name, owner=request.user)
            messages.success(request, "Pin saved questions to it: each has a button for that on its page.")
            return redirect("board", board.pk)
    boards = Board.objects.filter(team=team).select_related("owner").prefetch_related("pins")
    context = {"team": team, "role": role, "part": "boards", "boards": boards, "name": name, "error": error}
    return render(request, "workbench/boards/boards.html", context, status=422 if error else 200)


@require_GET
@vary_on_headers("HX-Request")
def board(request: UserRequest, board_id: int) -> HttpResponse:
    found, role = get_board(request, board_id)
    pins = list(found.pins.select_related("saved__connection"))
    context = {
        "board": found,
        "team": found.team,
        "role": role,
        "part": "boards",
        "pins": pins,
        "is_waiting": any(pin.is_waiting for pin in pins),
        "may_change": found.may_be_changed(request.user, role),
        "every": Every.choices,
    }
    return render(request, f"workbench/boards/{'_pins' if request.htmx else 'board'}.html", context)


@require_POST
def change(request: UserRequest, board_id: int) -> HttpResponse:
    """Its name, and how often it is refreshed."""
    found = get_board_to_change(request, board_id)
    name, every = _name(request), request.POST.get("every", "")
    if error := _trouble(name):
        messages.error(request, error)
    else:
        found.name, found.every = name, every if every in Every else ""
        found.save(update_fields=["name", "every"])
        messages.success(request, "Saved.")
    return redirect("board", found.pk)


@require_POST
def delete(request: UserRequest, board_id: int) -> HttpResponse:
    found = get_board_to_change(request, board_id)
    team_id = found.team_id
    found.delete()
    messages.success(request, f"The board “{found}” is deleted. The questions on it stay.")
    return redirect("team_boards", team_id)


@require_POST
@paced("board", REFRESHES)
def refresh(request: UserRequest, board_id: int) -> HttpResponse:
    found, _ = get_board(request, board_id)
    try:
        refreshing.ask(found)
    except Paused as paused:
        messages.error(request, str(paused))
    return redirect("board", found.pk)


@require_POST
def take_over(request: UserRequest, board_id: int) -> HttpResponse:
    """One that is paused is refreshed as somebody else from now on."""
    found, role = get_board(request, board_id)
    if not found.paused and not role.may_curate:
        raise PermissionDenied("Only a board that is paused can be taken over by everybody.")
    found.owner, found.paused = request.user, ""
    found.save(update_fields=["owner", "paused"])
    messages.success(request, "It is refreshed as you from now on.")
    return redirect("board", found.pk)


@require_POST
def order(request: UserRequest, board_id: int) -> HttpResponse:
    """As the pins were dragged. Those that are not named keep their order, at the end."""
    found = get_board_to_change(request, board_id)
    wanted = [int(part) for part in request.POST.get("order", "").split(",")[:MOST_PINS] if part.isdecimal()]
    ranks = {pk: rank for rank, pk in enumerate(wanted)}
    _put(sorted(found.pins.all(), key=lambda pin: ranks.get(pin.pk, len(ranks))))
    return HttpResponse(status=204)


@require_POST
def move(request: UserRequest, board_id: int, pin_id: int) -> HttpResponse:
    """One place up or down."""
    found = get_board_to_change(request, board_id)
    pin = get_object_or_404(found.pins, pk=pin_id)
    pins = list(found.pins.all())
    at = pins.index(pin)
    to = at + (-1 if request.POST.get("to") == "up" else 1)
    if 0 <= to < len(pins):
        pins[at], pins[to] = pins[to], pins[at]
        _put(pins)
    return redirect(f"{request.path.split('pins/')[0]}#pin-{pin.pk}")


@require_POST
def unpin(request: UserRequest, board_id: int, pin_id: int) -> HttpResponse:
    found = get_board_to_change(request, board_id)
    get_object_or_404(found.pins, pk=pin_id).delete()
    messages.success(request, "Taken off the board.")
    return redirect("board", found.pk)


@require_POST
def pin_saved(request: UserRequest, saved_id: int) -> HttpResponse:
    """A saved question of the team onto one of its boards, with the values that are given for its parameters."""
    saved, _ = get_saved(request, saved_id)
    team = saved.connection.team
    wanted = request.POST.get("board", "")
    boards = Board.objects.filter(team=team)
    board = boards.filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) < 10 else None
    if not saved.is_shared or saved.deleted_at:
        messages.error(request, "Only what is saved for the team can be on a board. Edit it, and say so there.")
        return redirect("saved_query", saved.pk)
    role = team.role_of(request.user)
    if board is None or role is None or not board.may_be_changed(request.user, role):
        messages.error(request, "Choose a board that you may change.")
        return redirect("saved_query", saved.pk)
    if board.pins.count() >= MOST_PINS:
        messages.error(request, f"A board holds {MOST_PINS} questions. Take one off it, or begin another.")
        return redirect("board", board.pk)
    typed = in_form(request.POST, saved.inputs)
    Pin.objects.create(board=board, saved=saved, typed=typed, position=refreshing.next_position(board))
    try:
        refreshing.ask(board)
    except Paused as paused:
        messages.error(request, str(paused))
    return redirect("board", board.pk)


def get_board(request: UserRequest, board_id: int) -> tuple[Board, Membership.Role]:
    """The board, and the person's role in its team. Raises Http404 for everybody else."""
    visible = Board.objects.visible_to(request.user).select_related("team", "owner")
    found = get_object_or_404(visible, pk=board_id)
    role = found.team.role_of(request.user)
    assert role is not None  # noqa: S101 - visible_to says so
    return found, role


def get_board_to_change(request: UserRequest, board_id: int) -> Board:
    """Raises Http404 for outsiders and PermissionDenied for who may only read."""
    found, role = get_board(request, board_id)
    if not found.may_be_changed(request.user, role):
        raise PermissionDenied("Only whose board it is, and the team's curators and owners, may change it.")
    return found


@transaction.atomic
def _put(pins: list[Pin]) -> None:
    for position, pin in enumerate(pins):
        Pin.objects.filter(pk=pin.pk).update(position=position)


def _name(request: UserRequest) -> str:
    return storable(request.POST.get("name", "")).strip()


def _trouble(name: str) -> str:
    if not name:
        return "Give the board a name."
    return f"At most {LONGEST_NAME} characters. This has {len(name)}." if len(name) > LONGEST_NAME else ""
