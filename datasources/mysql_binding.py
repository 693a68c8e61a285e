"""Values beside a statement, on MySQL and MariaDB: PyMySQL itself would write them into its text.

The binary protocol, which carries values apart from text, sets variables of the session; the statement is prepared from
one of them and executed with the others. Its rows come back as those of any other statement.
"""

import struct
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pymysql.constants import COMMAND
from pymysql.constants import FIELD_TYPE as TYPE

_NAME = "sqlagent"
_EXECUTE_ONCE = struct.Struct("<IBI")


def bind(connection: Any, sql: str, bound: Sequence[Any]) -> str:
    """Prepare the statement; gives the one that executes it. Raises PyMySQL's errors."""
    names = [f"@{_NAME}_{number}" for number in range(len(bound) + 1)]
    _set(connection, names, (sql, *bound))
    connection.query(f"PREPARE {_NAME} FROM {names[0]}")
    return f"EXECUTE {_NAME} USING {', '.join(names[1:])}"


def _set(connection: Any, names: Sequence[str], values: Sequence[Any]) -> None:
    assignments = ", ".join(f"{name} = ?" for name in names)
    connection._execute_command(COMMAND.COM_STMT_PREPARE, f"SET {assignments}")
    prepared = connection._read_packet()
    prepared.read_uint8()
    number = prepared.read_uint32()
    columns, parameters = prepared.read_uint16(), prepared.read_uint16()
    for described in (columns, parameters):
        for _ in range(described + 1 if described else 0):
            connection._read_packet()
    connection._execute_command(COMMAND.COM_STMT_EXECUTE, _EXECUTE_ONCE.pack(number, 0, 1) + _packed(values))
    connection._read_packet()
    connection._execute_command(COMMAND.COM_STMT_CLOSE, struct.pack("<I", number))


def _packed(values: Sequence[Any]) -> bytes:
    """Which are NULL, that types follow, the types, the values."""
    nulls = sum(1 << place for place, value in enumerate(values) if value is None)
    sent = [_sent(value) for value in values]
    types = b"".join(struct.pack("<H", kind) for kind, _ in sent)
    return nulls.to_bytes((len(values) + 7) // 8, "little") + b"\1" + types + b"".join(body for _, body in sent)


def _sent(value: Any) -> tuple[int, bytes]:
    if value is None:
        return TYPE.NULL, b""
    if isinstance(value, bool | int) and abs(value) < 2**63:
        return TYPE.LONGLONG, struct.pack("<q", value)
    if isinstance(value, float):
        return TYPE.DOUBLE, struct.pack("<d", value)
    if isinstance(value, Decimal | int):
        return TYPE.NEWDECIMAL, _with_length(f"{value:f}".encode())
    text = value.isoformat() if isinstance(value, date) else str(value)
    return TYPE.VAR_STRING, _with_length(text.encode())


def _with_length(body: bytes) -> bytes:
    if len(body) < 251:
        return bytes([len(body)]) + body
    if len(body) < 1 << 16:
        return b"\xfc" + struct.pack("<H", len(body)) + body
    return b"\xfd" + len(body).to_bytes(3, "little") + body
