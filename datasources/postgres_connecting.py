"""Opening a session on a PostgreSQL server, and saying in words why there is none."""

import re
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from datasources.dsn import ServerAddress
from datasources.login_failures import explained
from datasources.wire import Failure

_SECONDS_TO_CONNECT = 8
_MODES = {"disable": "disable", "prefer": "prefer", "require": "require", "verify": "verify-full"}
# Of the machine that the site runs on nothing may be used: no password file, no certificates, no tickets.
_NOTHING_OF_OURS: dict[str, Any] = {
    "passfile": "/dev/null",
    "sslcertmode": "disable",
    "sslcert": "/dev/null/none",
    "sslkey": "/dev/null/none",
    "sslcrl": "/dev/null/none",
    "gssencmode": "disable",
}
# A session that nothing is heard of any more is noticed while it waits, and not by a statement's time-out.
_ALIVE: dict[str, Any] = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
# The first that is found in what the server, or the library, says.
_REASONS = tuple(
    (re.compile(pattern, re.IGNORECASE), code, sentence)
    for pattern, code, sentence in (
        (r"certificate|tlsv1|root\.crt", "TLS", "The server's certificate could not be verified"),
        (r"does not support SSL", "TLS", "The server offers no TLS"),
        (r"no pg_hba.conf entry.*no encryption", "TLS", "The server wants TLS, or does not let this role in from here"),
        (r"no pg_hba.conf entry|pg_hba.conf rejects", "AUTH", "The server does not let this role in from here"),
        (r"password authentication failed|no password supplied", "AUTH", "The user name or the password is wrong"),
        (r"role .* does not exist|role .* is not permitted to log in|authentication", "AUTH", "The role cannot log in"),
        (r"permission denied for database", "AUTH", "The role may not use this database"),
        (r"database .* does not exist", "NO_DATABASE", "There is no such database on the server"),
        (
            r"too many (clients|connections)|remaining connection slots",
            "TOO_MANY",
            "The server has too many connections",
        ),
        (r"Connection refused", "REFUSED", "Nothing listens on that host and port"),
        (r"timeout|timed out", "TIMEOUT", "The server did not answer in time"),
        (r"No route|unreachable", "UNREACHABLE", "The host cannot be reached"),
        (
            r"closed the connection|invalid response|expected .*authentication|wrong version",
            "NOT_A_DATABASE",
            "What listens there does not answer like PostgreSQL",
        ),
        (r"SSL|TLS", "TLS", "TLS with the server failed"),
    )
)


def connect(place: ServerAddress, addresses: Sequence[str]) -> "psycopg.Connection[Any] | Failure":
    """To one of the addresses, which stand for the host."""
    try:
        return psycopg.Connection.connect(
            host=",".join([place.host] * len(addresses)),
            hostaddr=",".join(addresses),
            port=place.port,
            dbname=place.database,
            user=place.user,
            password=place.password,
            sslmode=_MODES[place.tls],
            sslrootcert=_authorities() if place.tls == "verify" else "/dev/null/none",
            connect_timeout=max(2, _SECONDS_TO_CONNECT // len(addresses)),
            client_encoding="UTF8",
            application_name="sqlagent",
            autocommit=True,
            **_NOTHING_OF_OURS,
            **_ALIVE,
        )
    except psycopg.Error as error:
        return _failure(str(error), place)


def _authorities() -> str:
    """Where this system keeps the certificates that it trusts: psycopg's own OpenSSL looks elsewhere."""
    known = (ssl.get_default_verify_paths().cafile, "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/cert.pem")
    return next((path for path in known if path and Path(path).exists()), "system")


def _failure(said: str, place: ServerAddress) -> Failure:
    detail = _last_words(said)
    for pattern, code, sentence in _REASONS:
        if pattern.search(said):
            return Failure("connect", explained(sentence, detail, place), code, fatal=True)
    message = explained("The server could not be connected to", detail, place)
    return Failure("connect", message, "CONNECT", fatal=True)


def _last_words(said: str) -> str:
    """What the server said, without what was tried."""
    line = said.strip().splitlines()[0]
    return re.sub(
        r"^(connection failed: )?(connection to server at .*? failed: )?(FATAL|ERROR):\s*|^connection failed: "
        r"(connection to server at .*? failed: )?",
        "",
        line,
    )
