"""The key that is kept where the operator names none."""

from pathlib import Path

from sqlagent_site.secret_key import kept_secret_key


def test_it_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    key = kept_secret_key(tmp_path)
    assert len(key) >= 50
    assert kept_secret_key(tmp_path) == key
    [file] = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_empty_one_that_a_crash_has_left_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    assert kept_secret_key(tmp_path)
