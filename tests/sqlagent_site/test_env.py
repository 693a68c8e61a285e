"""Settings: declared once, wrong ones refused with one line, all of them in the README."""

import os
import re
import subprocess
import sys

import pytest

from sqlagent_site.env import ROOT, SETTINGS, BadSetting, read_settings

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
    ("LOCAL_MODEL_PATH", "/nowhere/model.gguf"),
]


def test_nothing_set_is_fine() -> None:
    values = read_settings({})
    assert values["PORT"] == 8000
    assert values["LOCAL_MODEL"] == "1.5b"
    assert values["DATA_DIR"] == ROOT / "data"


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        read_settings({name: value})


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "http"), ("API_BASE_URL", "http://llm/v1"), ("DATABASE_URL", "nonsense")]
)
def test_a_wrong_setting_stops_the_start_with_one_line(name: str, value: str, tmp_path: str) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "sqlagent_site.settings", "DATA_DIR": str(tmp_path), "MODEL_NAME": "", name: value,
    }  # fmt: skip
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    assert done.returncode == 1
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert "Wrong setting" in line


def test_a_password_is_not_shown() -> None:
    with pytest.raises(BadSetting) as refused:
        read_settings({"DATABASE_URL": "mysql://root:secret@db/app"})
    assert "secret" not in str(refused.value)


def test_the_readme_lists_every_setting_with_its_default_and_help() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", (ROOT / "README.md").read_text(), re.M)
    assert rows == [(s.name, f"`{s.default}`" if s.default else "", s.help) for s in SETTINGS]
