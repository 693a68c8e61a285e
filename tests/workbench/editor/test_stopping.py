"""A statement that takes long is stopped by who runs it, from another request and in any process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.models import User
from datasources.models import AuditEntry, Connection
from workbench.editor.running import Outcome, run
from workbench.editor.statements import Piece
from workbench.models import SqlRun

pytestmark = pytest.mark.django_db(transaction=True)
ENDLESS = Piece(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000000) SELECT COUNT(*) FROM n"
)


@pytest.fixture
def outcomes(connection: Connection, alice: User) -> Iterator[list[Outcome]]:
    """What an endless statement of alice's comes to, in a thread of its own."""
    found: list[Outcome] = []

    def work() -> None:
        try:
            found.append(run(connection, alice, ENDLESS, KEY))
        finally:
            connections.close_all()

    thread = Thread(target=work)
    thread.start()
    until(SqlRun.objects.filter(state=SqlRun.State.RUNNING).exists)
    yield found
    thread.join(40)


KEY = uuid4()


def until(condition: object) -> None:
    assert callable(condition)
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_it_ends_and_says_so(outcomes: list[Outcome], alice_client: Client, connection: Connection) -> None:
    address = reverse("sql_stop", args=[connection.pk])
    assert alice_client.post(address, {"key": KEY.hex}).status_code == 204
    until(lambda: outcomes)
    assert outcomes[0].error is not None
    assert outcomes[0].error.message == "The query was cancelled."
    assert SqlRun.objects.get().state == SqlRun.State.STOPPED
    assert AuditEntry.objects.get(source="editor").outcome == "cancelled"


def test_nobody_stops_what_somebody_else_runs(
    outcomes: list[Outcome], alice_client: Client, bob: User, connection: Connection
) -> None:
    bob.memberships.create(team=connection.team, role="owner")
    client = Client()
    client.force_login(bob)
    address = reverse("sql_stop", args=[connection.pk])
    client.post(address, {"key": KEY.hex})
    assert not SqlRun.objects.get().is_stopping
    alice_client.post(address, {"key": KEY.hex})
    until(lambda: outcomes)
