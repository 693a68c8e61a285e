"""New files in the place of old ones: all of them, or none. What was there stays beside them, under another name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Swap:
    """Each target with what is to take its place; nothing where it is to be gone. `note` is there while it lasts."""

    note: Path
    mark: str
    pairs: Sequence[tuple[Path, Path | None]]

    def do(self) -> None:
        was_there = {str(target): target.exists() for target, _ in self.pairs}
        self.note.write_text(json.dumps({"mark": self.mark, "was_there": was_there}))
        try:
            for target, _ in self.pairs:
                if target.exists():
                    target.rename(beside(target, self.mark))
            for target, new in self.pairs:
                if new is not None:
                    new.rename(target)
        except OSError:
            self.undo()
            raise

    def undo(self) -> None:
        """Everything as it was."""
        put_back(self.note)

    def finish(self) -> list[Path]:
        """It holds; gives what was there before."""
        self.note.unlink()
        kept = [beside(target, self.mark) for target, _ in self.pairs]
        return [path for path in kept if path.exists()]


def put_back(note: Path) -> bool:
    """Undo a swap that was not finished, if there is one: its process may have been killed. So may this one's be."""
    if not note.exists():
        return False
    told = json.loads(note.read_text())
    for name, was_there in told["was_there"].items():
        target = Path(name)
        old = beside(target, told["mark"])
        if old.exists() or not was_there:
            _remove(target)  # what the backup has, too
        if old.exists():
            old.rename(target)
    note.unlink()
    return True


def beside(target: Path, mark: str) -> Path:
    return target.with_name(f"{target.name}.{mark}")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
