"""What MySQL's columns hold: their types in words, and what becomes of their values."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from pymysql.constants import FIELD_TYPE as TYPE
from pymysql.constants import FLAG

Convert = Callable[[bytes], Any]

_BINARY_CHARSET = 63
_BYTES_PER_CHARACTER = 4  # of utf8mb4, in which the session speaks
_WHOLE = {
    TYPE.TINY: "tinyint",
    TYPE.SHORT: "smallint",
    TYPE.INT24: "mediumint",
    TYPE.LONG: "int",
    TYPE.LONGLONG: "bigint",
    TYPE.YEAR: "year",
}
_FLOATING = {TYPE.FLOAT: "float", TYPE.DOUBLE: "double"}
_DECIMALS = frozenset({TYPE.DECIMAL, TYPE.NEWDECIMAL})
_TEXTS = {
    TYPE.VARCHAR: "varchar",
    TYPE.VAR_STRING: "varchar",
    TYPE.STRING: "char",
    TYPE.TINY_BLOB: "text",
    TYPE.BLOB: "text",
    TYPE.MEDIUM_BLOB: "text",
    TYPE.LONG_BLOB: "text",
}
_BYTES = {"varchar": "varbinary", "char": "binary", "text": "blob"}
_OTHERS = {
    TYPE.NULL: "null",
    TYPE.TIMESTAMP: "timestamp",
    TYPE.DATE: "date",
    TYPE.NEWDATE: "date",
    TYPE.TIME: "time",
    TYPE.DATETIME: "datetime",
    TYPE.BIT: "bit",
    TYPE.JSON: "json",
    TYPE.ENUM: "enum",
    TYPE.SET: "set",
    TYPE.GEOMETRY: "geometry",
}
_text: Convert = partial(str, encoding="utf-8", errors="replace")


def converter(field: Any) -> Convert | None:
    """From what the server sends; None leaves bytes as they are. Dates and times stay text: not all of them exist."""
    kind = field.type_code
    if kind in _WHOLE:
        return int
    if kind in _FLOATING:
        return float
    if kind in _DECIMALS:
        return lambda digits: Decimal(digits.decode())
    if kind in (TYPE.BIT, TYPE.GEOMETRY) or (kind in _TEXTS and field.charsetnr == _BINARY_CHARSET):
        return None
    return _text


def type_name(field: Any) -> str:
    """As a table would declare it, as far as a result tells."""
    kind = field.type_code
    if kind in _DECIMALS:
        return _decimal(field)
    if kind in _TEXTS:
        return _text_name(field)
    name = _WHOLE.get(kind) or _FLOATING.get(kind) or _OTHERS.get(kind, "")
    unsigned = " unsigned" if kind in _WHOLE and kind != TYPE.YEAR and field.flags & FLAG.UNSIGNED else ""
    return name + unsigned


def _decimal(field: Any) -> str:
    """Its length is that of the text: with a sign, and a point where there are decimals."""
    digits = field.length - (field.scale > 0) - (not field.flags & FLAG.UNSIGNED)
    return f"decimal({digits},{field.scale})"


def _text_name(field: Any) -> str:
    if field.flags & FLAG.ENUM or field.flags & FLAG.SET:
        return "enum" if field.flags & FLAG.ENUM else "set"
    name = _TEXTS[field.type_code]
    is_binary = field.charsetnr == _BINARY_CHARSET
    length = field.length // (1 if is_binary else _BYTES_PER_CHARACTER)
    name = _BYTES[name] if is_binary else name
    return name if name in ("text", "blob") else f"{name}({length})"
