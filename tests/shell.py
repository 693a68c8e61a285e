"""Runs pieces of Python with the site's settings: a line of JSON each, answered with what it has printed, or its error.

A program of its own, for `Site.shell`.
"""

import contextlib
import io
import json
import sys
import traceback

import django

django.setup()

from django.db import connections  # noqa: E402 - wants the settings


def answer(code: str) -> dict[str, str]:
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(code, {})
    except Exception:  # noqa: BLE001 - the test fails with it
        return {"error": traceback.format_exc()}
    finally:
        connections.close_all()
    return {"said": printed.getvalue()}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
