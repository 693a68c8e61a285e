"""The programs that make up the running product."""

import sys

from django.conf import settings

from envapi.tags import TAGS
from sqlagent_site.local_model import is_wanted
from sqlagent_site.supervisor import Part

# A question waits for the worker at most this long, and an idle worker costs next to nothing.
WORKER_INTERVAL = "0.5"


def parts() -> list[Part]:
    """Two workers: who has just connected a database does not wait until the model has read another's schema."""
    workers = [worker("worker", "default"), worker("thinker", "model")]
    return [web(), *workers, *([model()] if is_wanted() else [])]


def web() -> Part:
    # -v 0: no line for each request, and warnings as everywhere else.
    program = ("-m", "sqlagent_site.web", "-v", "0", *_address(), "sqlagent_site.asgi:application")
    return Part("web", (sys.executable, *program), verbatim=TAGS)


def worker(name: str, queue: str) -> Part:
    options = ("--queue-name", queue, "--interval", WORKER_INTERVAL, "--no-startup-delay", "--no-reload")
    return Part(name, (*_manage("db_worker"), *options))


def model() -> Part:
    return Part("model", _manage("modelserver"), {"OMP_WAIT_POLICY": "PASSIVE"})


def _address() -> tuple[str, ...]:
    return ("-b", settings.HOST, "-p", str(settings.PORT))


def _manage(command: str) -> tuple[str, ...]:
    return (sys.executable, str(settings.BASE_DIR / "manage.py"), command)
