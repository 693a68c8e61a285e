import signal
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from embedded.errors import ModelUnavailable
from embedded.launch import launch
from embedded.server import wait_for_the_end
from learning.warming import enqueue_all
from sqlagent_site.local_model import plan


class Command(BaseCommand):
    help = "Fetch the embedded model if it is missing, and serve it."

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _leave)
        if settings.LOCAL_MODEL == "none":
            raise CommandError("LOCAL_MODEL is none, so there is no model to serve.")
        try:
            # Before anybody is told that the model is ready: a question of that moment waits for the warming, too.
            server = launch(plan(), loaded=enqueue_all)
        except ModelUnavailable as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            return
        # The server stays as long as there is a reference to it.
        wait_for_the_end(server)


def _leave(number: int, frame: object) -> NoReturn:
    """Ended from outside: leave as after Ctrl-C, so that a download under way is ended too."""
    raise SystemExit(0)
