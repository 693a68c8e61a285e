"""Saved questions: who sees, runs and changes them, and that nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from datasources.models import AuditEntry, Connection
from learning.models import Episode
from tests.learning.benchmark.pages.runs import words_of
from tests.workbench.saved.conftest import Save
from workbench.saved.models import SavedQuery
from workbench.saved.parameters import Kind, Parameter
from workbench.saved.queries import keeping

pytestmark = pytest.mark.django_db
SQL = "SELECT name FROM products WHERE price > {{price}} ORDER BY name"
WRITTEN = {"name": "Dear products", "description": "Over a price", "sql": SQL, "is_shared": "team"}
PRICE = Parameter("price", Kind.NUMBER, default=("10",))


def words(response: Any) -> str:
    return words_of(response.content.decode())


def address(name: str, *args: Any) -> str:
    return reverse(name, args=args)


def test_an_answer_is_saved_with_its_question(alice: User, alice_client: Client, connection: Connection) -> None:
    asked = Episode.objects.create(
        connection=connection, user=alice, source="chat", question="Which products?", model="m", sql="SELECT 1 AS n"
    )
    page = alice_client.get(address("save_answer", asked.pk)).content.decode()
    assert 'value="Which products?"' in page
    assert "SELECT 1 AS n" in page
    alice_client.post(address("save_answer", asked.pk), WRITTEN)
    saved = SavedQuery.objects.get()
    assert (saved.user, saved.episode, saved.question) == (alice, asked, "Which products?")
    assert (saved.name, saved.is_shared) == ("Dear products", True)


def test_a_colleague_cannot_save_an_answer_of_mine(alice: User, carol_client: Client, connection: Connection) -> None:
    asked = Episode.objects.create(connection=connection, user=alice, source="chat", question="Q", model="m")
    assert carol_client.get(address("save_answer", asked.pk)).status_code == 404


def test_what_is_private_is_seen_by_its_person_alone(save: Save, alice_client: Client, carol_client: Client) -> None:
    mine, teams = save("Secretly"), save("Ours", is_shared=True)
    assert carol_client.get(address("saved_query", mine.pk)).status_code == 404
    assert carol_client.get(address("saved_query", teams.pk)).status_code == 200
    page = words(carol_client.get(address("saved_queries", mine.connection_id)))
    assert ("Secretly" in page, "Ours" in page) == (False, True)
    assert "Secretly" in words(alice_client.get(address("team_saved", mine.connection.team_id)))


def test_who_left_the_team_finds_nothing(save: Save, carol: User, carol_client: Client) -> None:
    ours = save("Ours", is_shared=True)
    carol.memberships.all().delete()
    assert carol_client.get(address("saved_query", ours.pk)).status_code == 404
    assert carol_client.get(address("saved_result", ours.pk)).status_code == 404


def test_the_list_is_searched_and_filtered(save: Save, alice_client: Client, carol: User) -> None:
    save("Revenue", "SELECT 1 AS alpha")
    save("Costs", "SELECT 2 AS beta", is_shared=True, user=carol)
    at = address("saved_queries", save("Other").connection_id)
    assert "Revenue" in words(alice_client.get(at + "?q=ALPHA"))
    assert "Costs" not in words(alice_client.get(at + "?q=ALPHA"))
    assert "Costs" not in words(alice_client.get(at + "?whose=mine"))
    assert "Revenue" not in words(alice_client.get(at + "?whose=team"))
    assert "No saved question is like that" in words(alice_client.get(at + "?q=gamma"))


def test_a_person_runs_it_with_values_of_the_address(save: Save, alice_client: Client) -> None:
    saved = save("Dear", SQL, (PRICE,))
    page = words(alice_client.get(address("saved_result", saved.pk) + "?price=100&run=1"))
    assert "Tent" in page
    assert "Rope" not in page
    assert "run at" in page
    assert "Rope" in words(alice_client.get(address("saved_result", saved.pk) + "?run=1"))
    entry = AuditEntry.objects.filter(source="saved").order_by("at").first()
    assert entry
    assert ":p1" in entry.sql
    assert "100" in entry.message


def test_a_hostile_value_is_a_value(save: Save, alice_client: Client) -> None:
    saved = save("One", "SELECT count(*) AS n FROM products WHERE name = {{name}}", (Parameter("name"),))
    page = words(alice_client.get(address("saved_result", saved.pk), {"name": "x' OR '1'='1", "run": "1"}))
    assert " 0 " in page
    saved = save("Two", "SELECT {{name}} AS said", (Parameter("name"),))
    shown = alice_client.get(address("saved_result", saved.pk), {"name": "<script>", "run": "1"}).content.decode()
    assert "<script>" not in shown.split("<h1", 1)[1].replace("</script>", "")


def test_what_is_no_value_is_said_and_kept(save: Save, alice_client: Client) -> None:
    saved = save("Dear", SQL, (PRICE,))
    page = alice_client.get(address("saved_query", saved.pk) + "?price=dear&run=1").content.decode()
    assert "that is no number" in page
    assert 'value="dear"' in page
    assert not AuditEntry.objects.filter(action="query").exists()


def test_an_error_of_the_database_is_shown(save: Save, alice_client: Client) -> None:
    saved = save("Broken", "SELECT title FROM products")
    assert "no such column" in words(alice_client.get(address("saved_result", saved.pk)))


def test_many_choices_come_from_a_column(save: Save, alice_client: Client, connection: Connection) -> None:
    connection.refresh_schema()
    choice = Parameter("names", Kind.CHOICE, many=True, table="products", column="name")
    saved = save("Some", "SELECT price FROM products WHERE name IN ({{names}})", (choice,))
    page = alice_client.get(address("saved_query", saved.pk)).content.decode()
    assert '<option value="Lamp"' in page
    result = words(alice_client.get(address("saved_result", saved.pk) + "?names=Tent&names=Rope&run=1"))
    assert "2 rows" in result


def test_the_values_of_a_private_column_are_not_offered(
    save: Save, alice_client: Client, connection: Connection
) -> None:
    connection.privacies.create(table="products", column="name", is_private=True)
    connection.refresh_schema()
    choice = Parameter("name", Kind.CHOICE, table="products", column="name")
    saved = save("One", "SELECT 1 AS n WHERE {{name}} = 'Tent'", (choice,))
    page = alice_client.get(address("saved_query", saved.pk)).content.decode()
    assert "are private" in page
    assert "Lamp" not in page


def test_parameters_are_found_while_writing(alice_client: Client, connection: Connection) -> None:
    data = {"sql": "SELECT {{month}}, {{ x }}", "kind-x": "yes_no", "label-x": "Really?"}
    page = alice_client.post(address("saved_parameters", connection.pk), data).content.decode()
    assert "{{month}}" in page
    assert 'value="Really?"' in page
    data = {"sql": "SELECT '{{month}}'"}
    assert "in a text in quotes" in alice_client.post(address("saved_parameters", connection.pk), data).content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Give it a name"),
        ({"name": "x" * 121}, "At most 120"),
        ({"sql": ""}, "Write the SQL"),
        ({"sql": "DELETE FROM products"}, "Only a statement that reads"),
        ({"sql": "SELECT '{{a}}' FROM products"}, "in a text in quotes"),
        ({"sql": "SELECT {{a.first}}"}, "says nothing"),
        ({"sql": "SELECT {{run}}"}, "cannot be called run"),
        ({"default-price": "dear", "kind-price": "number"}, "that is no number"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_is_lost(
    alice_client: Client, connection: Connection, change: dict[str, str], said: str
) -> None:
    data = WRITTEN | {"description": "typed with care"} | change
    response = alice_client.post(address("saved_query_add", connection.pk), data)
    assert response.status_code == 422
    assert said in words(response)
    assert "typed with care" in response.content.decode()
    assert not SavedQuery.objects.exists()


def test_what_the_form_says_of_parameters_is_kept(alice_client: Client, connection: Connection) -> None:
    data = WRITTEN | {"kind-price": "choice", "choices-price": "10\n20\n", "label-price": "Price", "many-price": "on"}
    data["sql"] = "SELECT name FROM products WHERE price IN ({{price}})"
    alice_client.post(address("saved_query_add", connection.pk), data)
    [price] = SavedQuery.objects.get().inputs
    assert (price.kind, price.choices, price.title, price.many) == (Kind.CHOICE, ("10", "20"), "Price", True)


def test_who_may_change_it(save: Save, carol: User, carol_client: Client, alice_client: Client) -> None:
    ours = save("Ours", is_shared=True)
    assert carol_client.post(address("saved_query_edit", ours.pk), WRITTEN).status_code == 403
    assert carol_client.post(address("saved_query_delete", ours.pk)).status_code == 403
    carol.memberships.update(role="curator")
    assert carol_client.post(address("saved_query_edit", ours.pk), WRITTEN).status_code == 302
    ours.refresh_from_db()
    assert ours.name == "Dear products"
    assert "Only the person who saved it" in words(
        carol_client.post(address("saved_query_edit", ours.pk), WRITTEN | {"is_shared": ""})
    )


def test_what_others_wrote_meanwhile_is_not_overwritten_unseen(save: Save, alice_client: Client) -> None:
    ours = save("Ours", is_shared=True)
    seen = keeping.version(ours)
    SavedQuery.objects.update(name="Theirs")
    response = alice_client.post(address("saved_query_edit", ours.pk), WRITTEN | {"seen": seen})
    assert "Somebody else has changed it" in words(response)
    assert "Over a price" in response.content.decode()


def test_deleted_it_can_be_brought_back(save: Save, alice_client: Client) -> None:
    saved = save()
    page = alice_client.post(address("saved_query_delete", saved.pk), follow=True)
    assert "Bring it back" in words(page)
    assert "Products" not in words(alice_client.get(address("saved_queries", saved.connection_id)))
    assert "Products" in words(alice_client.get(address("saved_queries", saved.connection_id) + "?whose=deleted"))
    assert "is not run any more" in words(
        alice_client.get(address("saved_result", saved.pk), headers={"HX-Request": "true"})
    )
    alice_client.post(address("saved_query_bring_back", saved.pk))
    assert SavedQuery.objects.kept().get() == saved


def test_after_a_month_it_is_gone_and_so_is_what_is_nobody_s(save: Save) -> None:
    save("Old", deleted_at=timezone.now() - timedelta(days=31))
    save("Nobody's", user=None)
    kept = [save("Lately", deleted_at=timezone.now()), save("Team's", user=None, is_shared=True)]
    keeping.clear()
    assert list(SavedQuery.objects.all()) == kept


def test_anybody_duplicates_what_they_see(save: Save, carol: User, carol_client: Client) -> None:
    ours = save("Ours", SQL, (PRICE,), is_shared=True)
    carol_client.post(address("saved_query_duplicate", ours.pk))
    copy = SavedQuery.objects.exclude(pk=ours.pk).get()
    assert (copy.name, copy.user, copy.is_shared, copy.inputs) == ("Ours (copy)", carol, False, (PRICE,))


def test_its_page_says_what_the_statement_does(save: Save, alice_client: Client) -> None:
    page = words(alice_client.get(address("saved_query", save("Dear", SQL, (PRICE,)).pk)))
    assert "{price}" in page
    assert "Only you see it" in page or "only you see it" in page


def test_what_it_gave_leads_on_to_all_rows_with_the_values_bound(
    save: Save, alice_client: Client, settings: Any, tmp_path: Any
) -> None:
    settings.DATA_DIR = tmp_path
    saved = save("Dear", SQL, parameters=(PRICE,))
    page = alice_client.get(address("saved_result", saved.pk), {"price": "100.5"}, headers={"HX-Request": "true"})
    shown = [row[0].text for row in page.context["table"].rows]
    statement = page.context["statement"]
    fields = {"sql": statement.sql, "values": statement.values, "name": statement.name}
    assert all(f'name="{name}"' in page.content.decode() for name in fields)
    found = alice_client.post(address("statement_result", saved.connection_id), fields)["Location"]
    alice_client.post(f"{found}read/")
    rows = alice_client.get(f"{found}rows/", {"start": "0", "count": "50"}).json()
    assert shown
    assert len(rows["rows"]) == len(shown)
    assert "Dear" in words(alice_client.get(found))
