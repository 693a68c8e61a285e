"""What the command line may say."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from embedded.catalogue import MODELS
from sqlagent_site.env import ROOT

BENCHES = {
    "model": "first_token",
    "lag": "lag",
    "linucb": "linucb",
    "simulation": "simulation",
    "select": "statements",
    "duckdb": "duckdb_statements",
    "schema": "introspection",
    "grading": "grading",
    "linking": "linking",
    "openenv": "openenv",
    "answers": "answers",
    "results": "results",
    "verdicts": "verdicts",
}
"""What can be asked for, and the module that measures it."""

LONG = frozenset({"answers", "verdicts"})
"""Those that take an hour or more, and run only when they are named."""


@dataclass(frozen=True)
class Options:
    """`model` is a name of embedded.catalogue, or none; `pairs` is how often the site and the model are compared.

    `questions`, and the directory of their `databases` or the `server` that has them, are for linking and answers;
    without them these take the built-in tasks. `rows`, `replies` and `keep` are for answers, which says what they are.
    """

    benches: tuple[str, ...]
    model: str
    models: Path
    pairs: int
    data_dir: Path = Path()
    questions: Path | None = None
    databases: Path | None = None
    server: str = ""
    rows: tuple[str, ...] = ()
    replies: Path | None = None
    keep: Path | None = None


def read_options() -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Measure the product against its targets."
    )
    parser.add_argument(
        "benches", nargs="*", metavar="bench", help=f"some of {', '.join(BENCHES)}; all but the last two by default"
    )
    parser.add_argument("--model", choices=(*MODELS, "none"), help="the embedded model to ask; by default the largest")
    parser.add_argument("--models", type=Path, default=_models_dir(), help="where its weights are")
    parser.add_argument("--pairs", type=int, default=7, help="first tokens measured by the site and by the model")
    parser.add_argument("--questions", type=Path, help="a file of questions, as `manage.py evaluate` reads it")
    parser.add_argument("--databases", type=Path, help="the directory of the SQLite databases that they are about")
    parser.add_argument("--server", default="", metavar="DSN", help="answers: the server of their databases")
    parser.add_argument("--rows", default="", help="answers: which rows, with commas between them; all by default")
    parser.add_argument("--replies", type=Path, help="answers: a file that keeps the model's replies")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="answers: where outcomes are kept, a file a row")
    given = parser.parse_args()
    if unknown := set(given.benches) - BENCHES.keys():
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    if (given.questions is None) != (given.databases is None and not given.server):
        parser.error("--questions go with --databases or --server: name both, or neither")
    model = given.model or _largest(given.models)
    if model != "none" and not (given.models / MODELS[model].filename).exists():
        parser.error(f"the weights of {model} are not in {given.models}")
    benches = tuple(given.benches) or tuple(name for name in BENCHES if name not in LONG)
    files = {name: getattr(given, name) for name in ("questions", "databases", "server", "replies", "keep")}
    wanted = tuple(name for name in given.rows.split(",") if name)
    return Options(benches, model, given.models, given.pairs, rows=wanted, **files)


def _models_dir() -> Path:
    return ROOT / os.environ.get("DATA_DIR", "data") / "models"


def _largest(models: Path) -> str:
    return next((name for name, model in MODELS.items() if (models / model.filename).exists()), "none")
