"""What a setting's text may be, and what it becomes: each reader raises ValueError with the words after “must be”."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ

ROOT = Path(__file__).resolve().parent.parent


def text(value: str) -> str:
    return value.strip()


def boolean(value: str) -> bool:
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("true or false")


def whole(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        # Neither other scripts' digits nor a number too long to be read.
        if not re.fullmatch(r"[0-9]{1,9}", value.strip()) or not low <= int(value) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(value)

    return read


def share(value: str) -> float:
    # Neither "nan" nor exponents.
    if not re.fullmatch(r"[0-9]{0,9}(\.[0-9]{1,9})?", value.strip()) or not value.strip() or float(value) > 1:
        raise ValueError("a number from 0 to 1")
    return float(value)


def one_of(*choices: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return value

    return read


def listing(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def origins(value: str) -> list[str]:
    found = listing(value)
    if not all(_is_http_url(origin) for origin in found):
        raise ValueError("origins that start with http:// or https://")
    return found


def _path(value: str) -> Path:
    try:
        return (ROOT / Path(value).expanduser()).resolve()
    except (OSError, RuntimeError, ValueError):
        raise ValueError("a path that can be followed") from None


def directory(value: str) -> Path:
    """Made when it is not there, and then for nobody else to look into."""
    path = _path(value)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError("a directory that can be made") from error
    if not os.access(path, os.W_OK):
        raise ValueError("a directory that may be written to")
    return path


def gguf(value: str) -> str:
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


def database(value: str) -> dict[str, Any]:
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


def redis(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("redis", "rediss", "unix") or not (parts.hostname or parts.path.strip("/"))):
        raise ValueError("an address such as redis://:password@host:6379/0")
    return value


def directories(value: str) -> list[Path]:
    """Whole paths of directories that exist."""
    paths = [_path(part) for part in listing(value)]
    if not all(path.is_dir() for path in paths):
        raise ValueError("directories that exist")
    return paths


def hosts(value: str) -> list[str]:
    found = listing(value)
    if not all(re.fullmatch(r"[\w.-]+|[0-9A-Fa-f:.]+(/[0-9]{1,3})?", host) for host in found):
        raise ValueError("host names, addresses or networks such as db.example.org, 10.1.2.3 or 10.0.0.0/8")
    return found


def email(value: str) -> dict[str, Any]:
    """Django's settings of e-mail."""
    if not value.startswith(("consolemail:", "smtp:", "smtps:", "smtp+tls:", "smtp+ssl:")):
        raise ValueError("an address such as smtp+tls://user:password@host:587, or consolemail://")
    try:
        return dict(environ.Env.email_url_config(value.replace("smtps:", "smtp+ssl:", 1)))
    except ValueError:
        raise ValueError("an address such as smtp+tls://user:password@host:587, or consolemail://") from None


def keys(value: str) -> list[str]:
    from cryptography.fernet import Fernet

    found = listing(value)
    try:
        for key in found:
            Fernet(key)
    except ValueError:
        raise ValueError("keys as “manage.py newkey” prints them, the newest first") from None
    return found


def http_url(value: str) -> str:
    value = value.strip()
    if value and not _is_http_url(value):
        raise ValueError("an address such as http://host:port/v1 or https://host/v1")
    return value.rstrip("/")


def site_url(value: str) -> str:
    """Scheme, host and port in lower case; empty for an empty value."""
    value = value.strip().rstrip("/").lower()
    if value and not (_is_http_url(value) and re.fullmatch(r"https?://[^/?#@,;'\"]+", value)):
        raise ValueError("an address such as https://sql.example.org")
    return value


def token(value: str) -> str:
    if value and not re.fullmatch(r"[\x21-\x7e]{16,}", value):
        raise ValueError("at least 16 characters, none of them a blank")
    return value


def _is_http_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        well_formed = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return well_formed and parts.scheme in ("http", "https") and not re.search(r"\s", value)
