"""Plays a scene of `contention` on an empty database and prints what was found after it, as JSON.

A program of its own, so that it can run on the application database that DATABASE_URL names.
"""

import json
import sys
from dataclasses import asdict

import django

django.setup()

from tests.learning.bandit.contention import SCENES  # noqa: E402 - models need the applications

if __name__ == "__main__":
    print(json.dumps(asdict(SCENES[sys.argv[1]]())))
