"""Keys that the operator does not name: made once, and only the site's own user may read them."""

import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet


def kept_secret_key(data_dir: Path) -> str:
    """Signs sessions."""
    return _kept(data_dir / "secret_key", lambda: secrets.token_urlsafe(50))


def kept_field_key(data_dir: Path) -> str:
    """Encrypts credentials; without it they cannot be read again."""
    return _kept(data_dir / "field_key", lambda: Fernet.generate_key().decode())


def _kept(path: Path, make: Callable[[], str]) -> str:
    key = path.read_text().strip() if path.exists() else ""
    return key or _make(path, make())


def _make(path: Path, key: str) -> str:
    """In one step: a start that breaks off leaves no half of a key."""
    # Such a file may be read by its owner only.
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f"{path.name}-", delete=False) as draft:
        draft.write(key)
        draft.flush()
        os.fsync(draft.fileno())
    os.replace(draft.name, path)
    return path.read_text()
