"""What comes after an answer: it is saved with a parameter, shared, found again, pinned to a board and watched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from agent.scripted_server import ServerHandle
from tests.browser.test_chat import GOOD, ask
from tests.processes import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

DEAR = "SELECT name, price FROM products WHERE price > {{price}} ORDER BY price DESC LIMIT 3"
CLEAN = (
    "from workbench.models import Board, SavedQuery; Board.objects.all().delete(); SavedQuery.objects.all().delete()"
)
ONE = """
from accounts.models import User
from datasources.models import Connection
from workbench.models import Board, Pin, SavedQuery
user, connection = User.objects.get(username="admin"), Connection.objects.get(is_sample=True)
User.objects.filter(pk=user.pk).update(email="admin@example.org")
price = {"name": "price", "kind": "number", "default": ["100"]}
saved = SavedQuery.objects.create(
    connection=connection, user=user, name="Dear products", is_shared=True, parameters=[price],
    sql="SELECT name, price FROM products WHERE price > {{price}} ORDER BY price DESC LIMIT 3")
board = Board.objects.create(team=connection.team, name="Sales", owner=user)
for position, name in enumerate(("A", "B", "C")):
    other = SavedQuery.objects.create(
        connection=connection, user=user, name=name, sql="SELECT name, price FROM products LIMIT 3", is_shared=True)
    Pin.objects.create(board=board, saved=other, position=position)
print(saved.pk, board.pk, connection.pk)
"""
WORK = """
from workbench.models import Pin
from workbench.saved.boards import refreshing
for pin in Pin.objects.waiting(): refreshing.refresh(pin.pk)
"""


@pytest.fixture(autouse=True)
def clean(site: Site) -> None:
    site.shell(CLEAN)


def look(page: Page, name: str) -> None:
    """For people who look: pictures in light, dark and at a phone's width, where SCREENSHOTS names a directory."""
    directory = os.environ.get("SCREENSHOTS")
    if not directory:
        return
    size = page.viewport_size
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        page.screenshot(path=Path(directory) / f"{name}-{theme}.png")
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path=Path(directory) / f"{name}-phone.png")
    if size:
        page.set_viewport_size(size)


def test_an_answer_is_saved_and_run_with_a_parameter(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([{"text": GOOD}])
    ask(page)
    page.locator(".answer .facts").get_by_role("link", name="Save").click()
    page.get_by_label("Name").fill("Dear products")
    page.get_by_label("Everybody of the team").check()
    page.locator("#id_sql").fill(DEAR)
    kind = page.locator("#kind-price")
    expect(kind).to_have_value("number")
    page.locator("#default-price").fill("100")
    look(page, "edit")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved for the team.")
    page.get_by_label("Price").fill("dear")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert")).to_contain_text("that is no number")
    page.get_by_label("Price").fill("150")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#result .facts")).to_contain_text("run at")
    assert "price=150" in page.url
    look(page, "saved")
    page.reload()
    expect(page.locator("#result .facts")).to_contain_text("run at")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Bring it back").click()
    expect(page.get_by_role("button", name="Run")).to_be_visible()


def test_a_choice_has_fields_of_its_own(page: Page, site: Site) -> None:
    _, _, connection = site.shell(ONE).split()
    page.goto(f"{site.url}/databases/{connection}/saved/add/")
    page.locator("#id_sql").fill("SELECT name FROM products WHERE name IN ({{names}})")
    page.locator("#kind-names").select_option("choice")
    page.locator("#choices-names").fill("Tent\nRope")
    page.locator("#many-names").check()
    page.locator("#id_sql").press("End")
    page.locator("#id_sql").press_sequentially(" ")
    page.wait_for_timeout(1500)
    expect(page.locator("#choices-names")).to_have_value("Tent\nRope")
    expect(page.locator("#many-names")).to_be_checked()


def test_a_conversation_is_shared_and_that_is_stopped(page: Page, scripted: ServerHandle) -> None:
    scripted.set_script([{"text": GOOD}])
    ask(page)
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Share this conversation").click()
    look(page, "share")
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.locator(".bar .badge")).to_contain_text("shared with")
    page.get_by_role("button", name="Share this conversation").click()
    page.get_by_role("link", name="All that is shared").click()
    look(page, "shared-list")
    page.get_by_role("button", name="Stop sharing").first.click()
    expect(page.get_by_text("It is not shared any more")).to_be_visible()


