from typing import Any

from django.core.management.base import BaseCommand

from sqlagent_site.first_start import set_up


class Command(BaseCommand):
    help = "Prepare the database, the sample and the first user. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        if user := set_up():
            self.stdout.write(user.introduction())
