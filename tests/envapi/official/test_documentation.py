"""What the documentation has people copy, played by the official package."""

from __future__ import annotations

from pathlib import Path

from envapi.published import snippets
from tests import official
from tests.processes import Site


def test_the_client_s_lines_play_an_episode(player: official.Program, site: Site, tmp_path: Path) -> None:
    script = tmp_path / "copied.py"
    script.write_text(snippets.client(site.url))
    typed = "SELECT name FROM nowhere\nSELECT 1\n"
    said = player.ask(client="program", url=site.url, play=[[str(script)], typed])
    assert "no such table: nowhere" in said
    assert "'rows': [[1]]" in said
