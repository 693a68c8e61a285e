"""One generated SQL and what came of it."""

from dataclasses import dataclass, field

from agent.errors import ErrorClass
from agent.policy import Decision
from agent.repairs import Strategy
from agent.rewards import Reward


@dataclass
class Attempt:
    """What one attempt came to. `error_class` is None while it runs and when it answered.

    `spoiled` says that the endpoint broke off, `taught` which reward the policy knows of.
    """

    number: int
    strategy: Strategy
    decision: Decision | None = None
    sql: str = ""
    error_class: ErrorClass | None = None
    message: str = ""
    hint: str = ""
    diagnosis: str = ""
    spoiled: bool = False
    reward: Reward = field(default_factory=lambda: Reward(0.0, {}))
    taught: float | None = None

    @property
    def failure(self) -> ErrorClass:
        """The error class of an attempt that is known to have failed."""
        return self.error_class or ErrorClass.OTHER

    def why_given_up(self) -> str:
        """The sentence that ends an episode whose last attempt this was."""
        if not self.sql:
            return self.message
        tries = "1 attempt" if self.number == 1 else f"{self.number} attempts"
        return f"No query worked in {tries}. The last one failed with: {self.message}"
