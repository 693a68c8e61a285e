"""`manage.py learning_curve`, from its questions to its files, with a model that copies what it is shown."""

from __future__ import annotations

import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agent.scripted_server import ServerHandle
from learning.models import Episode, VerifiedQuery

KNOWN = [f"How many rows has table {name}?" for name in ("one", "two", "three", "four", "five", "six")]

pytestmark = pytest.mark.django_db


@pytest.fixture
def arguments(tmp_path: Path, shop_path: Path, model: ServerHandle, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Six questions on the shop, of which three are taught; the model knows those that it is asked, and the others
    where it is shown one of these."""
    shutil.copy(shop_path, tmp_path / "shop.db")
    lines = [
        {"id": str(number), "database": "shop", "dialect": "sqlite", "question": question, "gold": ["SELECT 3"]}
        for number, question in enumerate(KNOWN)
    ]
    (tmp_path / "questions.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    model.set_script(
        [
            {"when": "SELECT 3", "text": "```sql\nSELECT 3\n```", "times": None},
            *[{"when": question, "text": "```sql\nSELECT 3\n```", "times": 1} for question in KNOWN],
            {"text": "I do not know.", "times": None},
        ]
    )
    monkeypatch.setenv("API_BASE_URL", model.base_url)
    monkeypatch.setenv("MODEL_NAME", "scripted")
    # Each reply is for one request.
    monkeypatch.setenv("SKILLS", "none")
    monkeypatch.setenv("READINGS", "1")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "sqlagent_site.settings")
    numbers = ["--taught", "3", "--held", "3", "--every", "3", "--attempts", "1", "--out", str(tmp_path / "out")]
    return [str(tmp_path / "questions.jsonl"), "--databases", str(tmp_path), *numbers]


def run(arguments: list[str], *more: str) -> str:
    out = StringIO()
    call_command("learning_curve", *arguments, *more, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_it_measures_writes_and_goes_on(arguments: list[str], tmp_path: Path, model: ServerHandle) -> None:
    """One test of it all: a run is a process with an application database of its own, which takes its time."""
    said = run(arguments, "--variant", "verified")
    assert "verified queries alone" in said
    files = {path.suffix: path for path in (tmp_path / "out").iterdir()}
    assert set(files) == {".csv", ".json", ".svg"}
    kept: dict[str, Any] = json.loads(files[".json"].read_text())
    first, last = kept["points"]
    assert (first["asked"], last["asked"], last["verified"]) == (0, 3, last["correct"])
    assert last["right"] >= first["right"]
    assert files[".csv"].read_text().count("\n") == 3
    assert not Episode.objects.exists()
    assert not VerifiedQuery.objects.exists()

    asked = len(model.requests())
    assert run(arguments, "--variant", "verified") == said
    assert len(model.requests()) == asked


def test_what_a_curator_brings_is_verified_before_the_first_question(arguments: list[str], tmp_path: Path) -> None:
    run(arguments, "--variant", "verified", "--taught", "2", "--every", "2", "--verified", "1")
    first, last = json.loads((tmp_path / "out" / "learning_curve.json").read_text())["points"]
    assert (first["verified"], last["verified"]) == (0, 1 + last["correct"])


def test_with_learning_off_nothing_is_asked_again(arguments: list[str], tmp_path: Path, model: ServerHandle) -> None:
    run(arguments, "--variant", "off")
    first, last = json.loads((tmp_path / "out" / "learning_curve.json").read_text())["points"]
    assert (first["asked"], last["asked"], last["right"]) == (0, 3, first["right"])
    assert len(model.requests()) == 3


def test_another_setup_is_not_mixed_in(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "learning_curve.json").write_text(json.dumps({"setup": {"seed": 9}, "points": []}))
    with pytest.raises(CommandError, match="seed 9 and now 1"):
        run(arguments)


@pytest.mark.parametrize(
    ("more", "message"),
    [(("--database", "yelp"), "no questions on yelp"), (("--held", "5"), "too few to hold out 5, verify 0 and")],
    ids=["no such database", "too few"],
)
def test_what_cannot_be_measured_is_said(arguments: list[str], more: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(arguments, *more)


def test_inside_a_database_that_is_somebody_s_it_refuses(arguments: list[str], alice: object) -> None:
    with pytest.raises(CommandError, match="on an empty one only"):
        run(arguments, "--inside", "all")
