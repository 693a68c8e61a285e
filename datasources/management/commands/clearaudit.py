"""`manage.py clearaudit`: audit entries that need not be kept any longer are deleted."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from datasources import audit


class Command(BaseCommand):
    help = "Deletes audit entries older than AUDIT_RETENTION_DAYS. The site does the same by itself as it records."

    def handle(self, *args: Any, **options: Any) -> None:
        count = audit.clear()
        self.stdout.write(f"{count} entries older than {settings.AUDIT_RETENTION_DAYS} days were deleted.")
