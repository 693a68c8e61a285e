"""What a client did wrong or cannot have, as the standard tells it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

BROKE = "Something went wrong on this server; the operator finds the details in the log."


class EnvError(Exception):
    """`code` is the standard's word on a WebSocket, `status` that over HTTP. `message` is a sentence for a person."""

    code = "EXECUTION_ERROR"
    status = 409

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(EnvError):
    """A request that cannot be understood. `details`: a dict for each mistake, with type, loc and msg."""

    code = "VALIDATION_ERROR"
    status = 422

    def __init__(self, message: str, where: Sequence[str | int] = (), kind: str = "value_error") -> None:
        super().__init__(message)
        self.details: list[dict[str, Any]] = [{"type": kind, "loc": list(where), "msg": message}]


class NotReset(EnvError):
    """The session, or the caller, has no episode."""

    def __init__(self) -> None:
        super().__init__("There is no episode yet: reset first.")


class NotFound(EnvError):
    status = 404


class TooMany(EnvError):
    code = "CAPACITY_REACHED"
    status = 503

    def __init__(self, active: int, most: int) -> None:
        super().__init__(
            f"Server at capacity: {active}/{most} sessions active. Close one that is not needed, or try again later."
        )
        self.active, self.most = active, most


class OverQuota(EnvError):
    """The server's model may not be asked now: in `retry_after` seconds it may. The session goes on."""

    status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotAllowed(EnvError):
    code = "SESSION_ERROR"
    status = 401
