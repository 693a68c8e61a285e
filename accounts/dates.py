"""How the one who looks writes days. Knows no Django; a form is one of Django's date filter."""

from __future__ import annotations

from contextvars import ContextVar

# With a year, and without one. The usual form is whatever each page has.
_BY_NAME = {
    "iso": ("Y-m-d", "m-d"),
    "point": ("d.m.Y", "d.m."),
    "slash": ("d/m/Y", "d/m"),
    "month_first": ("m/d/Y", "m/d"),
}
_DAYS = ("j F Y", "j M Y", "Y-m-d")
_WITHOUT_YEAR = ("j F", "j M")
_current: ContextVar[str] = ContextVar("dates", default="")


def use(name: str) -> None:
    """For whatever is written from here on, in this request or task."""
    _current.set(name)


def form(usual: str) -> str:
    """That of a page, with its day as the one who looks writes it. Forms for programs stay as they are."""
    wanted = _BY_NAME.get(_current.get())
    if wanted is None:
        return usual
    for whole, short in ((_DAYS, wanted[0]), (_WITHOUT_YEAR, wanted[1])):
        for day in whole:
            if usual.startswith(day):
                return short + usual[len(day) :]
    return usual
