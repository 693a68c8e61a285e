"""Which part of the product this process is: the supervisor tells it, and logs and metrics say it."""

import os

PART = "SQLAGENT_PART"
"""The environment variable."""


def part() -> str:
    return os.environ.get(PART) or "command"
