"""Keys that the operator does not name: made once, and only the site's own user may read them."""

import fcntl
import os
import secrets
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet


def kept_secret_key(data_dir: Path) -> str:
    """Signs sessions. Ends the process with one line where it cannot be read."""
    return _kept(data_dir / "secret_key", lambda: secrets.token_urlsafe(50))


def kept_field_keys(data_dir: Path) -> list[str]:
    """Encrypt credentials, which cannot be read again without them; one a line, the newest first. Ends the process with
    one line where they cannot be read, or are none."""
    path = data_dir / "field_key"
    keys = _kept(path, lambda: Fernet.generate_key().decode()).split()
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        sys.exit(
            f"{path} holds no keys as “manage.py newkey” prints them. Bring back the file, or name the keys in "
            "FIELD_ENCRYPTION_KEYS. If they are lost, move the file away: a new key is made."
        )
    return keys


def _kept(path: Path, make: Callable[[], str]) -> str:
    try:
        return _read(path) or _made(path, make)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        sys.exit(f"{path} cannot be read or made ({reason}). The site's own user has to own it, with mode 600.")


def _read(path: Path) -> str:
    return path.read_text().strip() if path.exists() else ""


def _made(path: Path, make: Callable[[], str]) -> str:
    """Of processes that start at once only one makes it."""
    with (path.parent / ".keys.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _read(path) or _written(path, make())


def _written(path: Path, key: str) -> str:
    """In one step: a start that breaks off leaves no half of a key."""
    # Such a file may be read by its owner only.
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f"{path.name}-", delete=False) as draft:
        draft.write(key)
        draft.flush()
        os.fsync(draft.fileno())
    os.replace(draft.name, path)
    return key
