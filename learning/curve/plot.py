"""The learning curve as a picture: SVG, without a program, a style sheet or a font of its own."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from learning.benchmark.significance import wilson
from learning.curve.parts import ALL, NAMES, OFF, VARIANTS
from learning.curve.points import Point

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 60, 200, 44, 56
COLOURS = {
    "off": "#6b7280",
    "bandit": "#b45309",
    "verified": "#047857",
    "remarks": "#7c3aed",
    "gepa": "#be185d",
    "all": "#1d4ed8",
}
DASHES = {"off": "2 4", "bandit": "8 4", "verified": "12 3 2 3", "remarks": "4 4", "gepa": "10 2", "all": ""}
_STEP = 0.2


def svg(points: Sequence[Point], title: str) -> str:
    """A line for each variant; for learning off and for everything the 95 % interval, too. Lines differ by their
    dashes, not by colour alone."""
    most = max((point.asked for point in points), default=0) or 1
    lines = [_of_variant(name, points, most, place) for place, name in enumerate(_variants(points))]
    described = "; ".join(_in_words(name, points) for name in _variants(points))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-labelledby="title description" font-family="sans-serif" font-size="13">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="description">{escape(described)}</desc>',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            f'<text x="{LEFT}" y="24" font-size="15" fill="#111827">{escape(title)}</text>',
            *_axes(points, most),
            *lines,
            "</svg>",
            "",
        ]
    )


def _variants(points: Sequence[Point]) -> list[str]:
    there = {point.variant for point in points}
    return [name for name in VARIANTS if name in there]


def _of_variant(name: str, points: Sequence[Point], most: int, place: int) -> str:
    mine = sorted((point for point in points if point.variant == name), key=lambda point: point.asked)
    places = [(_x(point.asked, most), _y(point.accuracy)) for point in mine]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dash = f' stroke-dasharray="{DASHES[name]}"' if DASHES[name] else ""
    stroke = f'stroke="{COLOURS[name]}" stroke-width="2" fill="none"{dash}'
    at = TOP + 16 + 22 * place
    start = WIDTH - RIGHT + 16
    return "\n".join(
        [
            _band(mine, name, most) if name in (OFF, ALL) else "",
            f'<polyline points="{path}" {stroke}/>',
            *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLOURS[name]}"/>' for x, y in places),
            f'<line x1="{start}" y1="{at - 4}" x2="{start + 30}" y2="{at - 4}" {stroke}/>',
            f'<text x="{start + 38}" y="{at}" fill="#111827">{escape(NAMES[name])}</text>',
        ]
    )


def _band(mine: Sequence[Point], name: str, most: int) -> str:
    bounds = [(_x(point.asked, most), *wilson(point.right, point.questions)) for point in mine]
    upper = [f"{x:.1f},{_y(high):.1f}" for x, _, high in bounds]
    lower = [f"{x:.1f},{_y(low):.1f}" for x, low, _ in reversed(bounds)]
    return f'<polygon points="{" ".join([*upper, *lower])}" fill="{COLOURS[name]}" fill-opacity="0.1"/>'


def _axes(points: Sequence[Point], most: int) -> list[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    made = []
    for step in range(6):
        y = _y(step * _STEP)
        made.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="#e5e7eb"/>')
        made.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#374151">{20 * step} %</text>')
    for asked in sorted({point.asked for point in points}):
        x = _x(asked, most)
        made.append(f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle" fill="#374151">{asked}</text>')
    middle = (LEFT + right) / 2
    made.append(
        f'<text x="{middle}" y="{HEIGHT - 12}" text-anchor="middle" fill="#374151">questions asked and judged</text>'
    )
    made.append(f'<text x="{LEFT}" y="{TOP - 6}" fill="#374151">right of those held out</text>')
    return made


def _in_words(name: str, points: Sequence[Point]) -> str:
    mine = sorted((point for point in points if point.variant == name), key=lambda point: point.asked)
    told = ", ".join(f"{100 * point.accuracy:.0f} % after {point.asked}" for point in mine)
    return f"{NAMES[name]}: {told}"


def _x(asked: int, most: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * asked / most


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share
