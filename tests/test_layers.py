"""The house keeps its layers: import-linter's contracts in pyproject.toml."""

import subprocess
import sys
from pathlib import Path


def test_every_room_knows_only_those_below_it() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports")]
    done = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
