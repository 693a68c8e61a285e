"""The load test itself, so that it is there when somebody wants to know."""

import subprocess
import sys

from tests.processes import ROOT


def test_a_quick_run_says_how_many_chats_hold_and_how_long_pages_take() -> None:
    command = [sys.executable, "-m", "tests.load", "--quick", "chats", "pages"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "4 chats at 50 tokens/s" in done.stdout
    assert "over 100 ms." in done.stdout
    assert "answered 500" not in done.stdout
