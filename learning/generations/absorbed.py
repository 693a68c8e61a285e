"""What people said and the prompt's generation in use says in its own words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import QuerySet

from datasources.models import Connection
from learning.models import Generation, Remark
from learning.prompts import active


@dataclass(frozen=True, slots=True)
class Said:
    """`words` are the generation's."""

    remark: Remark
    words: str


@dataclass(frozen=True, slots=True)
class Absorbed:
    """By `generation`, which is in use; None where no other than the seed ever was."""

    generation: Generation | None
    listed: tuple[Said, ...]


def absorbed(connection: Connection) -> Absorbed:
    generation, words = active(connection), defaultdict[int, list[str]](list)
    for rule in generation.rules if generation else []:
        if rule["remark"]:
            words[rule["remark"]].append(rule["text"])
    known = connection.remarks.select_related("user", "reviewer").in_bulk(list(words))
    return Absorbed(generation, tuple(Said(known[pk], " ".join(said)) for pk, said in words.items() if pk in known))


def taken_back(generation: Generation) -> QuerySet[Remark]:
    """The remarks that it says and that are in force no more."""
    return generation.remarks.exclude(state=Remark.State.ACCEPTED)
