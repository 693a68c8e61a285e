"""The examples of the documentation are what is really answered."""

from __future__ import annotations

import json

import pytest
from pytest_django import Settings

from envapi.published.exchanges import FILE
from tests.envapi.played import play

pytestmark = pytest.mark.django_db(transaction=True)


async def test_each_is_answered_as_it_says(settings: Settings) -> None:
    """Where the file is missing it is written: delete it after a change, and look at what is new in it."""
    played = await play(settings)
    if not FILE.exists():
        FILE.write_text(json.dumps(played, indent=1, ensure_ascii=False) + "\n")
        pytest.fail(f"{FILE.name} was missing, and has been written.")
    assert {one["name"]: one for one in json.loads(FILE.read_text())} == {one["name"]: one for one in played}
