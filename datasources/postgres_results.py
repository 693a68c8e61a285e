"""What PostgreSQL sends: values as Python's, and what went wrong in words."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.adapt import AdaptersMap, Transformer
from psycopg.pq import DiagnosticField
from psycopg.pq.abc import PGresult
from psycopg.types.bool import BoolLoader
from psycopg.types.numeric import FloatLoader, IntLoader, NumericLoader
from psycopg.types.string import ByteaLoader, TextLoader

from datasources.wire import Failure

_REFUSED = frozenset({"25006"})
_CANCELLED = "57014"


class Trouble(Exception):
    """What the server, or the library that talks to it, reports instead of a result. `position` counts from 1 in what
    was sent, in which the statement comes after `before` characters."""

    def __init__(self, result: PGresult, *, broken: bool) -> None:
        self.code = _field(result, DiagnosticField.SQLSTATE)
        self.primary = _field(result, DiagnosticField.MESSAGE_PRIMARY) or result.get_error_message().strip()
        self.hint = _field(result, DiagnosticField.MESSAGE_HINT)
        self.detail = _field(result, DiagnosticField.MESSAGE_DETAIL)
        self.position = int(_field(result, DiagnosticField.STATEMENT_POSITION) or 0)
        self.before = 0
        self.broken = broken
        self.lost = False
        super().__init__(self.primary)


def loaded(result: PGresult) -> list[tuple[Any, ...]]:
    """The rows."""
    for loaders in (_LOADERS, _LENIENT_LOADERS):
        transformer = Transformer.from_context(_Context(loaders))
        transformer.set_pgresult(result)
        with suppress(UnicodeDecodeError):
            return transformer.load_rows(0, result.ntuples, tuple)
    raise AssertionError("the lenient loaders take every text")


def failure(trouble: Trouble, *, is_late: bool) -> Failure:
    """`is_late`: the time that the statement may take is over. The server says so, too, but in its own language."""
    if trouble.code == _CANCELLED and is_late:
        return Failure("timeout", "")
    if not trouble.code and "memory" in trouble.primary:
        return Failure(
            "failed", "The result needs more memory than it may use: ask for less of it.", "MEMORY", fatal=True
        )
    if trouble.lost:
        return Failure(
            "lost", f"The server ended the session: {_one_line(trouble)}", trouble.code or "LOST", fatal=True
        )
    if trouble.broken:
        message = f"The connection to the server broke while the statement ran: {_one_line(trouble)}"
        return Failure("connect", message, trouble.code or "LOST", fatal=True)
    if trouble.code in _REFUSED:
        return Failure("refused", f"The database refused it: {trouble.primary}.", trouble.code)
    position = trouble.position - trouble.before - 1
    return Failure("failed", _with_hints(trouble), trouble.code, position=position if position >= 0 else None)


def _with_hints(trouble: Trouble) -> str:
    parts = (trouble.primary, trouble.detail and f"DETAIL: {trouble.detail}", trouble.hint and f"HINT: {trouble.hint}")
    return " ".join(filter(None, parts))


def _one_line(trouble: Trouble) -> str:
    return f"{trouble.primary.splitlines()[0].rstrip('.')}." if trouble.primary else ""


def _field(result: PGresult, field: DiagnosticField) -> str:
    return bytes(result.error_field(field) or b"").decode(errors="replace")


def _loaders() -> AdaptersMap:
    """Numbers, truth and bytes as Python's; anything else as the text that the server makes of it."""
    loaders = AdaptersMap(types=psycopg.postgres.types)
    loaders.register_loader(0, TextLoader)
    for name in ("int2", "int4", "int8", "oid"):
        loaders.register_loader(name, IntLoader)
    for name, loader in (
        ("float4", FloatLoader),
        ("float8", FloatLoader),
        ("numeric", NumericLoader),
        ("bool", BoolLoader),
        ("bytea", ByteaLoader),
    ):
        loaders.register_loader(name, loader)
    return loaders


class _LenientTextLoader(TextLoader):
    """For servers that do not care what encoding their texts are in."""

    def load(self, data: Any) -> str:
        return bytes(data).decode(errors="replace")


_LOADERS = _loaders()
_LENIENT_LOADERS = _loaders()
_LENIENT_LOADERS.register_loader(0, _LenientTextLoader)


@dataclass(frozen=True, slots=True)
class _Context:
    """What psycopg wants beside loaders: nothing."""

    adapters: AdaptersMap
    connection: None = None
