"""`openenv validate --url`, as its makers ship it."""

from __future__ import annotations

from tests.official import Program
from tests.processes import Site


def test_the_official_validator_passes(player: Program, site: Site) -> None:
    done = player.ask(client="validator", url=site.url, play=[])
    report = done["report"]
    assert report["summary"]["failed_criteria"] == []
    assert (report["passed"], report["mode"], done["exit_code"]) == (True, "simulation", 0)
