"""What the server and a child process say to each other: msgpack in frames that carry their length.

Requests:  ("open", driver, parameters)   ("run", sql, calls, *limits)   ("schema", seconds)   ("probe",)
           ("bind", sql, calls, bound, *limits)   ("stream", sql, calls, bound, *limits)
           ("values", tables, seconds)   ("distinct", tables, seconds)
Answers:   ("opened",)   ("rows", *rows)   ("schema", tables)   ("probe", version, warning)   ("failure", *failure)
           ("values", samples)
Of a stream: ("head", columns, types), any number of ("part", rows), and then ("rows", …) with no rows in it.
"""

import struct
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import msgpack  # type: ignore[import-untyped]

# More than any answer within sane limits: a child that announces more is broken or taken over.
MAX_FRAME = 64 << 20
_LENGTH = struct.Struct(">I")
HEAD_SIZE = _LENGTH.size
_DECIMAL, _BIG_INTEGER, _DATE = 1, 2, 3

# A database may put the whole of a value into what it says of it.
MESSAGE_CHARS = 4_000

FailureKind = Literal["connect", "failed", "lost", "refused", "timeout"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a statement may use, and how much of its result is kept."""

    seconds: float = 30
    rows: int = 1000
    result_bytes: int = 4_000_000
    cell_chars: int = 10_000


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer. After a `fatal` one the child is of no more use. `lost`: so was the session, before the
    statement began. The message is never longer than people, and what looks through it, can bear. `position`: where in
    the statement, in characters from its beginning."""

    kind: FailureKind
    message: str
    code: str = ""
    fatal: bool = False
    position: int | None = None

    def __post_init__(self) -> None:
        if len(self.message) > MESSAGE_CHARS:
            object.__setattr__(self, "message", self.message[:MESSAGE_CHARS] + "…")


def pack(message: object) -> bytes:
    """Decimals, dates and whole numbers over 64 bits travel as their digits."""
    body: bytes = msgpack.packb(message, default=_extended)
    return _LENGTH.pack(len(body)) + body


def unpack(body: bytes) -> Any:
    """Sequences come out as tuples."""
    return msgpack.unpackb(body, use_list=False, ext_hook=_read_extended)


def _extended(value: object) -> msgpack.ExtType:
    if isinstance(value, Decimal):
        return msgpack.ExtType(_DECIMAL, str(value).encode())
    if isinstance(value, int):
        return msgpack.ExtType(_BIG_INTEGER, str(value).encode())
    if isinstance(value, date):
        return msgpack.ExtType(_DATE, value.isoformat().encode())
    raise TypeError(f"{type(value).__name__} cannot be sent")


def _read_extended(kind: int, digits: bytes) -> Decimal | int | date:
    """Raises ValueError for what no child of ours sends."""
    if kind == _BIG_INTEGER:
        return int(digits)
    if kind == _DECIMAL:
        return Decimal(digits.decode())
    if kind == _DATE:
        return date.fromisoformat(digits.decode())
    raise ValueError(f"an extension of kind {kind}")


def body_length(head: bytes) -> int:
    """Raises ValueError for a frame longer than MAX_FRAME."""
    length: int = _LENGTH.unpack(head)[0]
    if length > MAX_FRAME:
        raise ValueError(f"a frame of {length} bytes")
    return length
