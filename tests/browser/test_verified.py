"""Verified queries in the chat: asked again they answer at once, and others say what the model was shown."""

import pytest
from playwright.sync_api import Page, expect

from agent.scripted_server import ServerHandle
from tests.browser.test_chat import GOOD, SQL, ask
from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

_VERIFY = """
from accounts.models import User
from datasources.models import Connection
from learning.models import VerifiedQuery
from learning.verified.keys import key_of
VerifiedQuery.objects.all().delete()
for question in ({first!r}, {second!r}):
    VerifiedQuery.objects.create(
        connection=Connection.objects.get(is_sample=True), question=question, key=key_of(question),
        sql={sql!r}, created_by=User.objects.first(), is_curated=True,
    )
"""
DEAREST = "Which products are the dearest of all?"
CHEAPEST = "Which product has the lowest price, and what does it cost?"


@pytest.fixture(autouse=True)
def _verified(site: Site) -> None:
    site.shell(_VERIFY.format(first=DEAREST, second=CHEAPEST, sql=SQL))


def test_a_verified_question_is_answered_without_the_model_and_says_from_where(
    page: Page, scripted: ServerHandle
) -> None:
    scripted.set_script([])
    ask(page, "which products are the DEAREST of all")
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    expect(page.locator(".answer .provenance")).to_contain_text("From a verified query: verified by")
    page.reload()
    expect(page.locator(".answer .provenance")).to_contain_text("From a verified query: verified by")


def test_what_the_model_was_shown_opens_by_the_keyboard(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([{"text": GOOD}])
    ask(page, "Which products are dear?")
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    shown = page.locator(".answer details.provenance")
    expect(shown.locator("summary")).to_contain_text("Shown to the model: 1 verified query")
    shown.locator("summary").press("Enter")
    expect(shown.locator("li")).to_have_count(1)