def test_finding_by_keys(page: Page, site: Site) -> None:
    site.shell(ONE)
    page.goto(f"{site.url}/find/")
    page.keyboard.type("dear products")
    hit = page.locator("[data-hit]", has_text="Dear products").first
    expect(hit.locator("mark").first).to_be_visible()
    look(page, "find")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-hit]").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#find")).to_be_focused()
    assert "q=dear%20products" in page.url
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(f"{site.url}/find/")


def test_what_was_asked_before_is_offered_and_does_not_hold_up(page: Page, site: Site, scripted: ServerHandle) -> None:
    site.shell(ONE)
    scripted.set_script([{"text": GOOD}])
    page.locator("#question").press_sequentially("which are dear products")
    offer = page.locator("#asked-before a", has_text="Dear products")
    expect(offer).to_be_visible()
    look(page, "asked-before")
    page.route("**/asked-before/**", lambda route: None)
    page.locator("#question").press_sequentially("?")
    page.keyboard.press("Enter")
    expect(page.locator(".answer tbody tr")).to_have_count(3)
    expect(page.locator("#asked-before a").first).to_be_hidden()
    page.unroute_all(behavior="ignoreErrors")


def test_a_board_is_refreshed_and_ordered_by_keys_and_by_hand(page: Page, site: Site) -> None:
    saved, board, _ = site.shell(ONE).split()
    page.goto(f"{site.url}/saved/{saved}/?price=150&run=1")
    page.get_by_text("Pin to a board").click()
    page.get_by_role("button", name="Pin", exact=True).click()
    expect(page.locator(".pin").last).to_contain_text("refreshing")
    site.shell(WORK)
    expect(page.locator(".pin").last.locator("tbody tr")).to_have_count(3)
    expect(page.locator(".pin").last).to_contain_text("price: 150")
    look(page, "board")
    names = page.locator(".pin h2")
    expect(names).to_have_text(["A", "B", "C", "Dear products"])
    up = page.get_by_role("button", name="Move C up")
    up.focus()
    page.keyboard.press("Enter")
    expect(names).to_have_text(["A", "C", "B", "Dear products"])
    with page.expect_response("**/order/"):
        page.locator(".pin .grip").nth(3).drag_to(page.locator(".pin").first)
    page.goto(f"{site.url}/boards/{board}/")
    expect(names).to_have_text(["Dear products", "A", "C", "B"])


def test_somebody_is_told_by_e_mail(page: Page, site: Site) -> None:
    saved, *_ = site.shell(ONE).split()
    page.goto(f"{site.url}/saved/{saved}/?price=150&run=1")
    page.get_by_text("E-mail me when…").click()
    expect(page.get_by_label("Limit")).to_be_hidden()
    page.get_by_label("When", exact=True).select_option("above")
    page.get_by_label("In the column").fill("price")
    page.get_by_label("Limit").fill("much")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("alert")).to_contain_text("The limit has to be a number")
    expect(page.get_by_label("In the column")).to_have_value("price")
    page.get_by_label("Limit").fill("1000")
    look(page, "subscribe")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_text("You get an e-mail at admin@example.org")).to_be_visible()
    page.goto(f"{site.url}/account/")
    expect(page.locator("section", has=page.locator("#subscriptions"))).to_contain_text("price is above 1000")
    look(page, "account")
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_text("You get no more e-mails of it.")).to_be_visible()
