"""A policy that was trained elsewhere, as a file."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

MOST_KB = 2_048
"""A whole policy has about 200."""


class PolicyForm(forms.Form):
    use_required_attribute = False

    file = forms.FileField(
        label="Policy file",
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
        error_messages={
            "required": "Choose a file that was exported on a page like this one.",
            "empty": "The file is empty. Choose one that was exported on a page like this one.",
        },
    )
    name = forms.CharField(
        required=False,
        max_length=200,
        label="Name",
        help_text="What people will know it by; the file's name where this is empty.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_file(self) -> Any:
        """What the file says."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_KB << 10:
            raise forms.ValidationError(f"The file is larger than {MOST_KB >> 10} MB: that is no policy.")
        self._file_name = file.name or ""
        try:
            return json.loads(file.read(), parse_constant=_refused)
        except (ValueError, RecursionError):
            raise forms.ValidationError("The file is not JSON. Choose one that was exported on such a page.") from None

    @property
    def policy_name(self) -> str:
        """Of a valid form."""
        return self.cleaned_data["name"] or self._file_name[:200] or "A policy without a name"


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no number")
