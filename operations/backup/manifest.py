"""What a backup says of itself: the first file in it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

FORMAT = 1


class BadBackup(Exception):
    """A backup that cannot be made or restored; the message is for the operator."""


@dataclass(frozen=True)
class Manifest:
    """`engine` is sqlite or postgresql, `migrations` are those that its tables have (“learning.0003_x”), `data_dir` is
    where uploads were, `size` the bytes of all files."""

    made_at: str
    engine: str
    migrations: tuple[str, ...]
    data_dir: str
    size: int
    has_secret_key: bool
    has_field_key: bool
    format: int = FORMAT

    def text(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"


def read(text: str) -> Manifest:
    """Raises BadBackup."""
    try:
        values = json.loads(text)
        if values["format"] != FORMAT:
            raise BadBackup(f"The backup has the form {values['format']}, which this version does not know.")
        return Manifest(**values | {"migrations": tuple(values["migrations"])})
    except (KeyError, TypeError, ValueError):
        raise BadBackup("This is no backup that “manage.py backup” made.") from None
