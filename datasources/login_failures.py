"""Why a server lets nobody in, as a sentence of ours with the driver's words behind it."""

import re
from urllib.parse import quote

from datasources.dsn import ServerAddress

_USUAL_MESSAGES = """
    password authentication failed for user
    fe_sendauth: no password supplied
    role is not permitted to log in
    permission denied for database
    database does not exist
    no pg_hba.conf entry for host user database no encryption SSL encryption
    pg_hba.conf rejects connection for host user database
    sorry, too many clients already
    too many connections for role database
    remaining connection slots are reserved for roles with the SUPERUSER attribute
    the database system is starting up shutting down
    server does not support SSL, but SSL was required
    connection timeout expired
    connection is bad, server closed the connection unexpectedly
    Access denied for user to database (using password: YES NO)
    Unknown database
    Host is not allowed to connect to this MySQL MariaDB server
    Too many connections
    SSL is required but the server doesn't support it
    Lost connection to MySQL server during query
"""
_SAID_TO_ANYBODY = frozenset(re.findall(r"[\w.]+", _USUAL_MESSAGES))


def explained(sentence: str, said: str, place: ServerAddress) -> str:
    """`sentence` comes without its full stop; it is never touched, whatever the password is.

    What the driver `said` follows in parentheses, or is left out as a whole: a gap in it would tell which word is the
    password.
    """
    detail = said.strip().rstrip(".")
    return f"{sentence} ({detail})." if detail and not _may_tell_the_password(said, place) else f"{sentence}."


def _may_tell_the_password(said: str, place: ServerAddress) -> bool:
    """Drivers are not trusted to keep it to themselves. But what they say to anybody tells it to nobody: there, that
    it is missing would."""
    password = place.password
    if not password or password in _SAID_TO_ANYBODY or password in (place.user, place.database, place.host):
        return False
    return any(_holds(said, written) for written in (password, quote(password, safe="")))


def _holds(said: str, secret: str) -> bool:
    """As a word of its own: not in another one, nor in an address such as 192.0.2.7."""
    return re.search(rf"(?<!\w)(?<!\w\.){re.escape(secret)}(?!\.?\w)", said) is not None
