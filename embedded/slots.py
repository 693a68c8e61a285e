"""Prefixes that the model has read, kept on disk: a restart or the other slot gets them back without reading again.

Measured with the 1.5B model and a prefix of 955 tokens: 16 s to read, 27 MB and 0.06 s to save, 0.01 s to restore.
"""

import json
import os
import urllib.request
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.loopback import OPENER

TIMEOUT_SECONDS = 10.0
FILES_KEPT = 32
MAKER = "maker.txt"


class SlotError(Exception):
    """The server did not save or restore; whoever asked goes on without, only slower."""


@dataclass(frozen=True)
class SlotStore:
    """The slots of one model server. `key` is a name of the caller's for a prefix, such as its SHA-256."""

    base_url: str
    slots_dir: Path

    def has(self, key: str) -> bool:
        return self._path(key).exists()

    def save(self, key: str, slot: int, *, tokens: int) -> bool:
        """Keep what `slot` has read under `key`, if that is still the prompt of `tokens` tokens just sent there.

        Another request may have used the slot since: then nothing is kept. Raises SlotError.
        """
        draft = f"{key}.draft"
        saved = self._act(slot, "save", draft)
        # The server counts the tokens that it wrote, too.
        if not tokens <= saved["n_saved"] <= tokens + 2:
            self._path(draft, suffix="").unlink(missing_ok=True)
            return False
        os.replace(self._path(draft, suffix=""), self._path(key))
        forget_old_slots(self.slots_dir)
        return True

    def restore(self, key: str, slot: int) -> bool:
        """Let `slot` know the prefix again; False when it is not on disk. Raises SlotError."""
        if not self.has(key):
            return False
        self._act(slot, "restore", self._path(key).name)
        os.utime(self._path(key))
        return True

    def forget_all_but(self, keys: Collection[str]) -> None:
        for path in self.slots_dir.glob("*.slot"):
            if path.stem not in keys:
                path.unlink(missing_ok=True)

    def idle(self) -> list[int]:
        """The slots that write nothing at the moment. Raises SlotError."""
        return [slot["id"] for slot in self._send("/slots") if not slot["is_processing"]]

    def _act(self, slot: int, action: str, filename: str) -> Any:
        return self._send(f"/slots/{slot}?action={action}", {"filename": filename})

    def _send(self, path: str, body: object = None) -> Any:
        request = urllib.request.Request(  # noqa: S310
            self.base_url.removesuffix("/v1") + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with OPENER.open(request, timeout=TIMEOUT_SECONDS) as response:
                return json.load(response)
        except (OSError, ValueError) as error:
            raise SlotError(f"The model server did not answer {path}: {error}") from error

    def _path(self, key: str, suffix: str = ".slot") -> Path:
        if not key.replace(".", "").isalnum():
            raise ValueError(f"{key!r} is no name for a slot file")
        return self.slots_dir / f"{key}{suffix}"


def prepare_slots_dir(directory: Path, maker: str) -> None:
    """Make the directory; throw away what another model or another version of the server has left in it."""
    directory.mkdir(parents=True, exist_ok=True)
    note = directory / MAKER
    if not note.exists() or note.read_text() != maker:
        for path in directory.glob("*.slot"):
            path.unlink(missing_ok=True)
    note.write_text(maker)
    for draft in directory.glob("*.draft"):
        draft.unlink(missing_ok=True)


def forget_old_slots(directory: Path, keep: int = FILES_KEPT) -> None:
    """Delete all files but those used last."""
    by_age = sorted(directory.glob("*.slot"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in by_age[keep:]:
        path.unlink(missing_ok=True)
