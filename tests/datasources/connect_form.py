"""What people fill in to connect a database, as the form sends it."""

from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Team

PASSWORD = "s3cret-Pässword"
DSN = "postgres://reader:s3cret@db.example.org:6543/shop?sslmode=require"


def new(team: Team) -> str:
    return reverse("connect", args=[team.pk])


def upload(name: str, content: bytes) -> dict[str, Any]:
    return {"kind": "upload", "name": name, "uploaded": SimpleUploadedFile(f"{name}.db", content), "do": "save"}


def fields(**changes: Any) -> dict[str, Any]:
    """A server's, as the form sends them."""
    values = {
        "kind": "server", "name": "prod", "dialect": "postgres", "host": "127.0.0.1", "port": "1",
        "database": "shop", "user": "reader", "password": PASSWORD, "tls": "require", "do": "save",
    }  # fmt: skip
    return values | changes


def text_of(response: Any) -> str:
    text: str = response.content.decode()
    return text


def files_in(directory: Path) -> list[Path]:
    return [path for path in (directory / "uploads").rglob("*") if path.is_file()]
