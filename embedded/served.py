"""Which weights a model server has loaded, whatever it was told to be called."""

import json
from http.client import HTTPException
from pathlib import PurePath

from embedded.loopback import OPENER


def served_file(base_url: str) -> str:
    """The name of the GGUF file behind `base_url` (which ends in /v1); empty where the server does not say."""
    try:
        with OPENER.open(base_url.removesuffix("/v1") + "/props", timeout=5) as response:
            path = json.load(response)["model_path"]
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return ""
    return PurePath(path).name if isinstance(path, str) else ""
