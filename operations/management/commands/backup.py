"""`manage.py backup FILE`, or `-` for stdout: everything that cannot be made again, while the site is served."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from operations.backup.making import back_up, beside
from operations.backup.manifest import BadBackup
from operations.backup.progress import megabytes


class Command(BaseCommand):
    help = "Back up the database, uploads and keys into one file; the weights of models are left out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="such as backup.tar.gz; a directory, to get a dated file; - for stdout")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        began = time.monotonic()
        try:
            if file == "-":
                back_up(sys.stdout.buffer, self._say)
                return
            target = _named(Path(file).expanduser())
            _write(target, self._say)
        except BadBackup as bad:
            raise CommandError(str(bad)) from None
        except OSError as error:
            raise CommandError(f"The backup could not be written: {error.strerror or error}.") from None
        self._say(f"{target}: {megabytes(target.stat().st_size)}, in {time.monotonic() - began:.1f} s.")

    def _say(self, line: str) -> None:
        """Not on stdout, where the backup may be going."""
        self.stderr.write(line, self.style.SUCCESS)
        self.stderr.flush()


def _named(path: Path) -> Path:
    return path / f"sqlagent-{datetime.now(UTC):%Y%m%d-%H%M%S}.tar.gz" if path.is_dir() else path


def _write(target: Path, say: Any) -> None:
    draft = beside(target)
    try:
        # It has keys in it.
        with open(draft, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
            back_up(stream, say)
            stream.flush()
            os.fsync(stream.fileno())
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
