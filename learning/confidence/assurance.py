"""How likely one answer is right: a number, in words, and with the counts that it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from learning.confidence import judged
from learning.confidence.levels import RECALLED, Counts, Level, level_of
from learning.confidence.prior import shipped
from learning.confidence.signals import PICKED, Signals
from learning.models import Episode

WEIGHT = 10
"""As many verdicts the prior counts for."""
ENOUGH = 5
"""With fewer verdicts on answers like it, those on the test questions are told, too."""


@dataclass(frozen=True, slots=True)
class Assurance:
    """`here`: answers like it that people judged on this connection; `tested`: those to the product's own questions."""

    confidence: float
    here: Counts
    tested: Counts
    is_recalled: bool = False

    @property
    def level(self) -> Level:
        return level_of(self.confidence)

    @property
    def words(self) -> str:
        return self.level.words

    @property
    def counted(self) -> str:
        """What it rests on, in a sentence."""
        like = "Answers from verified queries" if self.is_recalled else "Answers like this"
        if self.here.of >= ENOUGH:
            return f"{like} were right {self.here.right} of {self.here.of} times here."
        return f"{self._few()}{self._elsewhere()}."

    def _few(self) -> str:
        like = "from a verified query" if self.is_recalled else "like this"
        if not self.here.of:
            return f"No answer {like} has been judged here yet; "
        if self.here.of == 1:
            was = "right" if self.here.right else "wrong"
            return f"Only one answer {like} has been judged here yet, and was {was}; "
        return f"Only {self.here.of} answers {like} have been judged here yet, and {self.here.right} were right; "

    def _elsewhere(self) -> str:
        if self.tested.of:
            return f"on our test questions {self.tested.right} of {self.tested.of} were right"
        return "the estimate is still a rule of thumb"

    def __str__(self) -> str:
        return f"{self.words}, about {100 * self.confidence:.0f} %. {self.counted}"


def reckon(connection_id: int, stored: Mapping[str, Any]) -> float | None:
    """How likely an answer with these signals is right, as it stands now; None without signals."""
    found = _assurance(stored, judged.counts(connection_id)) if stored else None
    return found.confidence if found else None


def of(episodes: Sequence[Episode]) -> dict[UUID, Assurance]:
    """Of answers of one connection, by their ids; of those alone that were reckoned with. Of what a person has picked
    instead of the answer nothing is reckoned."""
    told = [episode for episode in episodes if episode.confidence is not None and not episode.signals.get(PICKED)]
    if not told:
        return {}
    counted = judged.counts(told[0].connection_id)
    return {episode.pk: _assurance(episode.signals, counted) for episode in told}


def _assurance(stored: Mapping[str, Any], counted: Mapping[str, Counts]) -> Assurance:
    prior, signals = shipped(), Signals.of(stored)
    raw, group = prior.raw(signals), prior.group(signals)
    here = counted.get(group, Counts())
    tested = Counts() if group == RECALLED else prior.levels.get(Level(group), Counts())
    confidence = (WEIGHT * raw + here.right) / (WEIGHT + here.of)
    return Assurance(confidence, here, tested, group == RECALLED)
