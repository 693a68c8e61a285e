"""The Learning page, as everybody in the team sees it."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from agent.errors import ErrorClass
from agent.repairs import Strategy
from datasources.models import Connection
from learning.generations import changing
from learning.generations.changing import Text
from learning.models import Generation
from tests.learning.bandit import logs
from tests.learning.benchmark.pages.runs import htmx, text, words_of
from tests.learning.overview.asked import COLUMN, SYNTAX, ask, days_ago, judge

pytestmark = pytest.mark.django_db


def address(connection: Connection, name: str = "learning", days: str = "") -> str:
    return reverse(name, args=[connection.pk]) + (f"?days={days}" if days else "")


def drawn(page: str, chart: str) -> list[dict[str, object]]:
    found = re.search(rf'data-chart="{chart}"\s+data-values="(.*?)"\s+aria-hidden', page)
    assert found, page
    data: list[dict[str, object]] = json.loads(found[1])
    return data


@pytest.fixture
def figures_of(alice_client: Client, connection: Connection) -> str:
    """The page with everything in it; nothing has been asked."""
    return text(alice_client, address(connection, "learning_figures"))


def test_the_page_is_there_before_its_figures(alice_client: Client, connection: Connection) -> None:
    page = text(alice_client, address(connection, days="30"))
    assert f'hx-get="{address(connection, "learning_figures")}?days=30"' in page
    assert f'hx-get="{address(connection, "learning_strategies")}"' in page
    assert f'href="{address(connection, "learning_figures")}?days=30"' in page


def test_charts_mark_when_a_generation_was_put_to_use(
    alice_client: Client, alice: User, connection: Connection
) -> None:
    ask(connection)
    changing.promote(changing.add(changing.seed_of(connection), Text("Answer."), "edited"), alice)
    page = text(alice_client, address(connection, "learning_figures"))
    today = timezone.localdate().isoformat()
    assert page.count(f"Put to use: generation 1 on {today}.") == 2
    found = re.search(r'data-chart="success"\s+data-marks="(.*?)"\s+data-values', page)
    assert found
    assert json.loads(found[1]) == [{"start": today, "put": "Generation 1"}]


def test_the_seed_is_marked_where_it_came_back(alice_client: Client, alice: User, connection: Connection) -> None:
    ask(connection)
    seed = changing.seed_of(connection)
    assert "Put to use" not in text(alice_client, address(connection, "learning_figures"))
    Generation.objects.update(created_at=days_ago(3), activated_at=days_ago(3))
    changing.promote(changing.add(seed, Text("Answer."), "edited"), alice)
    changing.roll_back(seed, alice, "It was worse.")
    assert "generation 0 on" in text(alice_client, address(connection, "learning_figures"))


def test_what_was_put_to_use_before_the_period_is_not_marked(
    alice_client: Client, alice: User, connection: Connection
) -> None:
    ask(connection)
    changing.promote(changing.add(changing.seed_of(connection), Text("Answer."), "edited"), alice)
    Generation.objects.filter(number=1).update(activated_at=days_ago(40))
    assert "Put to use" not in text(alice_client, address(connection, "learning_figures", days="30"))


def test_the_period_is_chosen_by_a_link(alice_client: Client, connection: Connection) -> None:
    page = text(alice_client, address(connection, days="365"))
    assert re.findall(r'<a href="\?days=(\w+)"\s*aria-current', page) == ["365"]
    assert re.findall(r'<a href="\?days=(\w+)"', page) == ["30", "90", "365", "all"]
    assert re.findall(r'<a href="\?days=(\w+)"\s*aria-current', text(alice_client, address(connection))) == ["90"]
    assert re.findall(r'<a href="\?days=(\w+)"\s*aria-current', text(alice_client, address(connection, days="x"))) == [
        "90"
    ]


def test_htmx_gets_the_parts_and_others_the_page(alice_client: Client, connection: Connection) -> None:
    ask(connection)
    assert "<html" not in htmx(alice_client, address(connection, "learning_figures"))
    assert "<html" not in htmx(alice_client, address(connection, "learning_strategies"))
    assert "<html" not in htmx(alice_client, address(connection, "learning_comparison"))
    whole = words_of(text(alice_client, address(connection, "learning_figures")))
    assert "Answered questions" in whole
    assert "Which repair for which error" in whole
    assert "Is what was learned worth it?" in whole
    for part in ("learning_strategies", "learning_comparison"):
        assert alice_client.get(address(connection, part))["Location"] == address(connection, "learning_figures")


def test_the_map_does_not_wait_for_the_comparison(alice_client: Client, connection: Connection) -> None:
    page = text(alice_client, address(connection))
    assert f'hx-get="{address(connection, "learning_comparison")}"' in page
    assert "Is what was learned" not in htmx(alice_client, address(connection, "learning_strategies"))
    assert "Which repair for" not in htmx(alice_client, address(connection, "learning_comparison"))


def test_a_connection_without_questions_says_how_it_learns(alice_client: Client, connection: Connection) -> None:
    page = words_of(htmx(alice_client, address(connection, "learning_figures")))
    assert "Nothing has been asked yet" in page
    assert "data-chart" not in page


def test_a_time_without_questions_says_so(alice_client: Client, connection: Connection) -> None:
    ask(connection, at=days_ago(60))
    page = words_of(htmx(alice_client, address(connection, "learning_figures", "30")))
    assert "No question was answered or given up in the last 30 days." in page
    assert "Nothing has been asked yet" not in page


def test_without_verdicts_or_errors_the_charts_say_what_would_draw_them(
    alice_client: Client, connection: Connection
) -> None:
    ask(connection)
    page = words_of(htmx(alice_client, address(connection, "learning_figures")))
    assert "Nobody has judged an answer in this time." in page
    assert "No attempt has failed in this time." in page


def test_each_chart_is_a_table_too(alice_client: Client, connection: Connection, alice: User) -> None:
    judge(ask(connection, [COLUMN], generation=2), alice, is_right=True)
    ask(connection, [SYNTAX], answered=False, generation=2)
    page = htmx(alice_client, address(connection, "learning_figures"))
    assert page.count("<table") == 6
    words = words_of(page).replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "Day Generation Questions Answered At the first attempt" in words
    assert re.search(r"\d{4}-\d\d-\d\d 2 2 50 % 0 %", words)
    assert "Wrong column 1 1 100 %" in words
    assert "Syntax error 1 1 0 %" in words
    assert re.search(r"Correct Wrong \d{4}-\d\d-\d\d 1 0", words)


def test_what_is_drawn_is_what_is_counted(alice_client: Client, connection: Connection) -> None:
    ask(connection, [COLUMN])
    ask(connection)
    page = htmx(alice_client, address(connection, "learning_figures"))
    [answered, at_first] = drawn(page, "success")
    assert (answered["measure"], answered["share"], answered["generation"]) == ("Answered", 1.0, "Generation 0")
    assert (at_first["measure"], at_first["share"], at_first["questions"]) == ("At the first attempt", 0.5, 2)
    [repaired, lost] = drawn(page, "errors")
    assert (repaired["error"], repaired["questions"], lost["questions"]) == ("Wrong column", 1, 0)
    assert [one["tokens"] for one in drawn(page, "tokens")] == [200, 800, 50]


def test_without_decisions_it_says_what_they_would_tell(figures_of: str) -> None:
    page = words_of(figures_of)
    assert "No repair has been chosen here yet." in page
    assert "As soon as repairs have been chosen here" in page


def test_the_map_writes_value_and_count_into_each_cell(alice_client: Client, connection: Connection) -> None:
    answer = logs.episode(connection)
    for attempt in (2, 3):
        decided = logs.decide(answer, connection, Strategy.FIX_TABLE, ErrorClass.TIMEOUT, attempt=attempt)
        logs.teach(decided, 0.5)
    page = htmx(alice_client, address(connection, "learning_strategies"))
    assert "No repair has been chosen" not in page
    [row] = re.findall(r"<tr>\s*<th scope=\"row\">Too slow</th>.*?</tr>", page, re.DOTALL)
    assert re.search(r"[+−]?\d\.\d\d 2×", words_of(row))
    assert words_of(row).count("never") == 7
    assert "the best" in words_of(row)


def test_few_decisions_tell_nothing_and_many_do(alice_client: Client, connection: Connection) -> None:
    natural = {ErrorClass.TIMEOUT: Strategy.REWRITE_CTE}
    logs.write(connection, 3, natural, lambda error, strategy: 0.0)
    few = words_of(htmx(alice_client, address(connection, "learning_comparison")))
    assert few.count("too few decisions to tell") == 4
    logs.write(connection, 80, natural, lambda error, strategy: float(strategy is Strategy.REWRITE_CTE))
    many = htmx(alice_client, address(connection, "learning_comparison"))
    assert words_of(many).count("too few decisions to tell") == 1, "what it always rewrites is never tried enough"
    assert many.count('class="interval"') == 3


def test_members_see_no_buttons_to_steer(alice_client: Client, connection: Connection) -> None:
    assert "Steer the bandit" not in text(alice_client, address(connection))


def test_curators_do(curator: Client, connection: Connection) -> None:
    assert "Steer the bandit" in text(curator, address(connection))
