"""The programs that make up the running product."""

import sys
from collections.abc import Sequence

from django.conf import settings

from envapi.tags import TAGS
from sqlagent_site.local_model import is_wanted
from sqlagent_site.supervisor import Part

NAMES = ("web", "worker", "thinker", "model")


def parts(only: Sequence[str] = ()) -> list[Part]:
    """Two workers: who has just connected a database does not wait until the model has read another's schema.

    With `only`, those of these names; the rest runs elsewhere, or is not wanted.
    """
    workers = [worker("worker", "default"), worker("thinker", "model")]
    found = [web(), *workers, *([model()] if is_wanted() else [])]
    return [part for part in found if not only or part.name in only]


def web() -> Part:
    # -v 0: no line for each request, and warnings as everywhere else.
    program = ("-m", "sqlagent_site.web", "-v", "0", *_address(), "sqlagent_site.asgi:application")
    return Part("web", (sys.executable, *program), verbatim=TAGS)


def worker(name: str, queue: str) -> Part:
    return Part(name, (*_manage("worker"), "--queue", queue))


def model() -> Part:
    return Part("model", _manage("modelserver"), {"OMP_WAIT_POLICY": "PASSIVE"})


def _address() -> tuple[str, ...]:
    return ("-b", settings.HOST, "-p", str(settings.PORT))


def _manage(command: str) -> tuple[str, ...]:
    return (sys.executable, str(settings.BASE_DIR / "manage.py"), command)
