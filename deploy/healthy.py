"""Whether what this container runs is well: `python deploy/healthy.py [web|worker]`, which ends with 0 or 1.

It is asked every half minute, so it loads nothing of the product.
"""

import os
import sys
import urllib.request
from http import HTTPStatus
from pathlib import Path


def web_answers() -> bool:
    address = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}/healthz"
    try:
        # Never by way of a proxy that the environment names.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address, timeout=8) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False


def workers_run() -> bool:
    """The supervisor starts one that ended again, after a pause that grows."""
    return any(b"worker" in argument for words in _commands() for argument in words[2:3])


def _commands() -> list[list[bytes]]:
    """The words of every process: python, manage.py, the command."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(place.read_bytes().split(b"\0"))
        except OSError:  # it has just ended
            continue
    return [words for words in found if words[1:2] and words[1].endswith(b"manage.py")]


if __name__ == "__main__":
    part = sys.argv[1] if len(sys.argv) > 1 else "web"
    sys.exit(0 if {"web": web_answers, "worker": workers_run}[part]() else 1)
