"""`manage.py rotatekeys`: every saved credential is encrypted with the newest key."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Model

from datasources import rotation
from datasources.models import Connection


class Command(BaseCommand):
    help = (
        "Encrypts all credentials anew with the first of FIELD_ENCRYPTION_KEYS; may be run again at any time. "
        "Fails when some could be read with none of the keys."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = rotation.rotate_all()
        self.stdout.write(f"{done.rotated} encrypted with the newest key, {done.current} were already.")
        for row in done.unreadable:
            self.stderr.write(
                f"{_named(row)} cannot be read with any key: "
                "add the key that it was saved with, or save its credentials again."
            )
        if done.unreadable:
            sys.exit(1)


def _named(row: Model) -> str:
    if isinstance(row, Connection):
        return f"Connection {row.pk} ({row.team.name}: {row.name})"
    return f"{row._meta.verbose_name!s} {row.pk} ({row})"
