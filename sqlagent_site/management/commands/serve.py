import contextlib
import errno
import signal
import socket
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from embedded.ports import why_not_free
from embedded.status import State, read_status
from learning.warming import models_dir
from sqlagent_site.first_start import set_up
from sqlagent_site.local_model import is_wanted
from sqlagent_site.parts import parts
from sqlagent_site.ports import reachable, wait_until_open
from sqlagent_site.supervisor import Supervisor

START_SECONDS = 60.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "Run the whole product: the site, the worker and, if no other endpoint is named, the embedded model."

    def handle(self, *args: Any, **options: Any) -> None:
        if error := why_not_free(settings.HOST, settings.PORT):
            raise CommandError(_why_not(error))
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, _stop)
        try:
            self._serve()
        except KeyboardInterrupt:
            return

    def _serve(self) -> None:
        # At once: whatever happens next, this is the only chance to learn a password that was made up.
        if user := set_up():
            self._print(user.introduction())
        connections.close_all()
        supervisor = Supervisor(parts(), self._print)
        supervisor.start()
        try:
            self._introduce()
            while True:
                signal.pause()
        finally:
            self._print("Stopping.")
            supervisor.stop()

    def _introduce(self) -> None:
        is_up = wait_until_open(settings.HOST, settings.PORT, START_SECONDS)
        address = f"http://{reachable(settings.HOST)}:{settings.PORT}/"
        self._print(f"The site is at {address}" if is_up else f"The site does not answer at {address} yet: see above.")
        self._print(_what_the_model_does())
        self._print("Ctrl-C stops everything.")

    def _print(self, line: str) -> None:
        # A terminal that was closed takes no more lines; that must not keep the parts from being stopped.
        with contextlib.suppress(OSError):
            self.stdout.write(line)
            self.stdout.flush()


def _why_not(error: OSError) -> str:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"HOST is {settings.HOST}, which is no address of this machine. Set it to 127.0.0.1 or 0.0.0.0."
    return f"Port {settings.PORT} on {settings.HOST} is taken, or not allowed. Set PORT to another."


def _what_the_model_does() -> str:
    if not settings.LLM_ENDPOINT.local:
        return f"Answers come from {settings.LLM_ENDPOINT.model} at {settings.LLM_ENDPOINT.place}"
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
