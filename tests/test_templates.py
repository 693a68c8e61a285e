"""What holds for every template."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR) / "templates"
NAMELESS = re.compile(r"<(?:pre|div|span|p|code)\b(?:[^<>{]|\{[{%].*?[%}]\})*>", re.DOTALL)
"""Elements that are nothing in particular, so that their names are not read out unless they have a role."""


@pytest.mark.parametrize("template", [str(path.relative_to(ROOT)) for path in sorted(ROOT.rglob("*.html"))])
def test_what_is_named_has_a_role(template: str) -> None:
    tags = NAMELESS.findall((ROOT / template).read_text())
    assert [tag for tag in tags if re.search("aria-label(ledby)?=", tag) and "role=" not in tag] == []


@pytest.mark.parametrize("template", [str(path.relative_to(ROOT)) for path in sorted(ROOT.rglob("*.html"))])
def test_comments_end_in_their_line(template: str) -> None:
    """Django shows the others."""
    assert [line for line in (ROOT / template).read_text().splitlines() if "{#" in line and "#}" not in line] == []
