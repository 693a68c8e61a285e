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
    "openenv": "openenv",
    "verdicts": "verdicts",
}
"""What can be asked for, and the module that measures it."""

LONG = frozenset({"verdicts"})
"""Those that take the better part of an hour, and run only when they are named."""


@dataclass(frozen=True)
class Options:
    """`model` is a name of embedded.catalogue, or none; `pairs` is how often the site and the model are compared."""

    benches: tuple[str, ...]
    model: str
    models: Path
    pairs: int
    data_dir: Path = Path()


def read_options() -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Measure the product against its targets."
    )
    parser.add_argument(
        "benches", nargs="*", metavar="bench", help=f"some of {', '.join(BENCHES)}; all but the last by default"
    )
    parser.add_argument("--model", choices=(*MODELS, "none"), help="the embedded model to ask; by default the largest")
    parser.add_argument("--models", type=Path, default=_models_dir(), help="where its weights are")
    parser.add_argument("--pairs", type=int, default=7, help="first tokens measured by the site and by the model")
    given = parser.parse_args()
    if unknown := set(given.benches) - BENCHES.keys():
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    model = given.model or _largest(given.models)
    if model != "none" and not (given.models / MODELS[model].filename).exists():
        parser.error(f"the weights of {model} are not in {given.models}")
    return Options(
        tuple(given.benches) or tuple(name for name in BENCHES if name not in LONG), model, given.models, given.pairs
    )


def _models_dir() -> Path:
    return ROOT / os.environ.get("DATA_DIR", "data") / "models"


def _largest(models: Path) -> str:
    return next((name for name, model in MODELS.items() if (models / model.filename).exists()), "none")
