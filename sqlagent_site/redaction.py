"""What no log may hold, whatever brought it there: the last guard before a line is written."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SHORTEST = 6
"""Characters of a secret of the operator's: less would be found in words."""

# Bounded: a line may be full of beginnings.
_PATTERNS = (
    # Whoever has the link is let in, and operators' logs are read and kept by many.
    (re.compile(r"(/invitations/|/password/reset/(?:key/)?)[^/\s\"'?]{1,500}"), r"\1…"),
    # To the last @: some passwords have one, as they are not to be written in an address.
    (re.compile(r"(://[^\s:/@\"']{0,500}:)\S{1,1500}@"), r"\1…@"),
    (re.compile(r"(?i)\b(authorization[\"']?\s?[:=,]\s?b?[\"']?(?:[a-z]{1,20}\s+)?)[^\s\"',]{1,2000}"), r"\1…"),
    (re.compile(r"(?i)\b(basic|bearer|token)(\s+)(?=[^\s\d]{0,300}\d)[\w+/=.~-]{12,2000}"), r"\1\2…"),
    (
        re.compile(
            r"(?i)(password|passwd|pwd|secret(?:_key)?|api[ _-]?key(?: provided)?|access[_-]?token|sessionid|csrftoken)"
            r"([\"']?\s?[=:]\s?b?[\"']?)[^\s\"'&;,]{1,500}"
        ),
        r"\1\2…",
    ),
    (re.compile(r"(?i)(encryption_keys=|\btoken=)[^\s\"'&;]{1,2000}"), r"\1…"),
    (re.compile(r"(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)[^-]{1,8000}"), r"\1…"),
    (re.compile(r"(?i)\b((?:set-)?cookie[\"']?\s?[:=,]\s?b?[\"']?)[^\"'\r\n]{1,4000}"), r"\1…"),
    (re.compile(r"\b(sqla_|sk-|hf_|gh[ps]_|xox[bp]-)[\w-]{12,300}"), r"\1…"),
    # What is encrypted with one of the site's keys.
    (re.compile(r"\bgAAAA[\w=-]{40,}"), "gAAAA…"),
)
# Most lines have none of this, and looking for each of the above would take longer than writing them.
_SUSPICIOUS = (
    "://",
    "invitations/",
    "/reset/",
    "password",
    "passwd",
    "pwd",
    "secret",
    "key",
    "token",
    "basic",
    "bearer",
    "authorization",
    "session",
    "cookie",
    "sqla_",
    "sk-",
    "hf_",
    "ghp_",
    "ghs_",
    "xox",
    "gaaaa",
)
_known: list[str] = []
"""The longest first: one may be the beginning of another."""


def hide(secrets: Iterable[str]) -> None:
    """Words that are secret on this site, wherever they stand."""
    found = {*_known, *(secret for secret in secrets if len(secret) >= _SHORTEST)}
    _known[:] = sorted(found, key=len, reverse=True)


def redacted(text: str) -> str:
    """The same text without secrets."""
    for secret in _known:
        text = text.replace(secret, "…")
    lowered = text.lower()
    if any(word in lowered for word in _SUSPICIOUS):
        for pattern, left in _PATTERNS:
            text = pattern.sub(left, text)
    return text
