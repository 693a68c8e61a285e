import contextlib
import errno
import signal
import socket
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from embedded.ports import why_not_free
from embedded.status import State, read_status
from learning.warming import models_dir
from operations.setting_up import Newer
from sqlagent_site import logs
from sqlagent_site.first_start import set_up
from sqlagent_site.local_model import is_wanted
from sqlagent_site.parts import NAMES, parts
from sqlagent_site.ports import reachable, wait_until_open
from sqlagent_site.supervisor import Part, Supervisor

START_SECONDS = 60.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "Run the whole product: the site, the worker and, if no other endpoint is named, the embedded model."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", help=f"run these parts alone, with commas between: {', '.join(NAMES)}")

    def handle(self, *args: Any, only: str | None = None, **options: Any) -> None:
        names = _named(only)
        if not names or "web" in names:
            _see_that_the_port_is_free()
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, _stop)
        try:
            self._serve(names)
        except KeyboardInterrupt:
            return

    def _serve(self, names: Sequence[str]) -> None:
        # At once: whatever happens next, this is the only chance to learn a password that was made up.
        try:
            user = set_up(self._print)
        except Newer as error:
            raise CommandError(str(error)) from None
        if user:
            self._print(user.introduction())
        connections.close_all()
        wanted = parts(names)
        supervisor = Supervisor(wanted, self._write, put=logs.put_as_json if self._is_json else None)
        supervisor.start()
        try:
            self._introduce(wanted)
            while True:
                signal.pause()
        finally:
            self._print("Stopping.")
            supervisor.stop()

    def _introduce(self, running: Sequence[Part]) -> None:
        names = [part.name for part in running]
        if "web" not in names:
            self._print(f"Running: {', '.join(names) or 'nothing'}.")
            return
        is_up = wait_until_open(settings.HOST, settings.PORT, START_SECONDS)
        address = f"http://{reachable(settings.HOST)}:{settings.PORT}/"
        self._print(f"The site is at {address}" if is_up else f"The site does not answer at {address} yet: see above.")
        self._print(_what_the_model_does())
        self._print("Ctrl-C stops everything.")

    @property
    def _is_json(self) -> bool:
        return bool(settings.LOG_FORMAT == "json")

    def _print(self, line: str) -> None:
        self._write(logs.as_json("serve", line) if self._is_json else line)

    def _write(self, line: str) -> None:
        # A terminal that was closed takes no more lines; that must not keep the parts from being stopped.
        with contextlib.suppress(OSError):
            self.stdout.write(line)
            self.stdout.flush()


def _named(only: str | None) -> list[str]:
    names = [name.strip() for name in only.split(",")] if only is not None else []
    if unknown := [name for name in names if name not in NAMES]:
        raise CommandError(f"There is no part “{unknown[0]}”. There are: {', '.join(NAMES)}.")
    return names


def _see_that_the_port_is_free() -> None:
    if error := why_not_free(settings.HOST, settings.PORT):
        raise CommandError(_why_not(error))


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
