"""Measures the product against its targets: `python -m tests.bench [bench …]`; --help says which there are.

Everything runs in a temporary DATA_DIR on ports of its own. Ends with 1 where a target is missed.
"""

import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import NoReturn

from tests.bench.figures import Figure, machine, table
from tests.bench.options import BENCHES, Options, read_options
from tests.bench.workplace import data_dir


def main() -> None:
    options = read_options()
    signal.signal(signal.SIGTERM, _leave)
    print(machine(), flush=True)
    with data_dir(options.models) as directory:
        found = list(_figures(replace(options, data_dir=directory)))
    print("\n" + table(found))
    sys.exit(not all(figure.met for figure in found))


def _figures(options: Options) -> Iterator[Figure]:
    for name in options.benches:
        print(f"Measuring: {name}", file=sys.stderr, flush=True)
        # Only now: they need the Django that data_dir has set up.
        yield from import_module(f"tests.bench.{BENCHES[name]}").figures(options)


def _leave(number: int, frame: object) -> NoReturn:
    """As after Ctrl-C, so that every process and directory is cleared away."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
