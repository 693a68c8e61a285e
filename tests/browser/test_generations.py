"""The Prompt tab: a curator has the prompt optimized, watches it, looks at what came of it, edits it and goes back.

The scripted model answers right only where the rule stands in its prompt: so the run finds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from agent.scripted_server import ServerHandle
from tests.browser.conftest import session_of
from tests.learning.optimizing.lessons import RULE, USELESS, script
from tests.migrated import NewDataDir
from tests.processes import Site, running_site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

LESSONS = """
from datasources.models import Connection
from tests.learning.optimizing.lessons import team
sample = Connection.objects.get(is_sample=True)
connection = Connection.objects.create(team=sample.team, name="lessons", path=path)
connection.schema()
team(connection)
print(connection.pk)
"""


@pytest.fixture(scope="module")
def site(new_data_dir: NewDataDir, scripted: ServerHandle, shop_path: Path) -> Iterator[Site]:
    """Of this module's own: what others asked on theirs does not count here."""
    settings = {"API_BASE_URL": scripted.base_url, "MODEL_NAME": "scripted", "ALLOWED_DB_DIRS": str(shop_path.parent)}
    with running_site(new_data_dir(), **settings) as running:
        yield running


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, site: Site) -> str:
    return session_of(chromium, site)


@pytest.fixture(scope="module")
def prompt(site: Site, shop_path: Path) -> str:
    """The address of the Prompt tab."""
    connection = site.shell(f"path = {str(shop_path)!r}\n{LESSONS}").strip()
    return f"{site.url}/databases/{connection}/generations/"


def is_too_wide(page: Page) -> bool:
    """Whether the page scrolls sideways."""
    found: bool = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return found


def test_a_prompt_is_optimized_watched_edited_and_rolled_back(
    page: Page, site: Site, scripted: ServerHandle, prompt: str
) -> None:
    scripted.set_script(script(USELESS, RULE))
    page.goto(prompt)
    expect(page.get_by_role("navigation", name="Views").get_by_role("link", name="Prompt")).to_have_attribute(
        "aria-current", "page"
    )
    expect(page.get_by_role("main")).to_contain_text("So far there is only the seed")
    page.get_by_role("button", name="Optimize now").click()
    run = page.locator("#run")
    expect(run).to_contain_text("Waiting for its turn")
    expect(page.locator("#reflections > li")).to_have_count(0)

    site.manage("db_worker", "--queue-name", "model", "--batch", "--interval", "0", "-v", "0")
    expect(run).to_contain_text("A better prompt is in use", timeout=30_000)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    reflections = page.locator("#reflections > li")
    expect(reflections.filter(has_text="Not better")).to_contain_text(USELESS)
    expect(reflections.filter(has_text="Became candidate 1")).to_contain_text(RULE)
    expect(page.locator("#announcer")).to_contain_text("The optimization is over.")
    expect(page.locator(".front tbody tr").first).to_be_visible()

    run.get_by_role("link", name="Generation 1").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("3 → 8 of 8 questions right, 5 fixed, 0 broken")
    expect(main.locator("ins")).to_contain_text(["Learned about this database:", RULE])

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Rules").fill(f"{RULE}\n\n{RULE}")
    page.get_by_label("Why", exact=True).fill("Money has two digits.")
    page.get_by_role("button", name="Keep and put to use").click()
    expect(page.get_by_role("alert")).to_contain_text("Line 3: It says the same as rule 1.")
    expect(page.get_by_label("Why", exact=True)).to_have_value("Money has two digits.")
    page.get_by_label("Rules").fill(f"{RULE}\nRound {{money}} to two digits. <b>Always</b>")
    page.get_by_role("button", name="Keep and put to use").click()
    expect(page.locator(".message.success")).to_contain_text("Generation 2 is in use")
    expect(main.locator(".prompt-rules")).to_contain_text("Round {money} to two digits. <b>Always</b>")

    page.goto(f"{prompt}compare/?a=0&b=1")
    expect(main).to_contain_text("3 → 8 of 8 questions right")
    expect(page.locator(".pairs tbody tr").filter(has_text="fixed")).to_have_count(5)

    page.goto(f"{prompt}1/")
    page.get_by_label("Why is it rolled back?").fill("Two digits are too few.")
    page.get_by_role("button", name="Roll back to this").click()
    expect(page.locator(".message.success")).to_contain_text("Generation 1 is again in use")
    page.goto(prompt)
    rows = page.locator(".tree tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("Generation 1")
    expect(rows.nth(1)).to_contain_text("Rolled back")

    page.set_viewport_size({"width": 390, "height": 844})
    assert not is_too_wide(page)
    page.goto(f"{prompt}compare/?a=1&b=2")
    assert not is_too_wide(page)
    expect(page.get_by_role("region", name="What differs")).to_be_visible()
