"""`manage.py newkey`: a key for FIELD_ENCRYPTION_KEYS."""

from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Prints a fresh key. Put it first in FIELD_ENCRYPTION_KEYS, before the old ones, restart the site, "
        "run rotatekeys, then take the old ones out."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(Fernet.generate_key().decode())
