"""What kind of values a column holds, by the type that the database names."""

import re
from enum import StrEnum


class Kind(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    TIME = "time"
    TRUTH = "truth"
    UUID = "uuid"
    BYTES = "bytes"
    OTHER = "other"
    UNKNOWN = ""
    """The database names no type: anything may be in it."""


_PATTERNS = {
    Kind.NUMBER: r"u?(tiny|small|medium|big|huge)?(int|serial)|unsigned|num|dec|oid|real|double|float|year|long$",
    Kind.TEXT: r"(n?var)?char|n?(tiny|medium|long)?text|citext|string|clob|bpchar|name$|enum",
    Kind.TIME: r"date|time",
    Kind.TRUTH: r"bool",
    Kind.UUID: r"uuid|uniqueidentifier|guid",
    Kind.BYTES: r"(tiny|medium|long)?blob|bytea|(var)?binary",
}
_COMPILED = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _PATTERNS.items()}


def kind_of(type_name: str) -> Kind:
    if not type_name.strip():
        return Kind.UNKNOWN
    if type_name.endswith("]"):
        return Kind.OTHER
    return next((kind for kind, pattern in _COMPILED.items() if pattern.match(type_name)), Kind.OTHER)
