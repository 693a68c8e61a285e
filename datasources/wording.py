"""Numbers as people read them."""

from __future__ import annotations

_MINUS = "\N{MINUS SIGN}"


def counted(number: int, one: str, many: str = "") -> str:
    """1 row, 2 rows, 1,000 rows; `many` where that is not `one` with an s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def minus(number: float, digits: int = 2) -> str:
    """0.50, −0.50; never −0.00. With a minus sign: a hyphen is shorter than a digit, and a line may break after it."""
    written = f"{number:.{digits}f}"
    if not written.startswith("-"):
        return written
    return f"{_MINUS}{written[1:]}" if written.strip("-0.") else written[1:]


def signed(number: float, digits: int = 2) -> str:
    """+0.50, −0.50; what rounds to nothing has no sign."""
    written = minus(number, digits)
    return f"+{written}" if written.strip(f"{_MINUS}0.") and not written.startswith(_MINUS) else written
