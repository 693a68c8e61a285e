"""The smaller model's weights for tests: fetched once (by `make test`) and kept, unlike the tests' own DATA_DIR."""

from pathlib import Path

from embedded.catalogue import MODELS
from embedded.progress import PrintedProgress
from embedded.weights import ensure
from sqlagent_site.env import ROOT

KEPT = ROOT / "data" / "models"


def small_weights() -> Path:
    return ensure(MODELS["0.5b"], KEPT, PrintedProgress())
