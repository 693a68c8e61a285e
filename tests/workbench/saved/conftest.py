"""A team with a database: alice saves, carol is her colleague, bob is of another team."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Membership, User
from datasources.models import Connection
from tests.site import MakeUser
from workbench.saved.models import SavedQuery
from workbench.saved.parameters import Parameter

Save = Callable[..., SavedQuery]


@pytest.fixture
def carol(make_user: MakeUser, connection: Connection) -> User:
    return make_user("carol", connection.team)


@pytest.fixture
def carol_client(carol: User) -> Client:
    client = Client()
    client.force_login(carol)
    return client


@pytest.fixture
def save(alice: User, connection: Connection) -> Save:
    """`save("Top", "SELECT …", parameters=…)`: alice's own, or the team's with `is_shared`."""

    def save(
        name: str = "Products",
        sql: str = "SELECT name FROM products ORDER BY name",
        parameters: tuple[Parameter, ...] = (),
        **more: object,
    ) -> SavedQuery:
        of = {"connection": connection, "user": alice, "name": name, "sql": sql} | more
        return SavedQuery.objects.create(parameters=[one.as_json() for one in parameters], **of)

    return save


@pytest.fixture
def curator(carol: User) -> User:
    carol.memberships.update(role=Membership.Role.CURATOR)
    return carol
