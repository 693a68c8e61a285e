import contextlib
import signal
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from embedded.status import State, read_status
from sqlagent_site.first_start import FirstUser, set_up
from sqlagent_site.local_model import is_wanted, models_dir
from sqlagent_site.parts import parts
from sqlagent_site.ports import is_free, reachable, wait_until_open
from sqlagent_site.supervisor import Supervisor

START_SECONDS = 60.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "Run the whole product: the site, the worker and, if no other endpoint is named, the embedded model."

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_free(settings.HOST, settings.PORT):
            raise CommandError(
                f"Port {settings.PORT} on {settings.HOST} is taken, or not allowed. Set PORT to another."
            )
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, _stop)
        try:
            self._serve()
        except KeyboardInterrupt:
            return

    def _serve(self) -> None:
        user = set_up()
        connections.close_all()
        supervisor = Supervisor(parts(), self._print)
        supervisor.start()
        try:
            self._introduce(user)
            while True:
                signal.pause()
        finally:
            self._print("Stopping.")
            supervisor.stop()

    def _introduce(self, user: FirstUser | None) -> None:
        try:
            is_up = wait_until_open(settings.HOST, settings.PORT, START_SECONDS)
        finally:
            # Whatever happens, this is the only chance to learn a password that was made up.
            if user:
                self._print(user.introduction())
        address = f"http://{reachable(settings.HOST)}:{settings.PORT}/"
        self._print(f"The site is at {address}" if is_up else f"The site does not answer at {address} yet: see above.")
        self._print(_what_the_model_does())
        self._print("Ctrl-C stops everything.")

    def _print(self, line: str) -> None:
        # A terminal that was closed takes no more lines; that must not keep the parts from being stopped.
        with contextlib.suppress(OSError):
            self.stdout.write(line)
            self.stdout.flush()


def _what_the_model_does() -> str:
    if not settings.LLM_ENDPOINT.local:
        return f"Answers come from {settings.LLM_ENDPOINT.model} at {settings.LLM_ENDPOINT.base_url}"
    if not is_wanted():
        return "No model answers: LOCAL_MODEL is none, and API_BASE_URL names no endpoint."
    status = read_status(models_dir())
    if status.state is State.OFF:
        return "The embedded model is starting."
    return f"The embedded model: {status.message}" + (f" {status.percent} %" if status.done < status.total else "")


def _stop(number: int, frame: object) -> NoReturn:
    # Once is enough: a second one, from a terminal and from make, must not interrupt the stopping.
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
