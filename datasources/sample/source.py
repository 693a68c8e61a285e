"""The lists of names, places and goods beside the code."""

import csv
from pathlib import Path

_DATA = Path(__file__).parent / "data"


def words(name: str) -> list[str]:
    return (_DATA / f"{name}.txt").read_text().split()


def records(name: str) -> list[dict[str, str]]:
    with (_DATA / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))
