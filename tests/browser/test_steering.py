"""The whole loop: somebody asks, finds the answer wrong and says why, a curator accepts it, and the answer changes.

The scripted model answers otherwise only when the rule stands in what it is told: so it is the rule that changed it.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from agent.scripted_server import ServerHandle
from tests.browser.conftest import log_in, session_of
from tests.migrated import NewDataDir
from tests.processes import PASSWORD, Site, running_site

# The first test's time includes that of a site of its own, which a busy machine takes a minute and more to set up.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

QUESTION = "What is the revenue of all orders?"
REMARK = "revenue excludes cancelled orders"
WITH_THE_RULE = "SELECT SUM(total_amount) AS revenue FROM orders WHERE status <> 'cancelled'"
WITHOUT = "SELECT SUM(total_amount) AS revenue FROM orders"
MEMBER = "mira"
FORGOTTEN = """
from learning.models import Remark, Verdict, VerifiedQuery
Remark.objects.all().delete()
Verdict.objects.all().delete()
VerifiedQuery.objects.all().delete()
"""
A_MEMBER = f"""
from accounts.models import Membership, User
from datasources.models import Connection
team = Connection.objects.get(is_sample=True).team
user = User.objects.create_user("{MEMBER}", password="{PASSWORD}")
Membership.objects.create(user=user, team=team, role=Membership.Role.MEMBER)
"""


@pytest.fixture(scope="module")
def site(new_data_dir: NewDataDir, scripted: ServerHandle) -> Iterator[Site]:
    """Of this module's own: what others asked and decided on theirs does not count here."""
    model = {"API_BASE_URL": scripted.base_url, "MODEL_NAME": "scripted"}
    with running_site(new_data_dir(), **model) as running:
        yield running


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, site: Site) -> str:
    return session_of(chromium, site)


@pytest.fixture
def member(chromium: Browser, site: Site) -> Iterator[Page]:
    """Of the team, and no curator."""
    site.shell(A_MEMBER)
    context: BrowserContext = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    page = context.new_page()
    log_in(page, site, name=MEMBER)
    page.wait_for_url("**/chat/**")
    yield page
    context.close()


def ask(page: Page) -> None:
    page.locator("#question").fill(QUESTION)
    page.locator("#question").press("Enter")


def begin_anew(page: Page) -> None:
    """Another conversation, loaded whole: before its scripts run, Enter is a new line in the question box."""
    before = page.url
    page.get_by_role("button", name="New question").click()
    page.wait_for_url(lambda url: url != before)


def test_what_a_member_says_changes_the_next_answer(member: Page, page: Page, scripted: ServerHandle) -> None:
    scripted.set_script(
        [
            {"when": REMARK, "where": "all", "text": f"```sql\n{WITH_THE_RULE}\n```"},
            {"when_re": ".", "text": f"```sql\n{WITHOUT}\n```"},
        ]
    )
    ask(member)
    answer = member.locator(".answer").last
    expect(answer.locator("tbody tr")).to_have_count(1, timeout=30_000)
    expect(answer.locator(".sql")).not_to_contain_text("cancelled")
    before = answer.locator("tbody td").inner_text()
    answer.get_by_role("button", name="Wrong", exact=True).click()
    answer.get_by_label("What is wrong?").fill(REMARK)
    answer.get_by_role("button", name="Save").click()
    expect(answer).to_contain_text("Waiting for a curator.")

    page.get_by_role("navigation", name="Views").get_by_role("link", name="Learning").click()
    page.get_by_role("link", name="Remarks and rules").click()
    waiting = page.locator("#remark-list > .remark", has_text=REMARK)
    expect(waiting).to_contain_text(MEMBER)
    waiting.get_by_role("button", name="Accept").click()
    expect(page.locator("#rules")).to_contain_text(REMARK)

    begin_anew(member)
    expect(member.get_by_role("heading", name="Rules from remarks (1)")).to_be_visible()
    ask(member)
    again = member.locator(".answer").last
    expect(again.locator(".sql")).to_contain_text("status <> 'cancelled'")
    expect(again.locator("tbody tr")).to_have_count(1, timeout=30_000)
    assert again.locator("tbody td").inner_text() != before


def ask_anew(page: Page) -> Locator:
    """In a conversation of its own; its answer."""
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Chat").click()
    page.get_by_role("button", name="New question").click()
    expect(page.locator(".answer")).to_have_count(0)
    ask(page)
    answer = page.locator(".answer").last
    expect(answer.locator("tbody tr")).to_have_count(1, timeout=30_000)
    return answer


def test_a_rule_reaches_a_question_that_was_verified_before_it(page: Page, site: Site, scripted: ServerHandle) -> None:
    site.shell(FORGOTTEN)
    scripted.set_script(
        [
            {"when": REMARK, "where": "all", "text": f"```sql\n{WITH_THE_RULE}\n```", "times": None},
            {"when_re": ".", "text": f"```sql\n{WITHOUT}\n```", "times": None},
        ]
    )
    answer = ask_anew(page)
    answer.get_by_role("button", name="Correct", exact=True).click()
    expect(answer).to_contain_text("now a verified query of the team")
    expect(ask_anew(page)).to_contain_text("From a verified query")

    page.get_by_role("navigation", name="Views").get_by_role("link", name="Learning").click()
    page.get_by_role("link", name="Remarks and rules").click()
    page.get_by_label("A rule of your own").fill(REMARK)
    page.get_by_role("button", name="Add the rule").click()
    expect(page.locator("#rules")).to_contain_text(REMARK)
    answer = ask_anew(page)
    expect(answer).to_contain_text(f"but the rule “{REMARK}” is newer: asked anew.")
    expect(answer.locator(".sql")).to_contain_text("status <> 'cancelled'")

    page.get_by_role("navigation", name="Views").get_by_role("link", name="Learning").click()
    page.get_by_role("link", name="Verified queries").click()
    page.get_by_role("link", name="Older than a rule").click()
    expect(page.locator(".verified-list > li")).to_have_count(1)
    page.get_by_role("button", name="Still right").click()
    expect(page.locator("main")).to_contain_text("It is still right: asked again, it is recalled at once.")
    expect(ask_anew(page)).to_contain_text("From a verified query")
