"""How a team wants to learn: its owners choose, everybody sees it."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from datasources.models import AuditEntry, Connection
from learning.models import BanditArm, TeamLearning
from tests.learning.bandit.decided import ended

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(alice: User) -> str:
    return reverse("team_learning", args=[alice.teams.get().pk])


@pytest.fixture
def owner(alice: User, alice_client: Client) -> Client:
    alice.memberships.update(role="owner")
    return alice_client


def test_an_owner_chooses(owner: Client, alice: User, address: str) -> None:
    page = owner.post(address, {"accepts_remarks": "on", "is_personal": "on"}, follow=True).content.decode()
    chosen = TeamLearning.of(alice.teams.get().pk)
    assert (chosen.accepts_remarks, chosen.is_personal) == (True, True)
    assert "Saved. It holds from the next question on." in page
    assert " ".join(page.split()).count('-help" checked>') == 2


def test_what_is_chosen_can_be_given_up(owner: Client, alice: User, address: str) -> None:
    owner.post(address, {"accepts_remarks": "on"})
    owner.post(address, {})
    assert TeamLearning.of(alice.teams.get().pk).accepts_remarks is False


def test_only_what_changes_goes_on_record(owner: Client, address: str) -> None:
    owner.post(address, {"accepts_remarks": "on"})
    owner.post(address, {"accepts_remarks": "on", "is_personal": "on"})
    owner.post(address, {"is_personal": "on"})
    assert list(AuditEntry.objects.order_by("pk").values_list("message", flat=True)) == [
        "switched on: remarks become rules without review",
        "switched on: each person has a bandit of their own",
        "switched off: remarks become rules without review",
    ]


def test_each_person_s_own_bandit_is_made_from_what_they_have_asked(
    owner: Client, alice: User, connection: Connection, address: str
) -> None:
    ended(connection, user=alice)
    of_alice = BanditArm.objects.filter(connection=connection, user=alice, pulls__gt=0)
    assert not of_alice.exists()
    owner.post(address, {"is_personal": "on"})
    assert of_alice.exists()
    owner.post(address, {})
    assert not of_alice.exists()


@pytest.mark.parametrize("role", ["member", "curator"])
def test_who_is_no_owner_sees_it_and_chooses_nothing(
    alice: User, alice_client: Client, address: str, role: str
) -> None:
    alice.memberships.update(role=role)
    page = alice_client.get(address).content.decode()
    assert "Owners of the team choose it." in page
    assert "Save</button>" not in page
    assert alice_client.post(address, {"accepts_remarks": "on"}).status_code == 403
    assert not TeamLearning.objects.exists()
