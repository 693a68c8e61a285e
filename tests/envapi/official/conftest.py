"""The official OpenEnv package in front of the real site."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.scripted_server import ServerHandle, running_server
from learning.benchmark.tasks import built_in
from tests import official
from tests.migrated import NewDataDir
from tests.processes import Site, running_site

TASK = next(task for task in built_in() if task.id == "easy-02")

Play = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="package")
def player() -> Iterator[official.Program]:
    """It imports for seconds, while the site starts."""
    try:
        official.check()
    except official.NotInstalled as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    with official.Program(Path(__file__).parent / "player.py") as program:
        yield program


@pytest.fixture(scope="package")
def model() -> Iterator[ServerHandle]:
    """Each test that has it write gives it a script."""
    with running_server([]) as server:
        yield server


@pytest.fixture(scope="package")
def site(player: official.Program, model: ServerHandle, new_data_dir: NewDataDir) -> Iterator[Site]:
    """With `model` behind it."""
    with running_site(new_data_dir(), API_BASE_URL=model.base_url, MODEL_NAME="scripted") as running:
        yield running


@pytest.fixture(scope="package")
def generic(player: official.Program, site: Site) -> Play:
    """`generic(("reset", {…}), ("step", {…}), …)`: what GenericEnvClient gave for each call, or `error`."""
    return lambda *calls, url=site.url: player.ask(client="generic", url=url, play=calls)


@pytest.fixture(scope="package")
def typed(player: official.Program, site: Site) -> Play:
    """The same by the client of examples/, through its synchronous face."""
    return lambda *calls, url=site.url: player.ask(client="typed", url=url, play=calls)
