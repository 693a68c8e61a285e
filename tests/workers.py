"""How the tests are shared out where several workers run them (`make test`): each takes a module at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

ONE_AFTER_ANOTHER = ("tests/browser/", "tests/e2e/", "tests/embedded/test_slots.py")
"""One worker runs these, so that there is one browser with its site, and one model in memory; it begins with them, as
they take longest."""
SHARING = "tests/envapi/official/"
"""One worker runs these, so that there is one site for them, and the official package is imported once."""


@contextmanager
def one_at_a_time(directories: pytest.TempPathFactory) -> Iterator[Path]:
    """Of this run's workers, for what they would spoil for each other. Gives a directory that they share."""
    own = directories.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield shared


class ByModule(LoadScopeScheduling):  # type: ignore[misc]  # no stubs
    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(ONE_AFTER_ANOTHER):
            return "one after another"
        return SHARING if nodeid.startswith(SHARING) else nodeid.split("::", 1)[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByModule:
    config.option.loadscopereorder = False  # not by how many tests there are in a module: long ones first, see below
    return ByModule(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(ONE_AFTER_ANOTHER))
