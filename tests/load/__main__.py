"""`python -m tests.load [part …] [--quick]`: each database has a process of its own.

Prints tables; ends with 1 where a part could not be measured.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator

from tests.bench.figures import machine
from tests.load.sites import POSTGRES, SQLITE, place

PARTS = {
    "chats": "Chats at once, one web process on SQLite",
    "chats-cluster": "Chats at once, two web processes on PostgreSQL and Redis, half seen through the other one",
    "pages": "Every page, on SQLite",
    "pages-postgres": "Every page, on PostgreSQL",
}
EPISODES = 50_000
TIMES = 7


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description="Measure how much the product bears.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"some of {', '.join(PARTS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="a small run, to see that the tool works")
    parser.add_argument("--episodes", type=int, default=EPISODES, help="questions that pages find in the database")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if unknown := set(given.parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if given.alone:
        for line in _measured(given.parts, given.quick, given.episodes):
            print(line, flush=True)
        return
    print(machine(), flush=True)
    chosen = given.parts or list(PARTS)
    groups = [[part for part in chosen if _database(part) == database] for database in (SQLITE, POSTGRES)]
    sys.exit(max(_run(group, given) for group in groups if group))


def _database(part: str) -> str:
    return POSTGRES if part in ("chats-cluster", "pages-postgres") else SQLITE


def _run(parts: list[str], given: argparse.Namespace) -> int:
    quick = ["--quick"] if given.quick else []
    command = [sys.executable, "-m", "tests.load", *parts, "--alone", "--episodes", str(given.episodes), *quick]
    return subprocess.run(command, check=False).returncode


def _measured(parts: list[str], quick: bool, episodes: int) -> Iterator[str]:
    database = _database(parts[0])
    with place(database, redis=database == POSTGRES) as where:
        # Only now: they need the Django that place has set up.
        from tests.load import chats, pages

        for part in parts:
            yield f"\n{PARTS[part]} (load {os.getloadavg()[0]:.1f})"
            if part.startswith("chats"):
                ramp = chats.Ramp(steps=(2, 4), seconds=1.0, spread=0.2) if quick else chats.Ramp()
                yield from chats.measure(where, 2 if database == POSTGRES else 1, ramp)
            else:
                yield from pages.measure(where, 300 if quick else episodes, 1 if quick else TIMES, 25 if quick else 1)


if __name__ == "__main__":
    main()
