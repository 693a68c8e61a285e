"""Which endpoints answer whose questions."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Membership, Team, User
from agent.endpoint import Endpoint as AgentEndpoint
from datasources.models import AuditEntry
from endpoints.choosing import for_team
from endpoints.models import Endpoint, TeamChoice, TeamEndpoint
from tests.endpoints.conftest import MakeEndpoint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def environment(settings: Settings) -> None:
    settings.LLM_ENDPOINT = AgentEndpoint("http://llm/v1", "usual", "key")


def names(team: Team | None = None) -> list[str]:
    return [each.name for each in for_team(team.pk if team else None)]


def own(user: User) -> None:
    user.memberships.update(role=Membership.Role.OWNER)


def test_where_none_is_configured_the_environments_answers() -> None:
    assert [(each.model_name, each.place) for each in for_team(None)] == [("usual", "http://llm/v1")]


def test_looking_which_it_is_writes_nothing() -> None:
    for_team(None)
    assert not Endpoint.objects.exists()


def test_configured_ones_come_in_their_order_and_the_environments_last(endpoint: MakeEndpoint) -> None:
    endpoint("second", position=2)
    endpoint("first", position=1)
    assert names() == ["first", "second", "from the environment"]


def test_what_is_switched_off_answers_nobody(endpoint: MakeEndpoint) -> None:
    endpoint("off", is_enabled=False)
    assert names() == ["from the environment"]


def test_the_environments_may_be_switched_off(endpoint: MakeEndpoint) -> None:
    endpoint("only")
    environment = Endpoint.objects.saved_environment()
    environment.is_enabled = False
    environment.save()
    assert names() == ["only"]


def test_one_that_is_not_for_all_teams_answers_none_that_it_was_not_chosen_for(
    endpoint: MakeEndpoint, alice: User, bob: User
) -> None:
    own_one = endpoint("own", is_shared=False)
    TeamEndpoint.objects.create(team=alice.teams.get(), endpoint=own_one)
    assert names(alice.teams.get()) == ["own"]
    assert names(bob.teams.get()) == names() == ["from the environment"]


def test_a_team_has_an_order_of_its_own(endpoint: MakeEndpoint, alice: User) -> None:
    first, second = endpoint("first", position=1), endpoint("second", position=2)
    TeamEndpoint.objects.create(team=alice.teams.get(), endpoint=second, position=1)
    TeamEndpoint.objects.create(team=alice.teams.get(), endpoint=first, position=2)
    assert names(alice.teams.get()) == ["second", "first"]


def test_a_team_whose_own_ones_are_switched_off_is_answered_by_no_other(endpoint: MakeEndpoint, alice: User) -> None:
    """What a company keeps in its own house does not go elsewhere because a switch was turned."""
    endpoint("everybody's")
    own_one = endpoint("own", is_enabled=False)
    TeamEndpoint.objects.create(team=alice.teams.get(), endpoint=own_one)
    assert [(each.name, each.is_enabled) for each in for_team(alice.teams.get().pk)] == [("own", False)]


class TestTheTeamsPage:
    def test_an_owner_has_another_one_asked_first(
        self, endpoint: MakeEndpoint, alice: User, alice_client: Client
    ) -> None:
        endpoint("first", position=1)
        second = endpoint("second", position=2)
        own(alice)
        team = alice.teams.get()
        alice_client.post(reverse("team_model", args=[team.pk]), {"endpoint": second.pk})
        assert names(team) == ["second", "first", "from the environment"]
        assert AuditEntry.objects.filter(team=team, message__contains="second").exists()

    def test_the_environments_can_be_chosen_that_nobody_has_asked_yet(
        self, endpoint: MakeEndpoint, alice: User, alice_client: Client
    ) -> None:
        endpoint("First")
        own(alice)
        team = alice.teams.get()
        alice_client.post(reverse("team_model", args=[team.pk]), {"endpoint": "environment"})
        assert for_team(team.pk)[0].is_environment

    def test_a_member_sees_them_and_chooses_none(
        self, endpoint: MakeEndpoint, alice: User, alice_client: Client
    ) -> None:
        chosen = endpoint("first")
        address = reverse("team_model", args=[alice.teams.get().pk])
        page = alice_client.get(address).content.decode()
        assert "first-model" in page
        assert 'name="endpoint"' not in page
        assert alice_client.post(address, {"endpoint": chosen.pk}).status_code == 403

    def test_another_teams_endpoint_is_neither_shown_nor_chosen(
        self, endpoint: MakeEndpoint, alice: User, bob: User, alice_client: Client
    ) -> None:
        theirs = endpoint("theirs", is_shared=False)
        TeamEndpoint.objects.create(team=bob.teams.get(), endpoint=theirs)
        own(alice)
        address = reverse("team_model", args=[alice.teams.get().pk])
        assert "theirs" not in alice_client.get(address).content.decode()
        alice_client.post(address, {"endpoint": theirs.pk})
        assert not TeamChoice.objects.exists()

    def test_a_choice_that_the_operator_takes_back_counts_no_more(self, endpoint: MakeEndpoint, alice: User) -> None:
        chosen = endpoint("chosen", position=2)
        endpoint("other", position=1)
        TeamChoice.objects.create(team=alice.teams.get(), endpoint=chosen)
        Endpoint.objects.filter(pk=chosen.pk).update(is_enabled=False)
        assert names(alice.teams.get()) == ["other", "from the environment"]

    def test_no_address_is_told(self, endpoint: MakeEndpoint, alice: User, alice_client: Client) -> None:
        endpoint("first")
        page = alice_client.get(reverse("team_model", args=[alice.teams.get().pk])).content.decode()
        assert "127.0.0.1" not in page
