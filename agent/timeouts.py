"""How long a model is waited for."""

from dataclasses import dataclass

from agent.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Timeouts:
    """In seconds, but for `retries`. `total` counts from the question to the answer's end, retries included.

    A retry waits as long as the endpoint asks for, else `backoff`, doubled each time; where the endpoint asks for
    more than `longest_wait`, it is an error at once.
    """

    connect: float = 5.0
    first_token: float = 30.0
    idle: float = 30.0
    total: float = 120.0
    retries: int = 2
    backoff: float = 0.5
    longest_wait: float = 20.0

    @classmethod
    def of(cls, endpoint: Endpoint) -> "Timeouts":
        """The embedded model on two cores reads a long schema for a minute, and longer when others ask at once."""
        return cls(first_token=180.0, idle=60.0, total=300.0) if endpoint.local else cls()
