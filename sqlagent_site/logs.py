"""How a line of the log looks: for people, or as JSON with the ids of the request, the answer and the task that it
belongs to. Ids are bound where they become known (`structlog.contextvars`)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog

from operations.part import part
from sqlagent_site import redaction
from sqlagent_site.redaction import redacted

hide = redaction.hide

# They tell of each request to an endpoint, with its address, or of nothing that concerns an operator.
_TALKATIVE = ("asyncio", "daphne", "httpcore", "httpcore2", "httpx", "httpx2", "openai", "parso", "twisted", "urllib3")

_REPEATING = ("channels_redis.pubsub",)
"""`chat.post` says once what the channel layer would say every second."""

_TELL_PATHS = ("django.request", "django.security.csrf")
"""Of requests that failed: what they log has no secret for any other handler either."""


def config(log_format: str, level: str) -> dict[str, Any]:
    """For LOGGING."""
    level = (level or ("info" if log_format == "json" else "warning")).upper()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": JsonLines if log_format == "json" else PlainLines}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "filters": {"redacted": {"()": Redacted}},
        "loggers": {name: {"level": "WARNING"} for name in _TALKATIVE}
        | {name: {"level": "CRITICAL"} for name in _REPEATING}
        | {name: {"filters": ["redacted"]} for name in _TELL_PATHS}
        # Django's own would print some of it twice, or send it by e-mail.
        | {"django": {"handlers": [], "level": level}},
    }


class JsonLines(structlog.stdlib.ProcessorFormatter):
    """One JSON object a line."""

    def __init__(self) -> None:
        first: list[structlog.typing.Processor] = [
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_part,
        ]
        last: list[structlog.typing.Processor] = [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        super().__init__(processors=last, foreign_pre_chain=first)


class Redacted(logging.Filter):
    """Lets everything through, without secrets in the arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(redacted(arg) if isinstance(arg, str) else arg for arg in record.args)
        return True


class PlainLines(logging.Formatter):
    """What happened, and behind it the ids that lead to more."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s%(ids)s")

    def format(self, record: logging.LogRecord) -> str:
        bound = structlog.contextvars.get_contextvars()
        record.ids = "".join(f" {name}={value}" for name, value in sorted(bound.items()))
        return redacted(super().format(record))


def as_json(program: str, line: str) -> str:
    """A line that some program has printed, as one of ours."""
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)(None, "", {})["timestamp"]
    said = {"event": redacted(line), "level": "info", "logger": program, "timestamp": stamp, "part": program}
    return json.dumps(said, ensure_ascii=False)


def put_as_json(program: str, line: str) -> str:
    """A line of one of our programs is JSON already."""
    return line if line.startswith("{") and line.endswith("}") else as_json(program, line)


def secrets_of(settings: Mapping[str, Any]) -> Iterable[str]:
    """What the operator has named in settings that nobody else may know."""
    for name in ("SECRET_KEY", "OPENAI_API_KEY", "HF_TOKEN", "METRICS_TOKEN", "ADMIN_PASSWORD"):
        yield settings[name]
    for address in (settings["REDIS_URL"], settings["API_BASE_URL"]):
        yield unquote(urlsplit(address).password or "")
    yield str(settings["DATABASE_URL"].get("PASSWORD") or "")
    yield str(settings["EMAIL_URL"].get("EMAIL_HOST_PASSWORD") or "")


def _add_part(logger: Any, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    event["part"] = part()
    return event


def _redact(logger: Any, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Before it is JSON, which writes some characters of a secret otherwise."""
    event.pop("request", None)  # Django's: all that it would add is the path
    return {name: _without_secrets(value) for name, value in event.items()}


def _without_secrets(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    return redacted(value if isinstance(value, str) else repr(value))
