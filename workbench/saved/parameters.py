"""Parameters of a saved query: what a person may give for each, read from what was typed into what is bound."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.http import QueryDict
from django.utils.timezone import localdate

from datasources.binding import MOST_CHARACTERS, Bound, Given
from datasources.storable import storable

MOST_CHOICES = 200
MOST_DIGITS = 30
_BEYOND = 2**63
YES, NO = "yes", "no"
_OF_A_MONTH = ("first", "next")
RUN = "run"
"""In an address, says that it is to be run: no parameter can be called so."""


class Kind(StrEnum):
    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    DATE = "date"
    MONTH = "month"
    CHOICE = "choice"
    YES_NO = "yes_no"


WORDS = {
    Kind.TEXT: "Text",
    Kind.WHOLE: "Whole number",
    Kind.NUMBER: "Number",
    Kind.DATE: "Date",
    Kind.MONTH: "Month",
    Kind.CHOICE: "Choice",
    Kind.YES_NO: "Yes or no",
}


class BadValue(Exception):
    """What was typed is no such value; says what would be one."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """`default` is as typed: also “today”, “this month”. A choice is from `choices`, or the values of a `column` of
    a `table`; of one that is `many`, several may be chosen. One that is `optional` may be left out: that gives NULL."""

    name: str
    kind: Kind = Kind.TEXT
    label: str = ""
    default: tuple[str, ...] = ()
    optional: bool = False
    many: bool = False
    choices: tuple[str, ...] = ()
    table: str = ""
    column: str = ""

    @property
    def title(self) -> str:
        return self.label or self.name.replace("_", " ").capitalize()

    @property
    def words(self) -> str:
        """Its kind."""
        return WORDS[self.kind]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Parameter:
        lists = {name: tuple(stored.get(name, ())) for name in ("default", "choices")}
        return cls(**{**stored, **lists, "kind": Kind(stored["kind"])})

    def read(self, typed: Sequence[str], today: date) -> Given:
        """Raises BadValue."""
        texts = [text for text in map(_clean, typed) if text]
        if not texts:
            if self.optional:
                return None
            raise BadValue(f"{self.title}: {_ASKED[self.kind]}")
        if self.kind is Kind.CHOICE and self.many:
            return [self._one(text, today) for text in texts]
        return self._one(texts[0], today)

    def _one(self, text: str, today: date) -> Bound:
        try:
            return self._read(text, today)
        except (ValueError, InvalidOperation, OverflowError):
            raise BadValue(f"{self.title}: {_WRONG[self.kind]}") from None

    def _read(self, text: str, today: date) -> Bound:
        match self.kind:
            case Kind.WHOLE:
                return _whole(text)
            case Kind.NUMBER:
                return _number(text)
            case Kind.DATE:
                return (
                    _RELATIVE_DAYS[text.lower()](today) if text.lower() in _RELATIVE_DAYS else date.fromisoformat(text)
                )
            case Kind.MONTH:
                return f"{first_of(text, today):%Y-%m}"
            case Kind.YES_NO:
                return {YES: True, NO: False}[text.lower()] if text.lower() in (YES, NO) else _fail()
            case Kind.CHOICE:
                return text if not self.choices or text in self.choices else _fail()
            case Kind.TEXT:
                if len(text) > MOST_CHARACTERS:
                    raise BadValue(f"{self.title}: at most {MOST_CHARACTERS:,} characters.")
                return text

    def resolved(self, typed: Sequence[str], today: date) -> list[str]:
        """As its field shows it: “this month” is one."""
        texts = list(map(_clean, typed))
        if self.kind is Kind.MONTH and texts and texts[0].lower() in _RELATIVE_MONTHS:
            return [f"{first_of(texts[0], today):%Y-%m}"]
        if self.kind is Kind.DATE and texts and texts[0].lower() in _RELATIVE_DAYS:
            return [_RELATIVE_DAYS[texts[0].lower()](today).isoformat()]
        return texts


@dataclass(frozen=True, slots=True)
class Entered:
    """What was given for each parameter: as `typed`, the values to bind by the names that a statement may say, and what
    is wrong with those that are no values."""

    typed: dict[str, list[str]] = field(default_factory=dict)
    given: dict[str, Given] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def entered(parameters: Iterable[Parameter], data: Mapping[str, Sequence[str]], today: date | None = None) -> Entered:
    """Of what is not in `data`, the default."""
    today = today or localdate()
    result = Entered()
    for parameter in parameters:
        typed = list(data[parameter.name]) if parameter.name in data else list(parameter.default)
        result.typed[parameter.name] = parameter.resolved(typed, today)
        try:
            value = parameter.read(typed, today)
        except BadValue as error:
            result.errors[parameter.name] = str(error)
            continue
        result.given[parameter.name] = value
        if parameter.kind is Kind.MONTH:
            result.given.update(_days_of(parameter.name, value))
    return result


def in_address(data: QueryDict, parameters: Iterable[Parameter]) -> dict[str, list[str]]:
    """What an address gives the parameters."""
    return {each.name: data.getlist(each.name) for each in parameters if each.name in data}


def in_form(data: QueryDict, parameters: Iterable[Parameter]) -> dict[str, list[str]]:
    """What goes along in a form that has fields of its own: there a parameter called limit is `p-limit`."""
    return {each.name: data.getlist(f"p-{each.name}") for each in parameters if f"p-{each.name}" in data}


def first_of(month: str, today: date) -> date:
    """Raises ValueError."""
    if month.lower() in _RELATIVE_MONTHS:
        return _RELATIVE_MONTHS[month.lower()](today)
    if len(month) != len("2025-01"):
        raise ValueError(month)
    return date.fromisoformat(f"{month}-01")


def base_of(name: str) -> str:
    """The parameter that `month.first` says something of."""
    return name.partition(".")[0]


def suffix_trouble(names: Iterable[str], parameters: Mapping[str, Parameter]) -> str:
    """What is wrong with names such as `month.first`, in words; else empty."""
    for name in names:
        base, dot, suffix = name.partition(".")
        if dot and (suffix not in _OF_A_MONTH or parameters[base].kind is not Kind.MONTH):
            return (
                f"{{{{{name}}}}} says nothing: only of a month there are {{{{month.first}}}}, its first day, and "
                "{{month.next}}, the first day of the next one."
            )
    return ""


def guessed(name: str) -> Parameter:
    """What a parameter is likely to be, by its name."""
    words = set(name.split("_"))
    if "month" in words:
        return Parameter(name, Kind.MONTH, default=("this month",))
    if words & {"date", "day", "since", "until", "from", "to"}:
        return Parameter(name, Kind.DATE, default=("today",))
    if words & {"limit", "number", "count", "year", "id", "top", "n"}:
        return Parameter(name, Kind.WHOLE)
    if words & {"amount", "price", "minimum", "maximum", "min", "max"}:
        return Parameter(name, Kind.NUMBER)
    return Parameter(name)


def _days_of(name: str, month: Given) -> dict[str, Given]:
    if not isinstance(month, str):
        return {f"{name}.{suffix}": None for suffix in _OF_A_MONTH}
    first = date.fromisoformat(f"{month}-01")
    return {f"{name}.first": first, f"{name}.next": _next_month(first)}


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _last_month(today: date) -> date:
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def _whole(text: str) -> int:
    number = int(text.replace(",", ""))
    return number if abs(number) < _BEYOND else _fail()


def _number(text: str) -> Decimal:
    number = Decimal(text.replace(",", ""))
    return (
        number
        if number.is_finite() and abs(number.adjusted()) < MOST_DIGITS and len(text) < 2 * MOST_DIGITS
        else _fail()
    )


def _clean(text: str) -> str:
    return storable(text).strip()


def _fail() -> Any:
    raise ValueError


_RELATIVE_DAYS: dict[str, Callable[[date], date]] = {
    "today": lambda today: today,
    "yesterday": lambda today: today - timedelta(days=1),
}
_RELATIVE_MONTHS: dict[str, Callable[[date], date]] = {
    "this month": lambda today: today.replace(day=1),
    "last month": _last_month,
}
_ASKED = {
    Kind.TEXT: "type something.",
    Kind.WHOLE: "type a whole number.",
    Kind.NUMBER: "type a number.",
    Kind.DATE: "choose a day.",
    Kind.MONTH: "choose a month.",
    Kind.CHOICE: "choose one.",
    Kind.YES_NO: "choose yes or no.",
}
_WRONG = {
    Kind.TEXT: "that is no text.",
    Kind.WHOLE: "that is no whole number, such as 12.",
    Kind.NUMBER: "that is no number, such as 12.5.",
    Kind.DATE: "that is no day, such as 2025-03-14.",
    Kind.MONTH: "that is no month, such as 2025-03.",
    Kind.CHOICE: "that is none of its choices.",
    Kind.YES_NO: "that is neither yes nor no.",
}
