"""What the documents lead to is there: files, headings, commands, services."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from tests.processes import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*.md")])
MOST_BYTES = 150_000
"""Of a picture."""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if re.match(r"https?:|mailto:", target):
            continue
        name, _, heading = target.partition("#")
        file = (document.parent / name).resolve() if name else document

        assert file.exists(), target
        assert not heading or heading in _headings(file), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_is_one_that_there_is(document: Path) -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", document.read_text()))

    assert named <= set(get_commands())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_is_one_that_there_is(document: Path) -> None:
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", document.read_text(), re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert named <= targets


def test_every_service_of_compose_is_told_of() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    told = (ROOT / "docs/operators.md").read_text()

    assert [name for name in services if f"`{name}`" not in told] == []


def test_every_document_is_reached_from_the_first_one() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        document = waiting.pop()
        if document in reached:
            continue
        reached.add(document)
        text = document.read_text()
        linked = [document.parent / name for name in re.findall(r"\]\(([^)#\s:]+\.md)", text)]
        named = [ROOT / name for name in re.findall(r"`([\w/.-]+\.md)`", text)]
        waiting += [path.resolve() for path in (*linked, *named) if path.exists()]

    assert set(DOCUMENTS) <= reached


def test_pictures_are_small_and_none_is_left_over() -> None:
    pictures = set((ROOT / "docs/images").iterdir())
    shown = {
        (document.parent / target).resolve()
        for document in DOCUMENTS
        for target in re.findall(r"!\[[^\]]*\]\(([^)\s]+\.png)\)", document.read_text())
    }

    assert pictures == shown
    assert max(picture.stat().st_size for picture in pictures) <= MOST_BYTES


def _headings(file: Path) -> set[str]:
    """As GitHub names them in an address."""
    found = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}
