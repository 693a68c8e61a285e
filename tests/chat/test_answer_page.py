"""One template draws an answer in every state."""

import pytest
from django.template.loader import render_to_string

from chat.answer import AnswerView, AttemptView
from chat.comparing import Earlier
from datasources.engine import ResultSet
from datasources.tables import Table

ID = "0b5c7a52-6a2e-4d4c-9d75-1f1f0a0b0c0d"
SCORES = {"fix_column": 0.6, "rewrite_full": 0.3, "fix_syntax": 0.1, "relax_filter": 0.0}


def answer(status: str, *attempts: AttemptView, table: Table | None = None, error: str = "") -> AnswerView:
    return AnswerView(ID, "How many?", 0, 5, status, "writing SQL", list(attempts), table=table, error=error)


def failed(number: int = 1) -> AttemptView:
    return AttemptView(number, "generate", {}, "SELECT 1", "no_such_column", "no such column: x", reward=-0.15)


def page(view: AnswerView, **context: object) -> str:
    return render_to_string("chat/_answer.html", {"answer": view, **context})


def rows(*values: int) -> Table:
    return Table.from_result(ResultSet(("n",), tuple((value,) for value in values), False, 0.01))


def test_a_running_answer_separates_the_finished_lines_from_the_one_being_written() -> None:
    html = page(answer("running", AttemptView(1, "generate", sql="SELECT 1\nFROM cust")))
    assert f'<span id="sql-{ID}"><span class="k">SELECT</span> <span class="n">1</span>\n</span>' in html
    assert f'<span id="tail-{ID}"><span class="k">FROM</span> cust</span>' in html
    assert f'<span id="doing-{ID}" role="status">writing SQL</span>' in html
    assert 'value="stop"' in html


def test_a_failed_attempt_stays_in_view_while_it_is_diagnosed() -> None:
    html = page(answer("running", failed()))
    assert f'id="diagnosis-{ID}"' in html
    assert "<details" not in html


def test_a_failed_attempt_folds_with_the_repair_that_followed_and_its_share_of_belief() -> None:
    html = " ".join(page(answer("running", failed(), AttemptView(2, "fix_column", SCORES))).split())
    assert '<span class="attempt-class">Wrong column</span>' in html
    assert '<span class="attempt-repair">fix column 60 %</span>' in html
    assert "fix column (chosen)" in html


def test_an_answer_shows_its_rows_and_announces_them() -> None:
    html = page(answer("succeeded", AttemptView(1, "generate", sql="SELECT 1"), table=rows(1, 2)))
    assert 'data-announce="2 rows"' in html
    assert html.count("<tr>") == 3


def test_a_long_result_shows_its_head_and_where_the_rest_is() -> None:
    view = answer("succeeded", AttemptView(1, "generate", sql="SELECT 1"), table=rows(*range(130)))
    assert page(view).count("<tr>") == 101
    assert "Show all 130 rows" in page(view)
    assert page(view, all=True).count("<tr>") == 131


def test_no_rows_are_an_answer() -> None:
    assert "No rows." in page(answer("succeeded", AttemptView(1, "generate", sql="SELECT 1"), table=rows()))


@pytest.mark.parametrize("status", ["failed", "stopped", "interrupted"])
def test_an_answer_without_rows_offers_to_ask_again(status: str) -> None:
    html = page(answer(status, failed(), error="It went wrong."))
    assert f'id="retry-{ID}"' in html
    assert "data-edit" in html
    assert 'value="stop"' not in html


def test_an_answer_on_its_own_page_has_no_controls_that_need_the_chat() -> None:
    assert "ws-send" not in page(answer("failed", failed()), alone=True)
    assert "ws-send" not in page(answer("running"), alone=True)


def test_it_escapes_what_models_databases_and_people_wrote() -> None:
    evil = "<script>alert(1)</script>"
    attempt = AttemptView(1, "generate", {}, evil, "other", evil, evil, evil)
    table = Table.from_result(ResultSet((evil,), ((evil,), (evil * 20,)), False, 0.0))
    view = AnswerView(
        ID, evil, 0, 5, "succeeded", evil, [attempt, AttemptView(2, evil, {evil: 1.0}, evil)], evil, table, evil
    )
    assert "<script" not in page(view)
    view.status, view.table = "failed", None
    assert "<script" not in page(view)


def test_an_answer_can_be_retried_differently() -> None:
    html = page(answer("succeeded", AttemptView(1, "generate", sql="SELECT 1"), table=rows(1)))
    assert 'value="retry"' in html
    assert f'id="retry-{ID}"' in html


@pytest.mark.parametrize("status", ["running", "failed", "stopped"])
def test_what_is_no_answer_cannot(status: str) -> None:
    assert 'value="retry"' not in page(answer(status, failed()))


def test_nor_can_one_on_its_own_page_which_has_no_socket() -> None:
    assert 'value="retry"' not in page(answer("succeeded", table=rows(1)), alone=True)


def test_one_that_was_retried_leads_to_the_other_answer() -> None:
    view = answer("succeeded", AttemptView(1, "generate", sql="SELECT 1"), table=rows(1))
    view.replaced_by = ID
    html = page(view)
    assert 'value="retry"' not in html
    assert f'href="/answers/{ID}/"' in html


def test_another_answer_stands_beside_the_one_before() -> None:
    view = answer("succeeded", AttemptView(1, "generate", sql="SELECT 2"), table=rows(2))
    view.sql, view.earlier = "SELECT 2", Earlier(ID, "SELECT 1", "sqlite", rows(1, 1))
    html = page(view)
    assert "What changed in the SQL" in html
    assert html.index("This answer") < html.index("The answer before") < html.index("2 rows</a>")


def test_while_another_answer_is_written_nothing_is_compared() -> None:
    view = answer("running", AttemptView(1, "generate", sql="SELECT 2"))
    view.earlier = Earlier(ID, "SELECT 1", "sqlite", rows(1))
    assert "What changed" not in page(view)


def test_a_name_in_the_rejected_query_is_no_markup() -> None:
    view = answer("succeeded", AttemptView(1, "generate", sql="SELECT 2"), table=rows(2))
    view.sql, view.earlier = "SELECT 2", Earlier(ID, "SELECT '<b>' AS \"<i>\"", "sqlite", rows(1))
    html = page(view)
    assert "<b>" not in html
    assert "<i>" not in html
