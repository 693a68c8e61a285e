"""The keys that are kept where the operator names none."""

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from sqlagent_site.secret_key import kept_field_keys, kept_secret_key
from tests.processes import ROOT


def test_it_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    key = kept_secret_key(tmp_path)
    assert len(key) >= 50
    assert kept_secret_key(tmp_path) == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_an_empty_one_that_a_crash_has_left_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    assert kept_secret_key(tmp_path)


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from sqlagent_site.secret_key import kept_secret_key; sys.stdin.read();"
        "print(kept_secret_key(pathlib.Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    starting = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for process in starting:
        assert process.stdin
        process.stdin.close()
        process.stdin = None
    assert len({process.communicate()[0] for process in starting}) == 1


def test_a_file_may_hold_an_older_key_too(tmp_path: Path) -> None:
    newer, older = (Fernet.generate_key().decode() for _ in range(2))
    (tmp_path / "field_key").write_text(f"{newer}\n{older}\n")
    assert kept_field_keys(tmp_path) == [newer, older]


def test_a_file_that_holds_no_key_is_one_clear_line_and_stays(tmp_path: Path) -> None:
    (tmp_path / "field_key").write_text("scrambled")
    with pytest.raises(SystemExit, match=r"holds no keys .* Bring back the file"):
        kept_field_keys(tmp_path)
    assert (tmp_path / "field_key").read_text() == "scrambled"


@pytest.mark.parametrize("name", ["secret_key", "field_key"])
def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(SystemExit, match=f"{name} cannot be read or made"):
        {"secret_key": kept_secret_key, "field_key": kept_field_keys}[name](tmp_path)
