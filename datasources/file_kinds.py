"""What a file is, by what it begins with; its name says nothing."""

import math
import re
from collections import Counter
from pathlib import Path

_HEAD_BYTES = 4096
_SQLITE = b"SQLite format 3\x00"
_PARQUET = b"PAR1"
# Where DuckDB keeps its mark: after a checksum.
_DUCKDB = slice(8, 12)
_BYTE_ORDER_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"\xef\xbb\xbf": "utf-8-sig",
}
_UNPACK = "Unpack it and upload what is in it."
# What begins so is no use here, and why, as a continuation of "The file x …".
_USELESS = {
    b"\x1f\x8b": f"is compressed (gzip). {_UNPACK}",
    b"\x28\xb5\x2f\xfd": f"is compressed (Zstandard). {_UNPACK}",
    b"BZh": f"is compressed (bzip2). {_UNPACK}",
    b"\xfd7zXZ": f"is compressed (xz). {_UNPACK}",
    b"7z\xbc\xaf": f"is a 7-Zip archive. {_UNPACK}",
    b"PK\x03\x04": "is a spreadsheet or a ZIP archive. Save each sheet as CSV, or unpack it, and upload that.",
    b"\xd0\xcf\x11\xe0": "is an old Office document. Save each sheet as CSV and upload that.",
    b"%PDF": "is a PDF document, not a table.",
    b"PARE": "is an encrypted Parquet file. Upload it without encryption.",
    b"\x37\x7f\x06\x82": "is the write-ahead log of a SQLite database. Close the database, then upload its main file.",
    b"\x37\x7f\x06\x83": "is the write-ahead log of a SQLite database. Close the database, then upload its main file.",
    b"\xd9\xd5\x05\xf9": "is the journal of a SQLite database. Close the database, then upload its main file.",
    b"Obj\x01": "is an Avro file. Save it as Parquet or CSV and upload that.",
    b"ARROW1": "is an Arrow file. Save it as Parquet or CSV and upload that.",
    b"ORC": "is an ORC file. Save it as Parquet or CSV and upload that.",
    b"\x89HDF": "is an HDF5 file. Save it as Parquet or CSV and upload that.",
}
_USELESS_TEXTS = {
    r"\{\s*\"|\[\s*[\[{]": "looks like JSON. Save it as CSV or Parquet and upload that.",
    r"<(!doctype|html|\?xml|table)": "looks like HTML or XML. Save the table as CSV and upload that.",
    r"(-- .*\s+)*(pragma foreign_keys|create (table|database) \S+ ?\(|insert into \S+ (values|\()|begin transac)": (
        "looks like a SQL script. Run it in a database and upload that."
    ),
}
_NOTHING_WE_KNOW = "is neither a SQLite or DuckDB database nor a CSV, TSV or Parquet file."
_LOOKS_ENCRYPTED = (
    "is no file that we know. If it is a SQLite database, it is encrypted (SQLCipher, for example), which is not"
    " supported: upload a copy without encryption."
)
# Bits a byte: what is encrypted has nearly eight, 4 kB of anything else hardly more than seven.
_ENCRYPTED_ENTROPY = 7.8


class Useless(Exception):
    """No file that can be used; the message goes on after its name."""


def kind_of(path: Path) -> str:
    """sqlite, duckdb, parquet or csv. Raises Useless."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise Useless("is empty.")
    if head.startswith(_SQLITE):
        return "sqlite"
    if head[_DUCKDB] == b"DUCK":
        return "duckdb"
    if head.startswith(_PARQUET):
        return "parquet"
    for mark, reason in _USELESS.items():
        if head.startswith(mark):
            raise Useless(reason)
    _check_text(head, path.stat().st_size)
    return "csv"


def encoding_of(head: bytes) -> str:
    """By its mark, or by how the first letters lie; UTF-8 until it proves not to be; empty for what is no text."""
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return encoding
    zeros = head.count(0)
    if not zeros:
        return "utf-8"
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if head[first::2].count(0) == zeros > len(head) * 0.3:
            return encoding
    return ""


def _check_text(head: bytes, size: int) -> None:
    encoding = encoding_of(head)
    if not encoding or _is_noise(head):
        encrypted = size % 512 == 0 and _entropy(head) > _ENCRYPTED_ENTROPY
        raise Useless(_LOOKS_ENCRYPTED if encrypted else _NOTHING_WE_KNOW)
    text = head.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n").lower()
    for start, reason in _USELESS_TEXTS.items():
        if re.match(start, text):
            raise Useless(reason)


def _is_noise(head: bytes) -> bool:
    """Control characters that no text has. Marked UTF-16 has them as halves of letters."""
    if encoding_of(head) not in ("utf-8", "utf-8-sig"):
        return False
    controls = sum(byte < 9 or 13 < byte < 32 for byte in head)
    return controls > len(head) * 0.02


def _entropy(data: bytes) -> float:
    return -sum(count / len(data) * math.log2(count / len(data)) for count in Counter(data).values())
