from collections.abc import Iterator

import pytest

from envapi import callers, places, recording, sessions, tasks


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    """What the environment keeps for some seconds is of the database of the test before."""
    forget()
    sessions._alive.clear()
    yield
    recording.recorder.flush()


def forget() -> None:
    """As when the seconds are over for which tokens, connections, tasks and counts are kept."""
    for kept in (callers._known, places._kept, tasks._read, recording.recorder._still):
        kept.clear()
    sessions._live.forget()
