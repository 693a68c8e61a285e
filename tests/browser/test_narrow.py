"""What has to fit: a team's tabs on a phone, and the operator's lists beside the admin's own columns."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

WORKING = """
import uuid
from django.utils import timezone
from operations.models import Worker
now = timezone.now()
Worker.objects.create(
    pk=uuid.uuid4(), host="worker-7f9c5d8b6-x2k4q", pid=42000, queues="default", doing="learning.tasks.warm_up",
    doing_since=now, beat_at=now, started_at=now,
)
from learning.tasks import count_learning
from django_tasks_db.models import DBTaskResult
count_learning.enqueue(1, "comparison", "")
DBTaskResult.objects.update(started_at=now, finished_at=now, worker_ids=["one"])
"""
HIDDEN = "(row) => row.scrollWidth - row.clientWidth"


@pytest.fixture
def at_work(site: Site) -> None:
    site.shell(WORKING)


@pytest.mark.parametrize("path", ["operations/worker/", "django_tasks_database/dbtaskresult/"])
def test_nothing_of_workers_and_tasks_is_cut_off(page: Page, site: Site, at_work: None, path: str) -> None:
    page.goto(f"{site.url}/admin/{path}")
    assert page.locator(".results").evaluate(HIDDEN) == 0


@pytest.mark.parametrize("tab", ["People", "Audit"])
def test_the_tabs_of_a_team_stand_in_one_row_with_the_open_one_in_sight(page: Page, site: Site, tab: str) -> None:
    page.goto(f"{site.url}/teams/1/")
    page.get_by_role("navigation", name="Views").get_by_role("link", name=tab).click()
    page.set_viewport_size({"width": 390, "height": 800})
    page.reload()
    tabs = page.get_by_role("navigation", name="Views")
    tops = tabs.get_by_role("link").evaluate_all("(links) => links.map((link) => link.getBoundingClientRect().top)")
    assert len(set(tops)) == 1
    expect(tabs.get_by_role("link", name=tab)).to_be_in_viewport(ratio=0.95)
