"""What the operator may type of an endpoint. A key goes in and never comes out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms

from endpoints.models import Endpoint

NEEDED = "An endpoint needs this."
KEY_AGAIN = "Type the key again: it would be sent to another server than the one that it was given for."


class EndpointForm(forms.ModelForm[Endpoint]):
    new_key = forms.CharField(
        label="Key",
        required=False,
        max_length=2000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    without_key = forms.BooleanField(label="Remove the key", required=False)

    class Meta:
        model = Endpoint
        fields = [
            "name", "is_enabled", "is_shared", "position", "base_url", "model", "reflection_model", "context",
            "at_once", "per_minute", "first_token", "idle", "total", "prompt_price", "cached_price",
            "completion_price", "currency",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._address_before = self.instance.base_url
        if self.instance.is_environment:
            del self.fields["new_key"], self.fields["without_key"]
        if "new_key" in self.fields:
            has_key = bool(self.instance.encrypted_key)
            self.fields["new_key"].help_text = (
                "A key is set, and shown nowhere. Type another one to replace it." if has_key else "No key is set."
            )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if self.instance.is_environment:
            return cleaned
        for name in ("base_url", "model"):
            if name in self.fields and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, NEEDED)
        if self._would_go_elsewhere(cleaned):
            self.add_error("new_key", KEY_AGAIN)
        return cleaned

    def _would_go_elsewhere(self, cleaned: dict[str, Any]) -> bool:
        if not self.instance.encrypted_key or cleaned.get("new_key") or cleaned.get("without_key"):
            return False
        return _server(cleaned.get("base_url", "")) != _server(self._address_before)

    def save(self, commit: bool = True) -> Endpoint:
        if self.cleaned_data.get("without_key"):
            self.instance.key = ""
        if typed := self.cleaned_data.get("new_key", "").strip():
            self.instance.key = typed
        return super().save(commit)


def _server(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc.lower()
