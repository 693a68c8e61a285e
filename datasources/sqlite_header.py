"""What the first 100 bytes of a SQLite file say of the rest."""

from pathlib import Path

from datasources.import_job import BadFile

_HEADER_BYTES = 100
_WAL = 2
_WAL_NOTE = (
    "The database was used with a write-ahead log: what was only in that (the file that ends in -wal) is missing here."
    " Close it everywhere before uploading, or run PRAGMA wal_checkpoint(TRUNCATE)."
)


def check_header(path: Path) -> list[str]:
    """What people should know of it. Raises BadFile for a file that is cut off, or no database after all."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    page = _number(header, 16, 2)
    page = 65_536 if page == 1 else page
    if len(header) < _HEADER_BYTES or page < 512 or page & (page - 1):
        raise BadFile("The SQLite database is damaged: its first page is not one. Upload a sound copy of it.")
    size, expected = path.stat().st_size, page * _number(header, 28, 4)
    # The number of pages holds only if the same version of SQLite wrote it that changed the file last.
    if _number(header, 24, 4) == _number(header, 92, 4) and size < expected:
        raise BadFile(f"The SQLite database is cut off: {size:,} of its {expected:,} bytes are there. Upload it again.")
    return [_WAL_NOTE] if header[18] == _WAL or header[19] == _WAL else []


def _number(header: bytes, start: int, length: int) -> int:
    return int.from_bytes(header[start : start + length], "big")
