"""How the one who looks writes numbers: what stands between thousands, and before decimals. Knows no Django."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

_THIN = "\N{NARROW NO-BREAK SPACE}"


@dataclass(frozen=True)
class Signs:
    thousands: str = ","
    decimal: str = "."

    def write(self, plain: str) -> str:
        """A number that was written as 1,234.56."""
        if self == PLAIN:
            return plain
        return plain.translate({ord(","): self.thousands, ord("."): self.decimal})


PLAIN = Signs()
BY_NAME = {
    "": PLAIN,
    "point": Signs(".", ","),
    "space": Signs(_THIN, ","),
    "apostrophe": Signs("’", "."),
    "none": Signs("", "."),
}
_current: ContextVar[Signs] = ContextVar("signs", default=PLAIN)


def use(name: str) -> None:
    """For whatever is written from here on, in this request or task. A name that is unknown is the usual one."""
    _current.set(BY_NAME.get(name, PLAIN))


def current() -> Signs:
    return _current.get()
