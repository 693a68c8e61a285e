"""SQL in colour, whatever a model writes."""

import html
import random
import re
import time

import pytest

from datasources.highlight import sql_html


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"</?span[^>]*>", "", markup))


def test_it_marks_keywords_strings_numbers_and_comments() -> None:
    assert sql_html("SELECT name FROM t WHERE a > 'x' AND b = 1 -- why") == (
        '<span class="k">SELECT</span> name <span class="k">FROM</span> t <span class="k">WHERE</span> a'
        ' <span class="o">&gt;</span> <span class="s">&#x27;x&#x27;</span> <span class="k">AND</span> b'
        ' <span class="o">=</span> <span class="n">1</span> <span class="c">-- why</span>'
    )


def test_names_of_columns_stay_plain() -> None:
    assert (
        sql_html("c.year, p.name")
        == 'c<span class="o">.</span>year<span class="o">,</span> p<span class="o">.</span>name'
    )


@pytest.mark.parametrize("sql", ["<script>alert(1)</script>", "SELECT '<b>' & \"</pre>\"", "-- </code><img src=x>"])
def test_it_escapes(sql: str) -> None:
    markup = sql_html(sql)
    assert not re.search(r"<(?!/?span)", markup)
    assert plain(markup) == sql


@pytest.mark.parametrize(
    "sql", ["", "\n", "  SELECT 1\n\n", "\tSELECT\n  'unfinished", "/* open", "naïve ☃ \U0001f600 \0"]
)
def test_it_keeps_every_character(sql: str) -> None:
    assert plain(sql_html(sql)) == sql


def test_it_takes_anything() -> None:
    chance = random.Random(7)
    for _ in range(300):
        sql = "".join(chr(chance.choice([chance.randrange(1, 128), chance.randrange(0xA0, 0xD000)])) for _ in range(60))
        assert plain(sql_html(sql)) == sql.replace("\r\n", "\n").replace("\r", "\n")


def test_a_line_is_coloured_like_a_statement() -> None:
    assert sql_html("FROM t") == '<span class="k">FROM</span> t'


def test_a_streamed_line_costs_little() -> None:
    line = "SELECT p.name, SUM(oi.quantity * oi.unit_price) AS revenue FROM products p"
    sql_html(line)
    best = min(_seconds(line) for _ in range(20))
    assert best < 0.002


def _seconds(line: str) -> float:
    started = time.perf_counter()
    sql_html(line)
    return time.perf_counter() - started
