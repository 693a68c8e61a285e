"""Verified queries that are older than a rule, in the list and on their page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from datasources.models import Connection
from learning.feedback import remarks
from learning.models import Remark, VerifiedQuery
from learning.verified import outdated
from tests.learning.benchmark.pages.runs import text, words_of
from tests.learning.verified.queries import verified

pytestmark = pytest.mark.django_db

RULE = "Revenue excludes cancelled orders"
BADGE = "Older than a rule"


@pytest.fixture
def query(connection: Connection) -> VerifiedQuery:
    """Verified an hour ago."""
    return verified(connection, "Revenue?", confirmed_at=timezone.now() - timedelta(hours=1))


@pytest.fixture
def rule(connection: Connection, alice: User, query: VerifiedQuery) -> Remark:
    return remarks.write(connection, alice, RULE)


@pytest.fixture
def curator(alice: User, alice_client: Client) -> Client:
    alice.memberships.update(role=Membership.Role.CURATOR)
    return alice_client


def listed(client: Client, connection: Connection, state: str = "") -> str:
    return text(client, reverse("verified_queries", args=[connection.pk]) + f"?state={state}")


def page_of(query: VerifiedQuery) -> str:
    return reverse("verified_query", args=[query.connection_id, query.pk])


def confirm(client: Client, query: VerifiedQuery, **data: str) -> str:
    """Where it leads to."""
    address = reverse("verified_query_confirm", args=[query.connection_id, query.pk])
    newer = outdated.newer_rules(query.connection, [query]).get(query.pk, ())
    return client.post(address, {"seen": outdated.version(query, newer)} | data).headers.get("Location", "")


def test_nothing_is_said_where_no_rule_is_newer(alice_client: Client, query: VerifiedQuery) -> None:
    assert BADGE not in listed(alice_client, query.connection)
    assert BADGE not in text(alice_client, page_of(query))


def test_the_list_names_the_rule_and_its_filter_finds_the_query(
    alice_client: Client, query: VerifiedQuery, rule: Remark
) -> None:
    verified(query.connection, "Costs?", confirmed_at=timezone.now() + timedelta(minutes=1))
    page = listed(alice_client, query.connection, "outdated")
    assert RULE in words_of(page)
    assert "Revenue?" in page
    assert "Costs?" not in page
    assert f"{BADGE} 1" in words_of(page)


def test_its_page_names_the_rule(alice_client: Client, query: VerifiedQuery, rule: Remark) -> None:
    page = words_of(text(alice_client, page_of(query)))
    assert BADGE in page
    assert "It is not recalled until somebody says that it is still right." in page


def test_a_member_sees_it_and_confirms_nothing(
    alice: User, alice_client: Client, query: VerifiedQuery, rule: Remark
) -> None:
    alice.memberships.update(role=Membership.Role.MEMBER)
    page = listed(alice_client, query.connection)
    assert BADGE in page
    assert "Still right" not in page
    address = reverse("verified_query_confirm", args=[query.connection_id, query.pk])
    assert alice_client.post(address).status_code == 403


def test_one_click_says_that_it_is_still_right(curator: Client, query: VerifiedQuery, rule: Remark) -> None:
    assert "Still right" in listed(curator, query.connection)
    assert confirm(curator, query) == page_of(query)
    assert BADGE not in listed(curator, query.connection)


def test_from_the_list_it_leads_back_to_the_list(curator: Client, query: VerifiedQuery, rule: Remark) -> None:
    leads_to = confirm(curator, query, list="state=outdated&q=rev&next=//elsewhere.example")
    assert leads_to == reverse("verified_queries", args=[query.connection_id]) + "?q=rev&state=outdated"


def test_a_rule_that_came_meanwhile_is_shown_first(
    alice: User, curator: Client, query: VerifiedQuery, rule: Remark
) -> None:
    seen = outdated.version(query, [rule])
    remarks.write(query.connection, alice, "Revenue is in euros")
    address = reverse("verified_query_confirm", args=[query.connection_id, query.pk])
    page = curator.post(address, {"seen": seen}, follow=True).content.decode()
    assert "Look at it again." in page
    assert "Revenue is in euros" in page
