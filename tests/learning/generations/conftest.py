import pytest
from django.test import Client

from accounts.models import Membership, User


@pytest.fixture
def curator(alice: User, alice_client: Client) -> Client:
    alice.memberships.update(role=Membership.Role.CURATOR)
    return alice_client
