"""What a database holds, read from its own catalogues: a handful of statements for all of it, one module a dialect.

Each has `read(ask)`: the tables and views that the role may read, as introspect.Schema.from_dict takes them; and
`values(ask, tables, seconds)`: what text columns of few different values hold; `distinct(ask, tables, seconds)`: what
columns hold that a value index is made of. `ask` runs one trusted statement and gives all its rows; what it raises
passes through. Nothing here counts or scans a whole large table.
"""

from collections.abc import Callable
from typing import Any

Ask = Callable[[str], list[tuple[Any, ...]]]

MOST_TABLES = 5_000
MOST_COLUMNS = 100_000
"""So many are read, so that no database makes the server grow; the schema that needs no naming comes first."""
LONGEST_COMMENT = 500
LONGEST_TYPE = 1_000
