"""What a PostgreSQL role may do besides reading: too much to be let in, or enough to be warned of."""

from collections.abc import Callable
from typing import Any

Ask = Callable[[str], list[tuple[Any, ...]]]

ADVICE = (
    "Connect as one that may only read: CREATE ROLE sqlagent LOGIN PASSWORD '…'; GRANT USAGE ON SCHEMA public TO "
    "sqlagent; GRANT SELECT ON ALL TABLES IN SCHEMA public TO sqlagent. (The operator can let such roles in with "
    "ALLOW_POWERFUL_ROLES=true.)"
)
# Their members reach the server's files, or run programs on it, past any read-only transaction.
_POWERFUL = """
SELECT r.rolname::text FROM pg_catalog.pg_roles r
WHERE r.rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
  AND pg_catalog.pg_has_role(r.oid, 'MEMBER')
ORDER BY 1
"""
_IS_SUPERUSER = "SELECT r.rolsuper::int, r.rolname::text FROM pg_catalog.pg_roles r WHERE r.rolname = CURRENT_USER"
_OURS = "n.nspname <> 'information_schema' AND pg_catalog.left(n.nspname::text, 3) <> 'pg_'"
_WRITES = f"""
SELECT n.nspname || '.' || c.relname
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f', 'v') AND {_OURS}
  AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
  AND (pg_catalog.pg_has_role(c.relowner, 'USAGE')
    OR pg_catalog.has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
    OR pg_catalog.has_any_column_privilege(c.oid, 'INSERT, UPDATE'))
ORDER BY 1 LIMIT 1
"""  # noqa: S608
_CREATES = f"""
SELECT n.nspname::text FROM pg_catalog.pg_namespace n
WHERE {_OURS} AND pg_catalog.has_schema_privilege(n.oid, 'CREATE')
ORDER BY 1 LIMIT 1
"""  # noqa: S608
_READS_ALL = (
    "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'pg_read_all_data' AND pg_catalog.pg_has_role(oid, 'USAGE')"
)


def power(ask: Ask) -> str:
    """Why the role is too powerful; empty when it is not."""
    [(is_superuser, name)] = ask(_IS_SUPERUSER)
    if is_superuser:
        return f"The role {name} is a superuser: it can read the server's files and run programs there."
    held = ", ".join(role for (role,) in ask(_POWERFUL))
    return f"The role {name} is a member of {held}, which reach beyond the database." if held else ""


def warning(ask: Ask) -> str:
    """What the role could do if every other protection failed; empty when it could only read."""
    found = [power(ask)]
    for (table,) in ask(_WRITES):
        found.append(f"The role could write, for example into {table}.")
    for (schema,) in ask(_CREATES):
        found.append(f"It could create tables in the schema {schema}.")
    if ask(_READS_ALL) and not found[0]:
        found.append("It may read everything on the server (pg_read_all_data).")
    said = " ".join(filter(None, found))
    return f"{said} Statements run read-only all the same; a role that may only read is safer." if said else ""
