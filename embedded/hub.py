"""Weights from Hugging Face: the same file, whole."""

import urllib.error
import urllib.request
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from embedded.catalogue import Model
from embedded.errors import ModelUnavailable
from embedded.progress import Report
from embedded.status import State

CHUNK = 1 << 20
TIMEOUT_SECONDS = 60


def fetch_whole(model: Model, partial: Path, report: Report) -> None:
    """Fill `partial` up to the model's size, going on from what is there. Raises ModelUnavailable."""
    start = partial.stat().st_size if partial.exists() else 0
    if start >= model.size:
        return
    request = urllib.request.Request(model.hugging_face, headers={"Range": f"bytes={start}-"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            _copy(response, model, partial, start, report)
    except (OSError, HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise ModelUnavailable(f"{model.title} could not be downloaded from Hugging Face: {reason}") from error


def _copy(response: HTTPResponse, model: Model, partial: Path, start: int, report: Report) -> None:
    # A server that does not know ranges answers 200 with the whole file.
    done = start if response.status == 206 else 0
    with partial.open("r+b" if partial.exists() else "w+b") as target:
        target.truncate(done)
        target.seek(done)
        while done < model.size and (chunk := response.read(min(CHUNK, model.size - done))):
            target.write(chunk)
            done += len(chunk)
            report(State.DOWNLOADING, f"Downloading {model.title}.", done, model.size)
    if done < model.size:
        raise ModelUnavailable(f"The download of {model.title} broke off; it goes on from there at the next start.")
