"""Long lists of the admin: their pages ask about as many rows as they show."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.long_lists import MOST, MOST_FOUND, BoundedPaginator
from accounts.models import User
from datasources.models import AuditEntry

pytestmark = pytest.mark.django_db
LIST = "/admin/datasources/auditentry/"


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("operator"))
    return client


def entry(at: datetime) -> AuditEntry:
    return AuditEntry(at=at, action="query", sql="SELECT 1")


def at(year: int, month: int, day: int) -> datetime:
    return timezone.make_aware(datetime(year, month, day, 12))


def page(client: Client, query: str = "") -> str:
    response = client.get(f"{LIST}{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_dates_lead_to_each_year_between_the_first_and_the_last(operator: Client) -> None:
    AuditEntry.objects.bulk_create([entry(at(2021, 12, 31)), entry(at(2023, 1, 1))])
    shown = page(operator)
    assert [year for year in range(2020, 2025) if f"?at__year={year}" in shown] == [2021, 2022, 2023]


def test_a_year_leads_to_its_months_and_a_month_to_its_days(operator: Client) -> None:
    AuditEntry.objects.bulk_create([entry(at(2022, 2, 27)), entry(at(2022, 3, 1)), entry(at(2023, 6, 1))])
    months = page(operator, "?at__year=2022")
    assert [month for month in range(1, 13) if f"at__month={month}&amp;at__year=2022" in months] == [2, 3]
    days = page(operator, "?at__year=2022&at__month=2")
    assert "at__day=27" in days
    assert "at__day=28" not in days


def test_an_empty_list_has_no_dates(operator: Client) -> None:
    assert "at__year" not in page(operator)


def test_no_row_is_asked_for_its_year(operator: Client) -> None:
    AuditEntry.objects.bulk_create([entry(at(2021, 1, 1)), entry(at(2023, 1, 1))])
    with CaptureQueriesContext(connection) as asked:
        page(operator)
    assert not [query for query in asked.captured_queries if "trunc" in query["sql"].lower()]


def test_it_counts_no_further_than_anybody_turns_pages(operator: Client) -> None:
    now = timezone.now()
    AuditEntry.objects.bulk_create(entry(now - timedelta(seconds=number)) for number in range(MOST + 1))
    assert BoundedPaginator(AuditEntry.objects.order_by("-at"), 50).count == MOST
    assert f"the first {MOST} audit entries" in " ".join(page(operator).split())


def test_a_short_list_is_counted_whole(operator: Client) -> None:
    AuditEntry.objects.bulk_create([entry(timezone.now())])
    shown = " ".join(page(operator).split())
    assert "1 audit entry" in shown
    assert "the first" not in shown


def test_what_is_searched_is_looked_for_once(operator: Client) -> None:
    AuditEntry.objects.bulk_create(entry(at(2023, 1, day)) for day in range(1, 4))
    with CaptureQueriesContext(connection) as asked:
        assert "3 audit entries" in " ".join(page(operator, "?q=SELECT").split())
    scans = [query["sql"] for query in asked.captured_queries if "LIKE" in query["sql"]]
    assert [sql for sql in scans if " IN (" not in sql] == scans[:1]


def test_a_search_finds_no_more_than_anybody_looks_through(operator: Client) -> None:
    now = timezone.now()
    AuditEntry.objects.bulk_create(entry(now - timedelta(seconds=number)) for number in range(MOST_FOUND + 1))
    assert f"the first {MOST_FOUND}" in " ".join(page(operator, "?q=SELECT").split())


def test_a_search_is_turned_over(operator: Client) -> None:
    now = timezone.now()
    AuditEntry.objects.bulk_create(entry(now - timedelta(seconds=number)) for number in range(51))
    assert page(operator, "?q=SELECT&p=2").count("action-select") == 1
