"""`python -m datasources.sample PATH` writes the sample database there."""

import argparse
from pathlib import Path

from datasources.sample import build


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m datasources.sample", description=__doc__)
    parser.add_argument("path", type=Path, help="the SQLite file to write; an existing one is replaced")
    build(parser.parse_args().path)


if __name__ == "__main__":
    main()
