"""The prompt evolves while people watch: progress, what came of it in the conversation, and taking it back.

The scripted model answers otherwise only when the rule stands in what it is told: so it is the rule that changed it.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from agent.scripted_server import ServerHandle
from datasources.sample import build
from tests.browser.conftest import log_in, session_of
from tests.learning.optimizing.lessons import RULE, script
from tests.migrated import NewDataDir
from tests.processes import PASSWORD, Site, running_site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

QUESTION = "Revenue of boots"
MEMBER = "mira"
LESSONS = """
from accounts.models import Membership, User
from datasources.models import Connection
from tests.learning.optimizing.lessons import team
sample = Connection.objects.get(is_sample=True)
connection = Connection.objects.create(team=sample.team, name="lessons", path="{path}")
connection.refresh_schema()
team(connection)
user = User.objects.create_user("{name}", password="{password}")
Membership.objects.create(user=user, team=sample.team, role=Membership.Role.MEMBER)
print(connection.pk)
"""
UNDER_WAY = """
from learning.models import Optimization
from tests.chat.evolved import measured
run = Optimization.objects.under_way().get()
Optimization.objects.filter(pk=run.pk).update(phase="trying", calls=14)
measured(run, 0.74, 0.81)
"""
PROPOSAL = """
from datasources.models import Connection
from tests.chat.evolved import evolved
evolved(Connection.objects.get(name="lessons"), is_weak=True)
"""
SEED = """
from datasources.models import Connection
from learning.generations import changing
connection = Connection.objects.get(name="lessons")
if changing.in_use(connection).number:
    changing.roll_back(changing.seed_of(connection), None, "For the next test.")
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, new_data_dir: NewDataDir, scripted: ServerHandle) -> Iterator[Site]:
    """Of this module's own: what others asked and decided on theirs does not count here."""
    base = str(tmp_path_factory.getbasetemp())
    settings = {"API_BASE_URL": scripted.base_url, "MODEL_NAME": "scripted", "GEPA_OPTIMIZE_EVERY": "0"}
    with running_site(new_data_dir(), ALLOWED_DB_DIRS=base, **settings) as running:
        yield running


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, site: Site) -> str:
    return session_of(chromium, site)


