"""`manage.py restore FILE`, or `-` for stdin: what `manage.py backup` made, here."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from operations.backup.manifest import BadBackup
from operations.backup.restoring import restore


class Command(BaseCommand):
    help = "Bring back a backup, all of it or nothing. The site has to be stopped."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="what “manage.py backup” made; - for stdin")
        parser.add_argument("--replace", action="store_true", help="where there is an installation already")

    def handle(self, *args: Any, file: str, replace: bool = False, **options: Any) -> None:
        began = time.monotonic()
        try:
            with nullcontext(sys.stdin.buffer) if file == "-" else Path(file).expanduser().open("rb") as source:
                restore(source, self.stdout.write, replace=replace)
        except BadBackup as bad:
            raise CommandError(str(bad)) from None
        except OSError as error:
            raise CommandError(f"Nothing was restored: {error.strerror or error}.") from None
        self.stdout.write(f"Done in {time.monotonic() - began:.1f} s. Start the site as always.")
