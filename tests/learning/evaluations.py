"""A file of questions about the shop, a model that answers them, and the command that asks."""

import json
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from shutil import copy
from typing import Any

from django.core.management import CommandError, call_command

GOLD = {
    "names": "SELECT name FROM products",
    "orders": "SELECT COUNT(*) FROM orders",
    "paid": "SELECT SUM(amount) FROM orders WHERE status = 'paid'",
}


@dataclass
class Ran:
    """What the command said, and how it ended."""

    out: str
    progress: str
    error: str = ""
    code: int = 0

    @property
    def data(self) -> dict[str, Any]:
        """Of --json."""
        found: dict[str, Any] = json.loads(self.out)
        return found


@dataclass
class Questions:
    """The files in `directory`: questions.jsonl and databases/shop.db."""

    directory: Path
    lines: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def about(cls, shop_path: Path, directory: Path) -> "Questions":
        (directory / "databases").mkdir()
        copy(shop_path, directory / "databases" / "shop.db")
        made = cls(directory, [line(name, sql) for name, sql in GOLD.items()])
        made.write()
        return made

    @property
    def out(self) -> Path:
        return self.directory / "kept.jsonl"

    @property
    def arguments(self) -> list[str]:
        return [str(self.directory / "questions.jsonl"), "--databases", str(self.directory / "databases")]

    def write(self) -> None:
        text = "".join(json.dumps(line) + "\n" for line in self.lines)
        (self.directory / "questions.jsonl").write_text(text)

    def evaluate(self, *options: str) -> Ran:
        return evaluate(*self.arguments, *options)

    def keep(self, *options: str) -> Ran:
        return self.evaluate("--out", str(self.out), *options)


def line(name: str, sql: str, **others: Any) -> dict[str, Any]:
    return {
        "id": name, "database": "shop", "dialect": "sqlite", "category": f"about {name}", "question": f"Ask {name}?",
        "gold": [sql], **others,
    }  # fmt: skip


def reply(name: str, sql: str = "", **others: Any) -> dict[str, Any]:
    """What a scripted model answers to the question `name`, by default the right SQL."""
    return {"when": f"Ask {name}?", "text": f"```sql\n{sql or GOLD[name]}\n```", **others}


def replies() -> list[dict[str, Any]]:
    return [reply(name) for name in GOLD]


def evaluate(*arguments: str) -> Ran:
    out, progress = StringIO(), StringIO()
    try:
        call_command("evaluate", *arguments, stdout=out, stderr=progress)
    except CommandError as error:
        return Ran(out.getvalue(), progress.getvalue(), str(error), error.returncode)
    return Ran(out.getvalue(), progress.getvalue())
