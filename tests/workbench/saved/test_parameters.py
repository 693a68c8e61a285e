"""What people type for a parameter, and what is bound for it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from workbench.saved.parameters import Kind, Parameter, entered, guessed, suffix_trouble

TODAY = date(2025, 3, 14)


def given(parameter: Parameter, *typed: str) -> object:
    return entered([parameter], {parameter.name: list(typed)}, TODAY).given[parameter.name]


def refused(parameter: Parameter, *typed: str) -> str:
    return entered([parameter], {parameter.name: list(typed)}, TODAY).errors[parameter.name]


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (Kind.TEXT, " a'; -- ", "a'; --"),
        (Kind.WHOLE, "1,200", 1200),
        (Kind.WHOLE, "-3", -3),
        (Kind.NUMBER, "12.50", Decimal("12.50")),
        (Kind.DATE, "2025-01-31", date(2025, 1, 31)),
        (Kind.DATE, "today", TODAY),
        (Kind.DATE, "Yesterday", date(2025, 3, 13)),
        (Kind.MONTH, "2024-12", "2024-12"),
        (Kind.MONTH, "this month", "2025-03"),
        (Kind.MONTH, "last month", "2025-02"),
        (Kind.YES_NO, "yes", True),
        (Kind.YES_NO, "no", False),
    ],
)
def test_what_is_typed_becomes_a_value(kind: Kind, typed: str, value: object) -> None:
    assert given(Parameter("a", kind), typed) == value


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (Kind.WHOLE, "1.5"),
        (Kind.WHOLE, "1; DROP TABLE x"),
        (Kind.WHOLE, "99999999999999999999"),
        (Kind.NUMBER, "NaN"),
        (Kind.NUMBER, "1e400"),
        (Kind.DATE, "14.3.2025"),
        (Kind.DATE, "2025-02-30"),
        (Kind.MONTH, "2025-13"),
        (Kind.MONTH, "2025-03-01"),
        (Kind.YES_NO, "perhaps"),
    ],
)
def test_what_is_no_value_is_said_by_an_example(kind: Kind, typed: str) -> None:
    assert "that is n" in refused(Parameter("a", kind, label="Amount"), typed)


def test_a_choice_is_one_of_its_list() -> None:
    country = Parameter("country", Kind.CHOICE, choices=("DE", "FR"))
    assert given(country, "FR") == "FR"
    assert "none of its choices" in refused(country, "IT")


def test_of_many_choices_several_are_given() -> None:
    countries = Parameter("countries", Kind.CHOICE, choices=("DE", "FR", "IT"), many=True)
    assert given(countries, "DE", "IT") == ["DE", "IT"]
    assert "none of its choices" in refused(countries, "DE", "' OR 1=1")


def test_one_that_may_be_left_out_is_null() -> None:
    assert given(Parameter("a", Kind.DATE, optional=True), "") is None
    assert "choose a day" in refused(Parameter("a", Kind.DATE), "")


def test_of_what_the_address_does_not_say_there_is_a_default() -> None:
    month = Parameter("month", Kind.MONTH, default=("last month",))
    assert entered([month], {}, TODAY).given["month"] == "2025-02"
    assert entered([month], {}, TODAY).typed["month"] == ["2025-02"]
    assert "choose a month" in entered([month], {"month": [""]}, TODAY).errors["month"]


def test_a_month_has_a_first_day_and_a_next() -> None:
    found = entered([Parameter("month", Kind.MONTH)], {"month": ["2024-12"]}, TODAY).given
    assert (found["month.first"], found["month.next"]) == (date(2024, 12, 1), date(2025, 1, 1))
    nothing = entered([Parameter("month", Kind.MONTH, optional=True)], {"month": [""]}, TODAY).given
    assert (nothing["month.first"], nothing["month.next"]) == (None, None)


def test_only_of_a_month() -> None:
    known = {"month": Parameter("month", Kind.MONTH), "day": Parameter("day", Kind.DATE)}
    assert suffix_trouble(["month.first", "month.next", "day"], known) == ""
    assert "{{day.first}} says nothing" in suffix_trouble(["day.first"], known)
    assert "{{month.last}} says nothing" in suffix_trouble(["month.last"], known)


def test_kinds_are_guessed_by_the_name() -> None:
    assert guessed("start_month").kind is Kind.MONTH
    assert guessed("order_date").kind is Kind.DATE
    assert guessed("limit").kind is Kind.WHOLE
    assert guessed("min_price").kind is Kind.NUMBER
    assert guessed("country").kind is Kind.TEXT


def test_it_is_stored_and_read_again() -> None:
    whole = Parameter("a", Kind.CHOICE, "A", ("x",), True, True, ("x", "y"), "t", "c")
    assert Parameter.from_json(whole.as_json()) == whole
