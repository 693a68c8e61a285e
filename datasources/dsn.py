"""Where a server's database is and who reads it: parsed from a DSN or a form, every part known and checked."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args
from urllib.parse import parse_qsl, quote, unquote, urlsplit

Tls = Literal["disable", "prefer", "require", "verify"]
"""From the weakest to the strongest."""

_DIALECTS = {"postgres": "postgres", "postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql"}
PORTS = {"postgres": 5432, "mysql": 3306}
# The names that PostgreSQL's and MySQL's own tools have for the four.
_TLS_WORDS: dict[str, Tls] = {
    "disable": "disable",
    "disabled": "disable",
    "allow": "prefer",
    "prefer": "prefer",
    "preferred": "prefer",
    "require": "require",
    "required": "require",
    "verify": "verify",
    "verify-ca": "verify",
    "verify_ca": "verify",
    "verify-full": "verify",
    "verify_identity": "verify",
}
_TLS_KEYS = frozenset({"sslmode", "ssl-mode", "ssl_mode"})
_HOST = re.compile(r"[A-Za-z0-9_](?:[\w.-]{0,251}[A-Za-z0-9_])?|[0-9A-Fa-f:.]{2,45}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class BadDSN(ValueError):
    """Text that is no DSN, or one with parts that are not allowed; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A database on a server. `repr` and `str` never show the password."""

    dialect: str
    host: str
    port: int
    database: str
    user: str
    password: str = ""
    tls: Tls = "prefer"

    @classmethod
    def parse(cls, dsn: str) -> ServerAddress:
        """Such as postgres://user:password@host:5432/database?sslmode=require. Raises BadDSN."""
        scheme, _, rest = dsn.strip().partition("://")
        dialect = _DIALECTS.get(scheme.lower().partition("+")[0])
        if not rest or dialect is None:
            raise BadDSN("A DSN starts with postgres:// or mysql://, such as postgres://user:password@host/database.")
        if "#" in rest:
            raise BadDSN("A # in a password or a name is written %23 in a DSN.")
        try:
            parts = urlsplit(f"//{rest}")
            port = parts.port
        except ValueError:
            raise BadDSN("The host or the port in the DSN cannot be read.") from None
        return cls(
            dialect=dialect,
            host=parts.hostname or "",
            port=PORTS[dialect] if port is None else port,
            database=unquote(parts.path.removeprefix("/")),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=_tls(parts.query),
        ).checked()

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ServerAddress:
        return cls(**data)

    def to_dict(self) -> dict[str, Any]:
        """With the password: a secret. Fit for JSON and for `from_dict`."""
        return asdict(self)

    def checked(self) -> ServerAddress:
        """Itself. Raises BadDSN for a part that is missing or cannot be."""
        for name, value in (("host", self.host), ("database", self.database), ("user", self.user)):
            if not value:
                raise BadDSN(f"The {name} is missing.")
        if not _HOST.fullmatch(self.host):
            raise BadDSN("The host is to be a name or an address, such as db.example.org or 192.0.2.7.")
        if not 1 <= self.port <= 65535:
            raise BadDSN("The port is to be a number from 1 to 65535.")
        if any(_CONTROL.search(text) or len(text) > 500 for text in (self.database, self.user, self.password)):
            raise BadDSN(
                "Database, user and password may not hold control characters or be longer than 500 characters."
            )
        if self.dialect not in PORTS or self.tls not in get_args(Tls):
            raise BadDSN("The dialect is to be postgres or mysql, and TLS disable, prefer, require or verify.")
        return self

    def to_dsn(self) -> str:
        """With the password: a secret."""
        secret = f":{quote(self.password, safe='')}" if self.password else ""
        return self._dsn(secret)

    def without_password(self) -> ServerAddress:
        return replace(self, password="")

    def __str__(self) -> str:
        return self._dsn(":…" if self.password else "")

    def __repr__(self) -> str:
        return f"<ServerAddress {self}>"

    def _dsn(self, secret: str) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        user, database = quote(self.user, safe=""), quote(self.database, safe="")
        return f"{self.dialect}://{user}{secret}@{host}:{self.port}/{database}?sslmode={self.tls}"


def _tls(query: str) -> Tls:
    tls: Tls = "prefer"
    for key, value in parse_qsl(query, keep_blank_values=True):
        if key.lower() not in _TLS_KEYS:
            raise BadDSN(f"The DSN's option {key[:40]} is not allowed; only sslmode is. Take it out.")
        if value.lower() not in _TLS_WORDS:
            raise BadDSN(f"sslmode is to be one of {', '.join(get_args(Tls))}.")
        tls = _TLS_WORDS[value.lower()]
    return tls
