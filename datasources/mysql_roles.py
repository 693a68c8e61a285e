"""What a MySQL or MariaDB account may do besides reading: too much to be let in, or enough to be warned of."""

import re
from collections.abc import Iterable

ADVICE = (
    "Connect as one that may only read: CREATE USER sqlagent@'%' IDENTIFIED BY '…'; GRANT SELECT, SHOW VIEW ON "
    "your_database.* TO sqlagent@'%'. (The operator can let such accounts in with ALLOW_POWERFUL_ROLES=true.)"
)
_GRANT = re.compile(r"GRANT (?P<what>.+?) ON (?P<where>\S+) TO ", re.DOTALL)
# They reach the server's files or run its administration, past any read-only transaction.
_POWERFUL = frozenset({"ALL PRIVILEGES", "FILE", "SUPER"})
_HARMLESS = frozenset({"USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES", "PROCESS", "EXECUTE", "REFERENCES"})
_LIST_OF_COLUMNS = re.compile(r"\s*\([^)]*\)")


def power(grants: Iterable[str]) -> str:
    """Why the account is too powerful, from what SHOW GRANTS says; empty when it is not."""
    held = {privilege for privileges, where in _read(grants) if where == "*.*" for privilege in privileges & _POWERFUL}
    if not held:
        return ""
    return f"The account has {', '.join(sorted(held))} on the whole server: it reaches beyond the database."


def warning(grants: Iterable[str]) -> str:
    """What the account could do if every other protection failed; empty when it could only read."""
    grants = list(grants)
    writes = sorted({f"{privilege} on {where}" for held, where in _read(grants) for privilege in held - _HARMLESS})
    found = [power(grants)]
    if writes:
        found.append(f"The account could do more than read ({', '.join(writes[:4])}{', …' if writes[4:] else ''}).")
    said = " ".join(filter(None, found))
    return f"{said} Statements run read-only all the same; an account that may only read is safer." if said else ""


def _read(grants: Iterable[str]) -> Iterable[tuple[set[str], str]]:
    """Privileges, and on what. What is granted on one column is so, for our purpose, on its table."""
    for grant in grants:
        if (match := _GRANT.match(grant)) and not match["what"].startswith("PROXY"):
            privileges = _LIST_OF_COLUMNS.sub("", match["what"]).upper()
            yield {privilege.strip() for privilege in privileges.split(",")}, match["where"]
