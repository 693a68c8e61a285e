"""Where a connected database is, in words that hold no secret."""

from __future__ import annotations

from pathlib import Path

from django.template.defaultfilters import filesizeformat

from datasources.forms import address_of
from datasources.models import Connection


def place_of(connection: Connection) -> str:
    """On one line: user, host and database of a server, or a file's size."""
    if connection.origin == Connection.Origin.SERVER:
        address = address_of(connection)
        if address is None:
            return "Its credentials cannot be read with this site's keys: save them again"
        return f"{address.user} on {address.host}:{address.port}, database {address.database}"
    if connection.origin == Connection.Origin.MEMORY:
        return "Empty, in memory"
    kind = "Sample" if connection.is_sample else connection.get_origin_display()
    return f"{kind}, {size_of(connection)}"


def size_of(connection: Connection) -> str:
    try:
        size = Path(connection.path).stat().st_size
    except OSError:
        return "which is missing"
    return filesizeformat(size).replace("\xa0", " ")
