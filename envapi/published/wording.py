"""Schemas and examples as people read them: HTML in which every text is escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

Schema = Mapping[str, Any]

_TOKEN = re.compile(r'(?P<text>"(?:\\.|[^"\\])*")(?P<colon>\s*:)?|(?P<number>-?\d[\d.eE+-]*)|(?P<word>true|false|null)')
_FLAT = 100
"""Characters of a list that is written in one line."""


@dataclass(frozen=True, slots=True)
class Field:
    """A property of a shape, or a parameter."""

    name: str
    kind: SafeString
    text: SafeString
    is_required: bool
    place: str = ""


def anchor(shape: str) -> str:
    return f"shape-{shape.lower()}"


def name_of(schema: Schema) -> str:
    """Of the shape that it refers to; empty where it refers to none."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def fields_of(schema: Schema) -> list[Field]:
    required = schema.get("required", ())
    return [
        Field(name, kind_of(one), prose(one.get("description", "")), name in required)
        for name, one in schema.get("properties", {}).items()
    ]


def prose(text: str) -> SafeString:
    """A sentence, in which code stands between backticks."""
    parts = enumerate(text.split("`"))
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", part) if at % 2 else part,) for at, part in parts)
    )


def kind_of(schema: Schema) -> SafeString:
    """What a value is, in words."""
    if name := name_of(schema):
        return format_html('<a href="#{}">{}</a>', anchor(name), name)
    if alternatives := schema.get("anyOf"):
        return format_html_join(" or ", "{}", ((kind_of(one),) for one in alternatives))
    if "const" in schema:
        return format_html("<code>{}</code>", json.dumps(schema["const"]))
    if "enum" in schema:
        return format_html_join(", ", "<code>{}</code>", ((json.dumps(one),) for one in schema["enum"]))
    match schema.get("type"):
        case "array":
            return format_html("list of {}{}", kind_of(schema.get("items", {})), _limits(schema))
        case "object" if isinstance(schema.get("additionalProperties"), dict):
            return format_html("object of {}", kind_of(schema["additionalProperties"]))
        case None:
            return escape("anything")
        case kind:
            return format_html("{}{}", kind, _limits(schema))


def _limits(schema: Schema) -> str:
    said = [words.format(f"{schema[key]:,}") for key, words in _LIMITS.items() if key in schema]
    return ", " + ", ".join(said) if said else ""


_LIMITS = {
    "minimum": "{} or more",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "maxLength": "at most {} characters",
    "maxItems": "at most {}",
}


def json_html(value: Any) -> SafeString:
    """As text of several lines, coloured."""
    return mark_safe("".join(_spans(written(value))))  # noqa: S308 - every text in it is escaped


def written(value: Any, indent: int = 0) -> str:
    """Like json.dumps with an indent, but what fits into a line stays in one."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or len(flat) + indent <= _FLAT:
        return flat
    space = " " * (indent + 2)
    if isinstance(value, dict):
        lines = [f"{space}{json.dumps(name)}: {written(one, indent + 2)}" for name, one in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(space + written(one, indent + 2) for one in value) + "\n" + " " * indent + "]"


def _spans(text: str) -> list[str]:
    spans, end = [], 0
    for found in _TOKEN.finditer(text):
        spans.append(str(escape(text[end : found.start()])))
        spans.append(_span(found))
        end = found.end()
    return [*spans, str(escape(text[end:]))]


def _span(found: re.Match[str]) -> str:
    if found["colon"]:
        return f"{escape(found['text'])}{found['colon']}"
    css_class = "s" if found["text"] else "n" if found["number"] else "k"
    return f'<span class="{css_class}">{escape(found[0])}</span>'
