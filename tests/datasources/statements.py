"""Files of statements, one a line."""

from pathlib import Path


def statements(name: str) -> list[str]:
    return (Path(__file__).parent / name).read_text().splitlines()
