"""The page of a whole result, its requests, and what is kept for how long."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Membership, User
from datasources.models import AuditEntry, Connection
from learning.models import Episode
from operations.schedule import DUTIES
from workbench.results.models import Result

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(alice: User, connection: Connection, data_dir: Path) -> Episode:
    return Episode.objects.create(
        connection=connection,
        user=alice,
        source="chat",
        question="Which orders?",
        model="m",
        sql="SELECT * FROM orders",
    )


def read(client: Client, result: Result, **fields: str) -> dict[str, object]:
    response = client.post(reverse("result_read", args=[result.pk]), fields)
    found: dict[str, object] = response.json()
    return found


def test_the_page_of_an_answer_runs_nothing_by_itself(alice_client: Client, answer: Episode) -> None:
    page = alice_client.get(reverse("answer_result", args=[answer.pk]))
    assert "Which orders?" in page.content.decode()
    assert Result.objects.get().sql == answer.sql
    assert not AuditEntry.objects.exists()


def test_it_is_the_same_result_when_it_is_opened_again(alice_client: Client, answer: Episode) -> None:
    for _ in range(2):
        alice_client.get(reverse("answer_result", args=[answer.pk]))
    assert Result.objects.count() == 1


def test_an_answer_without_sql_says_that_there_is_nothing(alice_client: Client, answer: Episode) -> None:
    Episode.objects.update(sql="")
    page = alice_client.get(reverse("answer_result", args=[answer.pk]))
    assert "no SQL that ran" in page.content.decode()


def test_a_colleague_does_not_find_it(alice: User, make_user: object, orders: Result) -> None:
    colleague = make_user("carol", alice.teams.get())  # type: ignore[operator]
    client = Client()
    client.force_login(colleague)
    assert client.get(reverse("result", args=[orders.pk])).status_code == 404


def test_who_left_the_team_does_not_find_it(alice_client: Client, alice: User, orders: Result) -> None:
    read(alice_client, orders)
    Membership.objects.filter(user=alice).delete()
    assert alice_client.get(reverse("result_rows", args=[orders.pk])).status_code == 404


def test_reading_says_what_there_is(alice_client: Client, orders: Result) -> None:
    found = read(alice_client, orders)
    assert (found["rows"], found["truncated"]) == (3, False)
    assert [column["name"] for column in found["columns"]][:2] == ["id", "product_id"]  # type: ignore[attr-defined]
    entry = AuditEntry.objects.get()
    assert (entry.source, entry.rows, entry.action) == ("results", 3, "query")


def test_it_is_read_once(alice_client: Client, orders: Result) -> None:
    first = read(alice_client, orders)
    assert read(alice_client, orders) == first
    assert AuditEntry.objects.count() == 1


def test_and_again_when_somebody_wants_it(alice_client: Client, orders: Result) -> None:
    first = read(alice_client, orders)
    assert read(alice_client, orders, again="1")["read"] != first["read"]


def test_more_than_the_limit_is_cut(alice_client: Client, orders: Result, settings: Settings) -> None:
    settings.RESULT_ROWS = 2
    found = read(alice_client, orders)
    assert (found["rows"], found["truncated"]) == (2, True)


def test_what_fails_is_told_in_words(alice_client: Client, orders: Result) -> None:
    Result.objects.update(sql="SELECT absent FROM orders")
    response = alice_client.post(reverse("result_read", args=[orders.pk]))
    assert (response.status_code, response.json()["error"]) == (422, "no such column: absent")


def test_what_writes_is_not_run(alice_client: Client, orders: Result) -> None:
    Result.objects.update(sql="DELETE FROM orders")
    assert alice_client.post(reverse("result_read", args=[orders.pk])).status_code == 422
    assert AuditEntry.objects.get().verdict == "refused"


@pytest.mark.parametrize("name", ["result_rows", "result_copied", "result_row", "result_column"])
def test_rows_that_are_not_kept_here_are_gone_until_they_are_read(
    alice_client: Client, orders: Result, name: str
) -> None:
    arguments = [orders.pk, 1] if name in {"result_row", "result_column"} else [orders.pk]
    assert alice_client.get(reverse(name, args=arguments)).status_code == 410


def test_rows_come_as_they_are_wished(alice_client: Client, orders: Result) -> None:
    read(alice_client, orders)
    query = {"start": "0", "count": "10", "sort": "-0", "filters": json.dumps([[2, "is", "paid"]])}
    found = alice_client.get(reverse("result_rows", args=[orders.pk]), query).json()
    assert [cells[0] for _, cells in found["rows"]] == ["2", "1"]


def test_a_bad_filter_is_a_sentence(alice_client: Client, orders: Result) -> None:
    read(alice_client, orders)
    response = alice_client.get(reverse("result_rows", args=[orders.pk]), {"filters": '[[0, "is", "x"]]'})
    assert (response.status_code, response.json()["error"]) == (422, "id holds numbers. Write one, like 12.5.")


def test_a_row_with_all_that_it_holds(
    alice_client: Client, alice: User, connection: Connection, data_dir: Path
) -> None:
    sql = "SELECT '<b>' || hex(zeroblob(0)) || replace('aaaa', 'a', 'long text ') || '</b>' AS t"
    result = Result.objects.of(alice, connection, sql.replace("hex(zeroblob(0)) || ", ""))
    read(alice_client, result)
    page = alice_client.get(reverse("result_row", args=[result.pk, 1])).content.decode()
    assert "&lt;b&gt;long text long text" in page
    assert "<b>" not in page
    assert alice_client.get(reverse("result_row", args=[result.pk, 2])).status_code == 422


def test_what_a_column_holds(alice_client: Client, orders: Result) -> None:
    read(alice_client, orders)
    page = alice_client.get(reverse("result_column", args=[orders.pk, 2])).content.decode()
    assert "Most common" in page
    assert "cancelled" in page
    assert "style=" not in page
    assert alice_client.get(reverse("result_column", args=[orders.pk, 99])).status_code == 422


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("text", "status\tamount\npaid\t200.0\ncancelled\t50.0"),
        ("csv", "status,amount\r\npaid,200.0\r\ncancelled,50.0\r\n"),
        ("markdown", "| status | amount |\n| --- | ---: |\n| paid | 200.0 |\n| cancelled | 50.0 |"),
    ],
)
def test_copied_cells(alice_client: Client, orders: Result, form: str, expected: str) -> None:
    read(alice_client, orders)
    query = {"form": form, "start": "1", "count": "2", "columns": "2,4", "names": "1"}
    copied = alice_client.get(reverse("result_copied", args=[orders.pk]), query)
    assert copied.content.decode() == expected


def test_copied_formulas_are_harmless_unless_one_cell_alone_is_copied(
    alice_client: Client, alice: User, connection: Connection, data_dir: Path
) -> None:
    result = Result.objects.of(alice, connection, "SELECT '=1+1' AS a, '|x' AS b")
    read(alice_client, result)
    address = reverse("result_copied", args=[result.pk])
    query = {"form": "text", "start": "0", "count": "1", "columns": "0,1"}
    assert alice_client.get(address, query).content == b"'=1+1\t|x"
    assert alice_client.get(address, query | {"columns": "0"}).content == b"=1+1"
    markdown = alice_client.get(address, query | {"form": "markdown"}).content.decode()
    assert markdown.endswith("| =1+1 | \\|x |")


def test_more_than_the_clipboard_takes_is_refused(
    alice_client: Client, alice: User, connection: Connection, data_dir: Path, settings: Settings
) -> None:
    series = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 50000) SELECT n FROM s"
    result = Result.objects.of(alice, connection, f"SELECT n, n AS a, n AS b, n AS c, n AS d FROM ({series})")
    read(alice_client, result)
    query = {"form": "text", "start": "0", "count": "50000", "columns": "0,1,2,3,4"}
    response = alice_client.get(reverse("result_copied", args=[result.pk]), query)
    assert response.status_code == 422
    assert "250,000 cells are too many" in response.json()["error"]


def test_old_rows_are_read_again(alice_client: Client, orders: Result, data_dir: Path) -> None:
    first = read(alice_client, orders)
    [path] = (data_dir / "results").iterdir()
    os.utime(path, (time.time() - 25 * 3600,) * 2)
    assert alice_client.get(reverse("result_rows", args=[orders.pk])).status_code == 410
    assert read(alice_client, orders)["read"] != first["read"]


def test_the_oldest_rows_make_room(
    alice_client: Client, orders: Result, alice: User, connection: Connection, data_dir: Path, settings: Settings
) -> None:
    read(alice_client, orders)
    [old] = (data_dir / "results").iterdir()
    os.utime(old, (time.time() - 60,) * 2)
    settings.RESULTS_MB = settings.RESULT_MB = 0
    read(alice_client, Result.objects.of(alice, connection, "SELECT 1"))
    assert not old.exists()


def test_the_duty_clears_what_is_old_or_nobody_s(alice_client: Client, orders: Result, data_dir: Path) -> None:
    read(alice_client, orders)
    directory = data_dir / "results"
    [kept] = directory.iterdir()
    orphan, part = directory / "nobody.sqlite3", directory / f"{kept.stem}.1.part"
    for path in (orphan, part):
        path.touch()
        os.utime(path, (time.time() - 7 * 3600,) * 2)
    DUTIES["clear results that were kept"].do()
    assert list(directory.iterdir()) == [kept]
    os.utime(kept, (time.time() - 25 * 3600,) * 2)
    DUTIES["clear results that were kept"].do()
    assert list(directory.iterdir()) == []
    assert Result.objects.filter(pk=orders.pk).exists()
