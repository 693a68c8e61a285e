"""The sample database: three years of an invented shop for outdoor equipment, the same for everyone."""

from pathlib import Path

from datasources.sample.builder import build

__all__ = ["EXAMPLE_QUESTIONS", "build"]

EXAMPLE_QUESTIONS = tuple((Path(__file__).parent / "questions.txt").read_text().splitlines())
