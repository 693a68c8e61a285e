"""Files by their path on the server: which may be connected, and which never."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from pytest_django import Settings

from datasources.uploads import BadUpload, check_path, dialect_of


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings: Settings) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    return tmp_path / "data"


@pytest.fixture
def allowed(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "allowed"
    path.mkdir()
    settings.ALLOWED_DB_DIRS = [path]
    return path


@pytest.fixture
def inside(allowed: Path, path: Path) -> Path:
    return Path(shutil.copy(path, allowed / "library.db"))


def _refused(text: str) -> str:
    with pytest.raises(BadUpload) as bad:
        check_path(text)
    return str(bad.value)


def test_a_database_in_an_allowed_directory(inside: Path) -> None:
    assert check_path(f" {inside} ") == inside
    assert check_path(f"{inside.parent}/../allowed/library.db") == inside
    assert dialect_of(inside) == "sqlite"


def test_a_link_within_it_is_followed(inside: Path) -> None:
    link = inside.with_name("link.db")
    link.symlink_to(inside)
    assert check_path(str(link)) == inside


def test_when_no_directory_is_allowed_the_setting_is_named(path: Path, settings: Settings) -> None:
    settings.ALLOWED_DB_DIRS = []
    assert "ALLOWED_DB_DIRS" in _refused(str(path))


@pytest.mark.parametrize("text", ["/etc/passwd", "/proc/self/mem", "{allowed}/../other/x.db", "{allowed}x/y.db"])
def test_no_other_file(allowed: Path, text: str) -> None:
    assert "not in a directory that the operator has allowed" in _refused(text.format(allowed=allowed))


def test_nor_a_link_that_leads_out(allowed: Path, path: Path) -> None:
    (allowed / "link.db").symlink_to(path)
    assert "not in a directory" in _refused(str(allowed / "link.db"))


def test_nor_what_is_the_site_s_own(tmp_path: Path, data_dir: Path, path: Path, settings: Settings) -> None:
    """Also where the directory that is allowed lies around it."""
    settings.ALLOWED_DB_DIRS = [tmp_path, data_dir]
    for own in (data_dir / "app.sqlite3", data_dir / "uploads" / "1-a" / "database.sqlite"):
        own.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, own)
        assert "not in a directory" in _refused(str(own))


def test_nor_the_application_s_database_wherever_it_is(data_dir: Path, settings: Settings) -> None:
    database = Path(settings.DATABASES["default"]["NAME"])
    settings.ALLOWED_DB_DIRS = [database.parent]
    assert "not in a directory" in _refused(str(database))


def test_but_a_directory_within_the_site_s_own(data_dir: Path, path: Path, settings: Settings) -> None:
    shared = data_dir / "shared"
    shared.mkdir()
    settings.ALLOWED_DB_DIRS = [shared]
    assert check_path(str(shutil.copy(path, shared / "library.db")))


def test_nor_what_is_no_file(allowed: Path) -> None:
    os.mkfifo(allowed / "pipe")
    for name in ("", "none.db", "pipe"):
        assert "There is no file" in _refused(f"{allowed}/{name}")


def test_nor_a_file_that_is_no_database(allowed: Path) -> None:
    (allowed / "x.csv").write_text("a,b\n1,2\n")
    assert "is not a SQLite or DuckDB database" in _refused(str(allowed / "x.csv"))


@pytest.mark.parametrize("text", ["", "library.db", "~/library.db", "../x", "file:///x", "a\x00b", "/a\x00b"])
def test_nor_what_is_no_whole_path(allowed: Path, text: str) -> None:
    assert "path" in _refused(text)