@pytest.fixture(scope="module")
def lessons(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a database whose questions about revenue need a rule."""
    path = tmp_path_factory.mktemp("lessons") / "lessons.sqlite3"
    build(path)
    number = run(site, LESSONS.format(path=path, name=MEMBER, password=PASSWORD)).split()[-1]
    return f"{site.url}/databases/{number}/ask/"


@pytest.fixture
def chat(page: Page, lessons: str, site: Site, scripted: ServerHandle) -> Page:
    """A curator's page, where a question found no answer without the rule."""
    run(site, SEED)
    scripted.set_script(script(RULE))
    return asked(page, lessons)


@pytest.fixture
def member(chromium: Browser, site: Site, lessons: str) -> Iterator[Page]:
    context: BrowserContext = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    page = context.new_page()
    log_in(page, site, name=MEMBER)
    page.wait_for_url("**/chat/**")
    yield page
    context.close()


def run(site: Site, code: str) -> str:
    return site.shell(code)


def work(site: Site) -> None:
    """What the worker does, until nothing is due."""
    site.manage("db_worker", "--queue-name", "model", "--batch", "--interval", "0", "-v", "0")


def asked(page: Page, lessons: str) -> Page:
    page.goto(lessons)
    page.get_by_role("button", name="New question").click()
    page.locator("#question").fill(QUESTION)
    page.locator("#question").press("Enter")
    expect(page.locator(".answer").last.locator(".no-answer")).to_be_visible(timeout=30_000)
    return page


def test_progress_is_live_and_can_be_cancelled(chat: Page, site: Site) -> None:
    optimization = chat.locator("#optimization")
    chat.get_by_role("button", name="Optimize now").click()
    expect(optimization).to_contain_text("Waiting for its turn")
    cancel = chat.get_by_role("button", name="Cancel", exact=True)
    cancel.focus()

    run(site, UNDER_WAY)
    expect(optimization).to_contain_text("Trying a candidate")
    expect(optimization).to_contain_text("14 of at most")
    expect(optimization).to_contain_text("Best so far 0.81")
    expect(chat.locator("#announcer")).to_contain_text("Optimization: Trying a candidate")
    expect(cancel).to_be_focused()

    cancel.press("Enter")
    expect(optimization).to_contain_text("Cancelled by admin.")
    expect(optimization).to_be_focused()
    expect(chat.locator(".news-line").last).to_contain_text("the prompt stays as it was. Cancelled by admin.")
    expect(chat.locator(".prompt-card")).to_have_count(0)


def test_typing_goes_on_undisturbed(chat: Page, site: Site) -> None:
    chat.get_by_role("button", name="Optimize now").click()
    expect(chat.locator("#optimization")).to_contain_text("Waiting for its turn")
    box = chat.locator("#question")
    box.fill("How many")
    run(site, UNDER_WAY)
    expect(chat.locator("#optimization")).to_contain_text("14 of at most")
    expect(box).to_be_focused()
    box.press_sequentially(" orders")
    expect(box).to_have_value("How many orders")
    chat.get_by_role("button", name="Cancel", exact=True).click()
    expect(chat.locator("#optimization")).to_contain_text("Cancelled")


def test_a_better_prompt_comes_as_a_card_is_tried_and_undone(chat: Page, site: Site) -> None:
    chat.get_by_role("button", name="Optimize now").click()
    expect(chat.locator("#optimization")).to_contain_text("Waiting for its turn")
    work(site)
    card = chat.locator(".prompt-card").last
    expect(card).to_contain_text("The prompt evolved")
    expect(card.locator("ins")).to_contain_text(RULE)
    expect(card).to_contain_text("In use")
    panel = chat.locator("#prompt-panel")
    expect(panel).to_contain_text("Learned rules (1)")

    card.get_by_role("button", name="Ask the last question again with it").click()
    again = chat.locator(".answer").last
    expect(again.locator("tbody td")).to_have_text("7", timeout=30_000)
    expect(again.locator(".sql-card figcaption")).not_to_contain_text("gen 0")

    chat.reload()
    card.get_by_role("button", name="Undo").click()
    expect(card).to_contain_text("Rolled back")
    expect(panel).to_contain_text("gen 0")
    expect(panel).not_to_contain_text("Learned rules")
    expect(card.get_by_role("button", name="Put it to use again")).to_be_focused()
    expect(chat.locator(".news").last).to_contain_text("admin rolled back to generation 0")


def test_at_the_end_of_a_conversation_the_card_is_seen_as_it_comes(chat: Page, site: Site) -> None:
    for _ in range(2):
        before = chat.locator(".answer").count()
        chat.locator("#question").fill(QUESTION)
        chat.locator("#question").press("Enter")
        expect(chat.locator(".answer")).to_have_count(before + 1)
        expect(chat.locator(".answer").last.locator(".no-answer")).to_be_visible(timeout=30_000)
    chat.get_by_role("button", name="Optimize now").click()
    expect(chat.locator("#optimization")).to_contain_text("Waiting for its turn")
    work(site)
    card = chat.locator(".prompt-card").last
    # Whether it is in use or, as it was rolled back before, proposed.
    expect(card.get_by_role("link", name="View full diff")).to_be_in_viewport(ratio=1)


def test_a_proposal_can_be_tried_by_members_and_put_to_use_by_curators(
    chat: Page, member: Page, site: Site, lessons: str
) -> None:
    asked(member, lessons)
    run(site, PROPOSAL)
    member.reload()
    theirs = member.locator(".prompt-card").last
    expect(theirs).to_contain_text("Another prompt is proposed")
    expect(theirs).to_contain_text("Weak evidence")
    expect(theirs.get_by_role("button", name="Ask the last question again with it")).to_be_visible()
    expect(theirs.get_by_role("button", name="Put it to use")).to_have_count(0)
    expect(member.get_by_role("button", name="Optimize now")).to_have_count(0)

    chat.reload()
    card = chat.locator(".prompt-card").last
    card.get_by_role("button", name="Put it to use").click()
    expect(card.locator("header")).to_contain_text("In use")
    expect(chat.locator("#prompt-panel")).to_contain_text("Learned rules (1)")
