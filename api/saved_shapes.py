"""The shapes of saved queries and their parameters, beside those of shapes.py."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from api.shapes import Listing, Search, Shape, Text
from datasources.binding import MOST_CHARACTERS, MOST_VALUES
from workbench.saved.parameters import Kind

Single = Annotated[Text, Field(max_length=MOST_CHARACTERS)] | bool | int | float
Value = Single | Annotated[list[Single], Field(max_length=MOST_VALUES)] | None
"""Of a parameter; several of one that takes several."""
_WHAT = (
    f"it has to be a text of at most {MOST_CHARACTERS:,} characters, a number, true, false or null, or a list of at "
    f"most {MOST_VALUES} texts or numbers"
)


def _told_once(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    """Not once for each kind of value that it is not."""
    try:
        return read(value)
    except ValidationError:
        raise ValueError(_WHAT) from None


class SavedListing(Listing):
    q: Search = Field(default="", description="Only those in whose name, words or SQL this stands, in any case.")


class Values(Shape):
    """A value for each parameter; one that is not named has its default. `null` leaves an optional one out."""

    parameters: dict[str, Annotated[Value, WrapValidator(_told_once)]] = Field(
        default={}, max_length=100, description="By their names. Dates and months as texts: `2026-01-31`, `2026-01`."
    )


class Parameter(Shape):
    """What a saved query asks for before it is run: `{{name}}` in its SQL."""

    name: str
    kind: Kind
    title: str = Field(description="For people.")
    default: list[str] = Field(description="As a person would type it: also `today`, `yesterday`, `last month`.")
    optional: bool = Field(description="It may be left out: that gives NULL.")
    several: bool = Field(description="It takes a list of values.")
    choices: list[str] = Field(description="Of which each value is one; empty where it may be any.")
    choices_from: str = Field(description="The table and column whose values are its choices; else empty.")


class SavedQuery(Shape):
    """A statement that people have kept by a name, for themselves or for their team."""

    id: int
    connection_id: int
    name: str
    description: str
    question: str = Field(description="What was asked, where it comes from an answer.")
    sql: str
    parameters: list[Parameter]
    is_shared: bool = Field(description="It is for everybody of the team; else yours alone.")
    saved_by: str
    changed_at: datetime


class SavedQueries(Shape):
    queries: list[SavedQuery]
    total: int
    offset: int
