"""Opening a session on a MySQL or MariaDB server, and saying in words why there is none."""

import errno
import socket
import ssl
import struct
from collections.abc import Sequence
from typing import Any, TypeAlias

import pymysql
from pymysql.constants import CLIENT

from datasources.dsn import ServerAddress
from datasources.login_failures import explained
from datasources.wire import Failure

Connection: TypeAlias = "pymysql.connections.Connection[Any]"

_SECONDS_TO_CONNECT = 8.0
# A session that nothing is heard of any more is noticed while it waits, and not by a statement's time-out.
_ALIVE = (
    (socket.TCP_KEEPIDLE, 30),
    (socket.TCP_KEEPINTVL, 10),
    (socket.TCP_KEEPCNT, 3),
    (socket.TCP_USER_TIMEOUT, 15_000),
)
# Of a server that does not speak the protocol, PyMySQL falls over what it is sent.
_NONSENSE = (struct.error, ValueError, IndexError, AssertionError, RuntimeError, TypeError)
_ERRORS = {
    1040: ("TOO_MANY", "The server has too many connections"),
    1044: ("NO_DATABASE", "There is no such database, or the account may not use it"),
    1045: ("AUTH", "The user name or the password is wrong"),
    1049: ("NO_DATABASE", "There is no such database on the server"),
    1129: ("AUTH", "The server does not let this host in"),
    1130: ("AUTH", "The server does not let this host in"),
    1203: ("TOO_MANY", "The account has too many connections"),
    1226: ("TOO_MANY", "The account has used up what it may"),
    1251: ("AUTH", "The server wants another way of logging in than this client knows"),
    1698: ("AUTH", "The user name or the password is wrong"),
    1862: ("AUTH", "The password has expired"),
    2026: ("TLS", "The server offers no TLS"),
    2059: ("AUTH", "The server wants another way of logging in than this client knows"),
    3118: ("AUTH", "The account is locked"),
    3159: ("TLS", "The server wants TLS"),
    4151: ("AUTH", "The account is locked"),
}
_OWN_DATABASES = frozenset({"mysql", "performance_schema", "sys", "information_schema"})


def connect(
    place: ServerAddress, addresses: Sequence[str], seconds: float = _SECONDS_TO_CONNECT
) -> "Connection | Failure":
    """To the first of the addresses, which stand for the host, that answers."""
    if place.database.casefold() in _OWN_DATABASES:
        message = f"The database {place.database} is the server's own. Connect to one that holds data of yours."
        return Failure("connect", message, "POLICY", fatal=True)
    answer: Connection | Failure = Failure("connect", "The host has no address.", "HOST_UNKNOWN", fatal=True)
    for address in addresses:
        answer = _connect_to(place, address, max(1.0, seconds / len(addresses)))
        if not isinstance(answer, Failure):
            break
    return answer


def _connect_to(place: ServerAddress, address: str, seconds: float) -> "Connection | Failure":
    try:
        reached = socket.create_connection((address, place.port), seconds)
    except OSError as error:
        return _unreached(error)
    reached.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    reached.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _ALIVE:
        reached.setsockopt(socket.IPPROTO_TCP, option, value)
    try:
        connection = _prepared(place, seconds)
        connection.connect(reached)
    except pymysql.MySQLError as error:
        return _failure(error, place)
    except ssl.SSLError as error:
        return _tls(error)
    except OSError as error:
        return _unreached(error)
    except _NONSENSE:
        return _no_database()
    return connection


def _prepared(place: ServerAddress, seconds: float) -> "Connection":
    """It keeps the host's name, which its certificate is checked against. No file of this machine is ever sent."""
    return pymysql.Connection(
        host=place.host,
        port=place.port,
        user=place.user,
        password=place.password.encode(),
        database=place.database,
        charset="utf8mb4",
        local_infile=False,
        client_flag=0,
        ssl=_context(verify=place.tls == "verify") if place.tls in ("require", "verify") else None,
        ssl_disabled=place.tls == "disable",
        program_name="sqlagent",
        connect_timeout=seconds,
        read_timeout=seconds,
        write_timeout=seconds,
        autocommit=True,
        defer_connect=True,
    )


def _context(*, verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _failure(error: pymysql.MySQLError, place: ServerAddress) -> Failure:
    number, *said = error.args or (0,)
    original = getattr(error, "original_exception", None)
    if isinstance(original, ssl.SSLError):
        return _tls(original)
    if isinstance(original, OSError):
        return _unreached(original)
    if number in _ERRORS:
        code, sentence = _ERRORS[number]
        return Failure("connect", explained(sentence, _words(said), place), code, fatal=True)
    if isinstance(error, pymysql.InternalError) or number == 2013:
        return _timed_out() if "timed out" in _words(said) else _no_database()
    message = explained("The server could not be connected to", _words(said), place)
    return Failure("connect", message, str(number), fatal=True)


def _words(said: Sequence[object]) -> str:
    return " ".join(map(str, said))


def _tls(error: ssl.SSLError) -> Failure:
    if isinstance(error, ssl.SSLCertVerificationError):
        message = f"The server's certificate could not be verified ({error.verify_message.rstrip('.')})."
    else:
        message = f"TLS with the server failed ({error.reason or error})."
    return Failure("connect", message, "TLS", fatal=True)


def _unreached(error: OSError) -> Failure:
    if isinstance(error, ConnectionRefusedError):
        return Failure("connect", "Nothing listens on that host and port.", "REFUSED", fatal=True)
    if isinstance(error, TimeoutError):
        return _timed_out()
    if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EACCES):
        return Failure("connect", f"The host cannot be reached ({error.strerror}).", "UNREACHABLE", fatal=True)
    return _no_database()


def _timed_out() -> Failure:
    return Failure("connect", "The server did not answer in time.", "TIMEOUT", fatal=True)


def _no_database() -> Failure:
    message = "What listens there does not answer like MySQL or MariaDB."
    return Failure("connect", message, "NOT_A_DATABASE", fatal=True)


assert not CLIENT.CAPABILITIES & CLIENT.MULTI_STATEMENTS  # noqa: S101 - one statement at a time rests on it
