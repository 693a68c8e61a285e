"""How much an episode may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`answer_tokens` and `diagnosis_tokens` bound one reply each; `diagnose` asks the model where no hint is known."""

    attempts: int = 5
    answer_tokens: int = 700
    diagnosis_tokens: int = 60
    diagnose: bool = True
