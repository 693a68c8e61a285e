from typing import Any

from django.core.management.base import BaseCommand, CommandError

from operations.setting_up import Newer
from sqlagent_site.first_start import set_up


class Command(BaseCommand):
    help = "Prepare the database, the sample and the first user. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = set_up(self.stdout.write)
        except Newer as error:
            raise CommandError(str(error)) from None
        if user:
            self.stdout.write(user.introduction())
