"""The key that signs sessions, where the operator names none."""

import os
import secrets
import tempfile
from pathlib import Path


def kept_secret_key(data_dir: Path) -> str:
    """Made once; only the site's own user may read it."""
    path = data_dir / "secret_key"
    key = path.read_text().strip() if path.exists() else ""
    return key or _make(path)


def _make(path: Path) -> str:
    """In one step: a start that breaks off leaves no half of a key."""
    # Such a file may be read by its owner only.
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix="secret_key-", delete=False) as draft:
        draft.write(secrets.token_urlsafe(50))
        draft.flush()
        os.fsync(draft.fileno())
    os.replace(draft.name, path)
    return path.read_text()
