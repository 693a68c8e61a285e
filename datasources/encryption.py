"""Text that is encrypted at rest (Fernet: AES-128-CBC with HMAC-SHA-256)."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """None of the keys can read it."""

    def __init__(self) -> None:
        super().__init__(
            "The saved credentials cannot be read with the keys in FIELD_ENCRYPTION_KEYS. Save them again."
        )


def encrypt(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Raises Unreadable."""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def rotate(token: str) -> str:
    """The same text, encrypted with the newest key. Raises Unreadable."""
    try:
        return _fernet().rotate(token.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def is_current(token: str) -> bool:
    """Whether the newest key reads it."""
    try:
        Fernet(settings.FIELD_ENCRYPTION_KEYS[0]).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])
