"""How times and numbers are written for a person: chosen on the account page, in force wherever they are written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import timezone

from accounts import dates, preferences, signs
from accounts.models import User
from datasources.engine import ResultSet
from datasources.tables import Table
from datasources.templatetags.printed import rows_html
from tests.accounts.conftest import client_of, text

pytestmark = pytest.mark.django_db

CHOSEN = {"time_zone": "Asia/Tokyo", "number_format": "point", "date_format": "point"}
AT = datetime(2026, 11, 30, 20, 5, tzinfo=UTC)


@pytest.fixture
def client(olive: User) -> Client:
    return client_of(olive)


@pytest.fixture(autouse=True)
def _nothing_is_left() -> object:
    """What a request leaves in force is of its own task, which a test shares."""
    yield
    preferences.use(User())


def wants(olive: User, **chosen: str) -> None:
    for name, value in chosen.items():
        setattr(olive, name, value)
    olive.save()
    preferences.use(olive)


def drawn(template: str, **context: object) -> str:
    return Template(template).render(Context(context))


def test_they_are_chosen_on_the_account_page(client: Client, olive: User) -> None:
    page = text(client.post("/account/preferences/", CHOSEN, follow=True))
    assert "Saved." in page
    olive.refresh_from_db()
    assert {name: getattr(olive, name) for name in CHOSEN} == CHOSEN
    assert '<option value="Asia/Tokyo" selected>' in page


def test_they_are_in_force_for_each_request_of_this_person_alone(client: Client, olive: User) -> None:
    wants(olive, **CHOSEN)
    preferences.use(User())
    assert 'data-thousands="." data-decimal=","' in text(client.get("/account/"))
    assert timezone.get_current_timezone_name() == "Asia/Tokyo"
    assert "data-thousands" not in text(Client().get("/login/"))
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize(
    "wrong",
    [{"time_zone": "Mars/Olympus"}, {"number_format": "roman"}, {"date_format": "j F"}, {"time_zone": "../etc"}],
)
def test_what_there_is_not_is_refused_and_the_rest_kept(client: Client, olive: User, wrong: dict[str, str]) -> None:
    response = client.post("/account/preferences/", CHOSEN | wrong)
    assert response.status_code == 422
    assert 'aria-invalid="true"' in text(response)
    olive.refresh_from_db()
    assert olive.time_zone == ""


def test_a_zone_that_is_unknown_here_is_the_site_s(olive: User) -> None:
    wants(olive, time_zone="Mars/Olympus")
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("", "30 November 2026, 20:05"),
        ("iso", "2026-11-30, 20:05"),
        ("point", "30.11.2026, 20:05"),
        ("slash", "30/11/2026, 20:05"),
        ("month_first", "11/30/2026, 20:05"),
    ],
)
def test_days_are_written_as_chosen(olive: User, chosen: str, expected: str) -> None:
    wants(olive, date_format=chosen)
    assert drawn('{{ at|date:"j F Y, H:i" }}', at=AT) == expected


def test_a_day_without_its_year_has_none(olive: User) -> None:
    wants(olive, date_format="slash")
    assert drawn('{{ at|date:"j M" }}', at=AT) == "30/11"


@pytest.mark.parametrize("form", ["c", "H:i", "U", "DATETIME_FORMAT"])
def test_forms_of_programs_stay(form: str) -> None:
    dates.use("slash")
    assert dates.form(form) == form


def test_times_are_of_the_chosen_zone(olive: User) -> None:
    wants(olive, time_zone="Asia/Tokyo")
    assert drawn('{{ at|date:"Y-m-d H:i T" }}', at=AT) == "2026-12-01 05:05 JST"


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("", "1,234.50"),
        ("point", "1.234,50"),
        ("space", "1\N{NARROW NO-BREAK SPACE}234,50"),
        ("apostrophe", "1’234.50"),
        ("none", "1234.50"),
    ],
)
def test_a_result_is_printed_in_the_chosen_signs(olive: User, chosen: str, expected: str) -> None:
    wants(olive, number_format=chosen)
    table = Table(ResultSet(("amount", "note"), ((1234.5, "1,234.5"),), truncated=False, elapsed=0.0))
    assert rows_html(table.rows) == f'<tr><td class="number">{expected}</td><td class="text">1,234.5</td></tr>\n'


def test_the_exact_number_stays_as_programs_write_it(olive: User) -> None:
    wants(olive, number_format="point")
    table = Table(ResultSet(("amount",), ((1234.56789,), (0.5,)), truncated=False, elapsed=0.0))
    assert 'title="1234.56789">1.234,568' in rows_html(table.rows)


def test_an_unknown_format_is_the_usual_one() -> None:
    signs.use("roman")
    assert signs.current() == signs.PLAIN
