"""Points of a learning curve, as files and as a picture."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO
from xml.etree import ElementTree

import pytest

from learning.curve.plot import svg
from learning.curve.points import Point, as_csv, together

START = Point(
    variant="off",
    database="shop",
    asked=0,
    correct=0,
    questions=10,
    right=3,
    valid_first=6,
    valid=8,
    attempts=1.5,
    verified=0,
    rules=0,
    generation=0,
    seconds=20.0,
    tokens=900,
    learning_seconds=0.0,
    right_ids=("a", "b", "c"),
)
END = replace(START, variant="all", asked=5, right=6, verified=4)


def test_a_point_survives_being_stored() -> None:
    assert Point.of_json(START.as_json()) == START


def test_csv_has_a_line_for_each() -> None:
    rows = list(csv.DictReader(StringIO(as_csv([START, END]))))
    assert [(row["variant"], row["asked"], row["right"], row["accuracy"]) for row in rows] == [
        ("off", "0", "3", "0.3"),
        ("all", "5", "6", "0.6"),
    ]


def test_databases_are_taken_together() -> None:
    [both] = together([START, replace(START, database="yelp", right=5, right_ids=("x",), attempts=2.5)])
    assert (both.questions, both.right, both.accuracy, both.attempts) == (20, 8, 0.4, 2.0)
    assert both.right_ids == ("shop/a", "shop/b", "shop/c", "yelp/x")


def test_what_one_database_has_not_come_to_is_left_out() -> None:
    other = replace(START, database="yelp")
    assert [point.asked for point in together([START, other, replace(START, asked=5)])] == [0]


def test_the_picture_is_well_formed_and_says_what_it_shows() -> None:
    root = ElementTree.fromstring(svg([START, END], "Shop & <friends>"))
    texts = ["".join(element.itertext()) for element in root.iter()]
    assert "Shop & <friends>" in texts
    assert any("learning off: 30 % after 0; everything: 60 % after 5" in text for text in texts)


def test_higher_is_better_in_the_picture() -> None:
    root = ElementTree.fromstring(svg([START, replace(START, asked=5, right=9)], "Shop"))
    [line] = root.iter("{http://www.w3.org/2000/svg}polyline")
    (x0, y0), (x1, y1) = ((float(n) for n in place.split(",")) for place in line.attrib["points"].split())
    assert x1 > x0
    assert y1 < y0


@pytest.mark.parametrize("points", [[], [START]], ids=["none", "one"])
def test_a_picture_of_little(points: list[Point]) -> None:
    ElementTree.fromstring(svg(points, "Little"))
