"""The chart over generations: where its marks stand, and what the page says around it."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse

from datasources.models import Connection
from learning.benchmark.pages.chart import HEIGHT, KINDS, WIDTH, Point, draw
from tests.learning.benchmark.pages.runs import run_of, text, words_of


def point(generation: int, accuracy: float = 0.5, series: str = "one") -> Point:
    return Point(generation, accuracy, accuracy - 0.1, accuracy + 0.1, series, f"{series} at {generation}")


def section(client: Client, connection: Connection) -> str:
    page = text(client, reverse("benchmark", args=[connection.pk]))
    return page[page.index('id="chart-heading"') : page.index('id="runs-heading"')]


def test_of_nothing_there_is_no_chart() -> None:
    assert draw([]) is None


def test_the_better_a_run_the_higher_its_mark() -> None:
    chart = draw([point(0, 0.2), point(1, 0.8)])
    assert chart is not None
    worse, better = chart.marks
    assert 0 < better.top < better.y < better.bottom < worse.y < HEIGHT


def test_all_and_nothing_stand_on_their_lines() -> None:
    chart = draw([point(0, 0.0), point(1, 1.0)])
    assert chart is not None
    heights = {label.text: label.y for label in chart.shares}
    assert [mark.y for mark in chart.marks] == [heights["0 %"], heights["100 %"]]


def test_generations_stand_in_order_and_their_runs_beside_each_other() -> None:
    chart = draw([point(2), point(0), point(2), point(10)])
    assert chart is not None
    assert [label.text for label in chart.generations] == ["0", "2", "10"]
    places = [mark.x for mark in chart.marks]
    assert places == sorted(set(places))
    assert all(chart.left < place < chart.right for place in places)


def test_many_runs_make_it_wider_instead_of_closer() -> None:
    few, many = draw([point(0)] * 3), draw([point(0)] * 80)
    assert few is not None
    assert many is not None
    assert few.width == WIDTH < many.width
    assert many.marks[1].x - many.marks[0].x == few.marks[1].x - few.marks[0].x


def test_series_are_told_apart_by_shape_and_colour() -> None:
    chart = draw([point(0, series=str(number)) for number in range(KINDS * KINDS)])
    assert chart is not None
    looks = {(series.shape, series.colour) for series in chart.series}
    assert len(looks) == KINDS * KINDS
    first = chart.series[:KINDS]
    assert len({series.shape for series in first}) == len({series.colour for series in first}) == KINDS


def test_every_finished_run_has_a_mark(alice_client: Client, measured: Connection) -> None:
    for generation in (0, 1, 1):
        run_of(measured, "rx", generation=generation)
    run_of(measured, "rw", state="stopped")
    drawn = section(alice_client, measured)
    assert drawn.count('class="run ') == 3
    assert len(re.findall(r"generation 1, scripted, Learned \(the bandit\): 1 of 2 right</title>", drawn)) == 2


def test_it_is_an_image_with_a_name_and_the_figures_in_words(alice_client: Client, measured: Connection) -> None:
    run_of(measured, "rx")
    drawn = section(alice_client, measured)
    assert 'role="img"' in drawn
    assert "Accuracy of finished runs by generation" in drawn
    assert re.search(r'<desc id="chart-desc">[^<]*1 of 2 right', drawn)


def test_what_differs_but_generation_and_time_is_another_series(alice_client: Client, measured: Connection) -> None:
    run_of(measured, "r")
    run_of(measured, "r", generation=1)
    run_of(measured, "r", difficulties=["easy", "hard"])
    run_of(measured, "r", attempts=2)
    run_of(measured, "r", policy="none", attempts=1)
    drawn = section(alice_client, measured)
    legend = words_of(drawn[drawn.index('class="legend"') : drawn.index("</ul>")])
    assert legend.count("scripted") == 4
    for name in ("(the bandit), easy and hard only", "(the bandit), 2 attempts", "scripted, No repair"):
        assert name in legend


def test_with_one_generation_it_says_what_others_will_show(alice_client: Client, measured: Connection) -> None:
    run_of(measured, "r")
    hint = "So far every run asked with generation 0 of the prompt"
    assert hint in words_of(section(alice_client, measured))
    run_of(measured, "r", generation=1)
    assert hint not in words_of(section(alice_client, measured))


def test_without_a_finished_run_it_says_so(alice_client: Client, measured: Connection) -> None:
    run_of(measured, "rw", state="stopped")
    assert "As soon as a run is finished, it is drawn here." in section(alice_client, measured)
