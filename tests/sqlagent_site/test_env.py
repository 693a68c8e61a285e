"""Settings: declared once, wrong ones refused with one line, all of them in the README."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sqlagent_site.env import ROOT, SETTINGS, BadSetting, read_settings
from tests.processes import free_port

WRONG = [
    ("PORT", "http"),
    ("PORT", "70000"),
    ("DEBUG", "perhaps"),
    ("LOCAL_MODEL", "7b"),
    ("API_BASE_URL", "localhost:11434"),
    ("LOCAL_MODEL_SLOTS", "0"),
    ("QUERY_SECONDS", "-1"),
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", "mysql://root@db/app"),
    ("DATA_DIR", "/proc/nowhere"),
    ("DATA_DIR", "~nobody-of-that-name/data"),
    ("LOCAL_MODEL_PATH", "/nowhere/model.gguf"),
    ("LOCAL_MODEL_PATH", "/etc/passwd"),
    ("CONFIDENCE_ASKS_BELOW", "nan"),
    ("CONFIDENCE_ASKS_BELOW", "1.5"),
    ("PORT", "²"),
    ("PORT", "٣"),
    ("PORT", "9" * 5000),
    ("API_BASE_URL", "http://"),
    ("API_BASE_URL", "http://exa mple:99999x/v1"),
    ("API_BASE_URL", "http://example:99999x/v1"),
    ("API_BASE_URL", "http://[::1/v1"),
    ("CSRF_TRUSTED_ORIGINS", "example.org"),
    ("CSRF_TRUSTED_ORIGINS", "https://example.org, http://"),
    ("DATABASE_URL", "postgres://"),
    ("DATABASE_URL", "postgres://user@host:port/app"),
    ("DATABASE_URL", "postgres://user@host:99999/app"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "sqlite://:memory:"),
    ("DATABASE_URL", "sqlite:////nowhere/app.db"),
    ("DATABASE_URL", "sqlite:////tmp"),
]


def manage(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "sqlagent_site.settings", "DATA_DIR": str(data_dir), **settings,
    }  # fmt: skip
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_nothing_set_is_fine() -> None:
    values = read_settings({})
    assert values["PORT"] == 8000
    assert values["LOCAL_MODEL"] == "1.5b"
    assert values["DATA_DIR"] == (ROOT / "data").resolve()


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"^{name} must be (a|an|one|true|origins) ") as refused:
        read_settings({name: value})
    assert not re.search("literal|invalid|cast|range|limit|parse", str(refused.value), re.IGNORECASE)


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "http"), ("API_BASE_URL", "http://llm/v1"), ("DATABASE_URL", "nonsense")]
)
def test_a_wrong_setting_stops_the_start_with_one_line(name: str, value: str, tmp_path: Path) -> None:
    done = manage(tmp_path, "check", MODEL_NAME="", **{name: value})

    assert done.returncode == 1
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert "Wrong setting" in line


@pytest.mark.parametrize("command", [["setup"], ["serve"], ["ask", "sample", "Which?"]])
def test_a_database_that_does_not_answer_stops_the_start_with_one_line(command: list[str], tmp_path: Path) -> None:
    done = manage(
        tmp_path, *command, DATABASE_URL=f"postgres://u:secret@127.0.0.1:{free_port()}/app", PORT=str(free_port())
    )
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert "DATABASE_URL" in line
    assert "refused" in line
    assert "secret" not in line


def test_so_does_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "app.sqlite3").write_bytes(b"not a database at all, but long enough to be looked at" * 20)
    done = manage(tmp_path, "setup")
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert "not a database" in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://root:hunter2@db/app"),
        ("DATABASE_URL", "postgres://root:hun/ter2@db/"),
        ("API_BASE_URL", "http://root:hunter2@/v1"),
        ("API_BASE_URL", "llm?key=hunter2"),
        ("DATABASE_URL", "postgres:/root:hunter2@db/app"),
        ("EMAIL_URL", "mail:root:hunter2@mail"),
        ("REDIS_URL", "root:hunter2@redis"),
        ("FIELD_ENCRYPTION_KEYS", "hunter2"),
        ("METRICS_TOKEN", "hunter2"),
    ],
)
def test_a_password_is_not_shown(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as refused:
        read_settings({name: value})
    assert "ter2" not in str(refused.value)


def test_a_directory_is_made_for_its_owner_alone_and_then_left_as_it_is(tmp_path: Path) -> None:
    made = read_settings({"DATA_DIR": str(tmp_path / "data")})["DATA_DIR"]
    assert made.stat().st_mode & 0o777 == 0o700
    made.chmod(0o755)
    read_settings({"DATA_DIR": str(made)})
    assert made.stat().st_mode & 0o777 == 0o755


def test_paths_do_not_depend_on_where_a_process_starts(tmp_path: Path) -> None:
    values = read_settings({"DATABASE_URL": "sqlite:///app.db"})
    assert values["DATABASE_URL"]["NAME"] == str(ROOT / "app.db")


def test_the_readme_lists_every_setting_with_its_default_and_help() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", (ROOT / "README.md").read_text(), re.M)
    assert rows == [(s.name, f"`{s.default}`" if s.default else "", s.help) for s in SETTINGS]
