"""The pages of saved queries: the lists, one of them with its parameters, and what it gives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.models import Membership, User
from accounts.pacing import paced
from accounts.requests import UserRequest, get_team
from agent.explanation import explain
from datasources import binding
from datasources.errors import SQLError
from datasources.models import Connection
from datasources.requests import get_connection
from datasources.tables import Table
from workbench.results.statement import Statement
from workbench.saved.boards.models import Board
from workbench.saved.every import Every
from workbench.saved.models import SavedQuery
from workbench.saved.parameters import RUN, Entered, Kind, Parameter, entered, in_address, in_form
from workbench.saved.queries import listing, running
from workbench.saved.queries.listing import WHOSE, Wish
from workbench.saved.queries.requests import get_saved
from workbench.saved.subscriptions.models import Subscription

RUNS = ("60/minute", "You have run saved queries 60 times within a minute.")
A_PAGE = 50
_QUOTED_NAME = re.compile(r"'(\{[a-z0-9_.]+\})'")


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter as the form shows it: `options` to choose from, each with whether it is chosen."""

    parameter: Parameter
    typed: list[str]
    error: str
    options: list[tuple[str, bool]]
    obstacle: str = ""

    @property
    def value(self) -> str:
        return self.typed[0] if self.typed else ""


@require_GET
def saved_queries(request: UserRequest, connection_id: int) -> HttpResponse:
    """Of a connection."""
    connection, role = get_connection(request, connection_id)
    context = _list(request, Connection.objects.filter(pk=connection.pk))
    return render(request, "workbench/saved/of_connection.html", context | {"connection": connection, "role": role})


@require_GET
def team_saved(request: UserRequest, team_id: int) -> HttpResponse:
    """Of all connections of a team."""
    team, role = get_team(request, team_id)
    context = _list(request, Connection.objects.filter(team=team))
    return render(request, "workbench/saved/of_team.html", context | {"team": team, "role": role, "part": "saved"})


@require_GET
def saved_query(request: UserRequest, saved_id: int) -> HttpResponse:
    """Its SQL, and a form for its parameters, filled from the address; with `run` there, its result comes by itself."""
    saved, role = get_saved(request, saved_id)
    return render(request, "workbench/saved/query.html", about(request, saved, role))


@require_GET
@vary_on_headers("HX-Request")
@paced("saved", RUNS)
def saved_result(request: UserRequest, saved_id: int) -> HttpResponse:
    """What it gives with the values of the address."""
    saved, role = get_saved(request, saved_id)
    context = about(request, saved, role)
    values: Entered = context["entered"]
    if saved.deleted_at:
        context["error"] = "This question was deleted, and is not run any more."
    elif not values.errors:
        context |= _ran(saved, request.user, values)
    template = "_result.html" if request.htmx else "query.html"
    return render(request, f"workbench/saved/{template}", context | {"is_run": True})


def about(request: UserRequest, saved: SavedQuery, role: Membership.Role) -> dict[str, Any]:
    parameters = saved.inputs
    typed = in_form(request.POST, parameters) if request.method == "POST" else in_address(request.GET, parameters)
    values = entered(parameters, typed)
    runs = RUN in request.GET and not saved.deleted_at
    return {
        "saved": saved,
        "connection": saved.connection,
        "role": role,
        "may_change": saved.may_be_changed(request.user, role),
        "is_mine": saved.is_of(request.user),
        "explanation": explained(saved),
        "entered": values,
        "kept_values": typed,
        "fields": [_field(saved, request.user, parameter, values, said=runs) for parameter in parameters],
        "runs": runs and not values.errors,
        "said": runs,
        "boards": _boards(request.user, saved, role),
        "conditions": Subscription.Condition.choices,
        "every": Every.choices,
    }


def _boards(user: User, saved: SavedQuery, role: Membership.Role) -> list[Board]:
    """Those that the person may pin it to."""
    if not saved.is_shared:
        return []
    boards = Board.objects.filter(team=saved.connection.team_id)
    return [board for board in boards if board.may_be_changed(user, role)]


def explained(saved: SavedQuery) -> str:
    """In words; parameters by their names. Empty where that cannot be told."""
    try:
        names = binding.marks(saved.sql, saved.connection.dialect)
    except SQLError:
        return ""
    sql = saved.sql
    for mark in reversed(names):
        sql = f"{sql[: mark.start]}'{{{mark.name}}}'{sql[mark.end :]}"
    return _QUOTED_NAME.sub(r"\1", explain(sql, saved.connection.dialect))


def _ran(saved: SavedQuery, user: User, values: Entered) -> dict[str, Any]:
    try:
        result, at = running.run(saved, user, values.given)
    except SQLError as error:
        return {"error": error.message}
    written = binding.bind(saved.sql, saved.connection.dialect, values.given)
    statement = Statement(written.sql, written.bound, saved.name)
    return {"table": Table.from_result(result), "ran_at": at, "statement": statement}


def _field(saved: SavedQuery, user: User, parameter: Parameter, values: Entered, *, said: bool) -> Field:
    typed = values.typed[parameter.name]
    error = values.errors.get(parameter.name, "") if said else ""
    if parameter.kind is not Kind.CHOICE:
        return Field(parameter, typed, error, [])
    try:
        known = running.choices(saved.connection, user, parameter)
    except SQLError as trouble:
        return Field(parameter, typed, error, [], trouble.message)
    missing = [text for text in typed if text not in known]
    return Field(parameter, typed, error, [(text, text in typed) for text in [*known, *missing]])


def _list(request: UserRequest, connections: QuerySet[Connection]) -> dict[str, Any]:
    wish = Wish.of(request.GET)
    page = Paginator(listing.found(request.user, connections, wish), A_PAGE).get_page(request.GET.get("page"))
    has_any = (
        bool(page.paginator.count)
        or SavedQuery.objects.visible_to(request.user).filter(connection__in=connections).exists()
    )
    links = [(label, "?" + Wish(wish.search, whose).to_query(), whose == wish.whose) for whose, label in WHOSE.items()]
    return {"page": page, "wish": wish, "links": links, "has_any": has_any}
