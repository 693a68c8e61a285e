"""The operator's view of people and teams: everything but secrets."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, Invitation, Team, User
from tests.accounts.conftest import client_of, text

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
