"""All generations of a connection as a tree: the line of what is in use, newest first, and what branched off it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from datasources.models import Connection
from learning.generations import changing, watching
from learning.generations.watching import Live
from learning.models import Generation


@dataclass(frozen=True, slots=True)
class Row:
    """`level` is 0 on the line of what is in use; `parent` the number of the generation that it came of, if any."""

    generation: Generation
    level: int
    parent: int | None
    live: Live


def rows(connection: Connection) -> list[Row]:
    """Each with how people fare with it. The seed is there from now on."""
    changing.seed_of(connection)
    found = list(connection.generations.select_related("created_by").defer("instructions", "rules").order_by("-number"))
    numbers = {one.pk: one.number for one in found}
    live = watching.live_by_number(connection)
    return [
        Row(one, level, numbers.get(one.parent_id or 0), live.get(one.number, Live(0, 0)))
        for one, level in _in_order(found)
    ]


def usual_pair(found: list[Row]) -> tuple[int, int]:
    """What one wants to compare: the newest with what is in use, or with what it came of where it is in use itself."""
    newest = max(found, key=lambda row: row.generation.number)
    in_use = next((row.generation.number for row in found if row.generation.is_active), newest.generation.number)
    before = in_use if in_use != newest.generation.number else newest.parent or 0
    return before, newest.generation.number


def _in_order(found: list[Generation]) -> Iterator[tuple[Generation, int]]:
    """`found`: the newest first."""
    children: dict[int | None, list[Generation]] = defaultdict(list)
    for one in found:
        children[one.parent_id].append(one)
    trunk = _trunk(found)
    on_it = {one.pk for one in trunk}
    for one in trunk:
        yield one, 0
        waiting = [(child, 1) for child in reversed(children[one.pk]) if child.pk not in on_it]
        while waiting:
            branch, level = waiting.pop()
            yield branch, level
            waiting += [(child, level + 1) for child in reversed(children[branch.pk])]


def _trunk(found: list[Generation]) -> list[Generation]:
    """From what is in use back to the seed."""
    known = {one.pk: one for one in found}
    current = next((one for one in found if one.is_active), found[-1])
    trunk = [current]
    while parent := known.get(trunk[-1].parent_id or 0):
        trunk.append(parent)
    return trunk
