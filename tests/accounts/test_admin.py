"""The operator's view of people and teams: everything but secrets."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import ApiToken, Invitation, Team, User
from tests.accounts.conftest import client_of, text
from tests.site import MakeUser

pytestmark = pytest.mark.django_db

MODELS = ["user", "team", "membership", "invitation", "apitoken"]


@pytest.fixture
def operator(db: None) -> Client:
    return client_of(User.objects.create_superuser("root", password="x"))


@pytest.fixture
def token(olive: User) -> ApiToken:
    token, _ = ApiToken.objects.create(olive, name="report")
    return token  # type: ignore[no-any-return]  # knox has no types


@pytest.fixture
def invitation(team: Team, olive: User) -> Invitation:
    invitation, _ = Invitation.issue(team, by=olive)
    return invitation


@pytest.mark.parametrize("model", MODELS)
def test_everything_is_listed_and_opened(
    operator: Client, team: Team, olive: User, token: ApiToken, invitation: Invitation, model: str
) -> None:
    for page in (f"admin:accounts_{model}_changelist", f"admin:accounts_{model}_change"):
        of = {"user": olive, "team": team, "membership": team.memberships.get(), "invitation": invitation}
        arguments = [of.get(model, token).pk] if page.endswith("_change") else []
        response = operator.get(reverse(page, args=arguments))
        assert response.status_code == 200
        assert invitation.digest not in text(response)
        assert model == "apitoken" or token.digest not in text(response)


@pytest.mark.parametrize("model", ["invitation", "apitoken"])
def test_what_lets_one_in_is_made_nowhere_here(operator: Client, model: str) -> None:
    assert operator.get(reverse(f"admin:accounts_{model}_add")).status_code == 403


def test_a_digest_cannot_be_changed(operator: Client, token: ApiToken) -> None:
    address = reverse("admin:accounts_apitoken_change", args=[token.pk])
    assert operator.post(address, {"name": "mine", "digest": "0" * 128}).status_code == 403


def test_deleting_a_token_revokes_it(operator: Client, token: ApiToken) -> None:
    operator.post(reverse("admin:accounts_apitoken_delete", args=[token.pk]), {"post": "yes"})
    assert not ApiToken.objects.exists()


def test_invitations_are_withdrawn(operator: Client, invitation: Invitation) -> None:
    operator.post(
        reverse("admin:accounts_invitation_changelist"), {"action": "withdraw", "_selected_action": [invitation.pk]}
    )
    assert not Invitation.objects.open().exists()


def test_an_address_that_the_operator_changes_is_the_only_one(operator: Client, olive: User) -> None:
    Client().post("/account/password/reset/", {"email": "olive@example.org"})
    fields = {
        "username": "olive",
        "email": "new@example.org",
        "is_active": "on",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
        "memberships-TOTAL_FORMS": "0",
        "memberships-INITIAL_FORMS": "0",
    }
    response = operator.post(reverse("admin:accounts_user_change", args=[olive.pk]), fields)
    assert response.status_code == 302
    Client().post("/account/password/reset/", {"email": "olive@example.org"})
    assert "No account has it." in str(mail.outbox[-1].body)


def fields_of(team: Team, **row: object) -> dict[str, object]:
    """A team's form with its one member's row."""
    member = team.memberships.get()
    its = {"id": member.pk, "team": team.pk, "role": "owner"} | row
    counts = {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 1}
    return {"name": team.name, **counts, **{f"memberships-0-{name}": value for name, value in its.items()}}


def test_a_member_of_a_team_is_told_by_name_and_not_chosen(operator: Client, team: Team, olive: User) -> None:
    page = text(operator.get(reverse("admin:accounts_team_change", args=[team.pk])))
    assert "olive" in page
    assert 'name="memberships-0-user"' not in page
    assert 'name="memberships-__prefix__-user"' in page


def test_the_role_of_a_member_is_changed_and_the_person_stays(
    operator: Client, team: Team, olive: User, make_user: MakeUser
) -> None:
    address = reverse("admin:accounts_team_change", args=[team.pk])
    assert operator.post(address, fields_of(team, role="curator", user=make_user("bob").pk)).status_code == 302
    member = team.memberships.get()
    assert (member.user, member.role) == (olive, "curator")


def test_a_team_with_many_members_asks_as_much_as_one_with_few(
    operator: Client, team: Team, make_user: MakeUser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        make_user(f"member{number}", team)
    with django_assert_max_num_queries(10):
        operator.get(reverse("admin:accounts_team_change", args=[team.pk]))
