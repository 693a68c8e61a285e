"""One generation as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from accounts.models import Membership
from learning.generations import changing, watching
from learning.generations.changing import text_in
from learning.generations.pages import history
from learning.generations.pages.history import Event
from learning.generations.pages.questions import Question, Questions, texts_of
from learning.generations.text_changes import Changes, changes
from learning.generations.watching import Live
from learning.models import Activation, Generation, Remark
from learning.prompts import text_of


@dataclass(frozen=True, slots=True)
class Rule:
    """`remark` is None where it says none, or where that is gone (`is_gone`)."""

    text: str
    remark: Remark | None
    is_gone: bool


class Shown:
    """`generation` brings its connection and its parent."""

    def __init__(self, generation: Generation, role: Membership.Role) -> None:
        self.generation = generation
        self._role = role

    @cached_property
    def in_use(self) -> Generation:
        return changing.in_use(self.generation.connection)

    @cached_property
    def can_be_rolled_back_to(self) -> bool:
        """Whether what is in use came of it."""
        if self.generation.is_active:
            return False
        return self.generation in changing.lineage(self.in_use)

    @property
    def instructions(self) -> str:
        return text_in(self.generation).instructions

    @cached_property
    def rules(self) -> list[Rule]:
        remarks = {one.pk: one for one in self.generation.remarks.select_related("user", "reviewer")}
        return [
            Rule(rule.text, remarks.get(rule.remark or 0), rule.remark is not None and rule.remark not in remarks)
            for rule in text_in(self.generation).rules
        ]

    @cached_property
    def changes(self) -> Changes | None:
        """Since its parent."""
        parent = self.generation.parent
        return changes(text_of(parent), text_of(self.generation)) if parent else None

    @cached_property
    def live(self) -> Live:
        return watching.live(self.generation)

    @cached_property
    def live_before(self) -> Live | None:
        """Of its parent."""
        return watching.live(self.generation.parent) if self.generation.parent else None

    @property
    def events(self) -> list[Event]:
        return history.events(self.generation, self._changes)

    @property
    def why_so(self) -> str:
        return history.why_so(self.generation, self._changes)

    @cached_property
    def _changes(self) -> list[Activation]:
        return history.changes_of(self.generation)

    @property
    def children(self) -> list[Generation]:
        return list(self.generation.children.order_by("number").only("number", "state", "connection"))

    @property
    def figures(self) -> dict[str, Any] | None:
        return self.generation.comparison

    @cached_property
    def fixed(self) -> list[Question]:
        return [self._questions.of(id_) for id_ in self._ids("fixed")]

    @cached_property
    def broke(self) -> list[Question]:
        return [self._questions.of(id_) for id_ in self._ids("broke")]

    @cached_property
    def _questions(self) -> Questions:
        run = self.generation.optimization
        told = texts_of(run.examples) if run else {}
        ids = [*self._ids("fixed"), *self._ids("broke")]
        return Questions(self.generation.connection, self._role, ids, told)

    def _ids(self, name: str) -> list[str]:
        return list((self.figures or {}).get(name, []))
