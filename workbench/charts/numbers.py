"""Numbers in sentences and beside a picture."""

from __future__ import annotations

from accounts import signs

_LARGE = 1e15


def written(value: float) -> str:
    """With as many digits as say something, in the signs of whoever looks."""
    return signs.current().write(_plain(value))


def _plain(value: float) -> str:
    size = abs(value)
    if size >= _LARGE or 0 < size < 1e-6:
        return f"{value:.4g}"
    if value == int(value):
        return f"{int(value):,}"
    decimals = 2 if size >= 1 else 4
    text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        return f"{value:.2g}"
    return text if decimals == 2 else text.rstrip("0").rstrip(".")


def counted(number: int, one: str, many: str = "") -> str:
    return f"{written(number)} {one if number == 1 else many or f'{one}s'}"
