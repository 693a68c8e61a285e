"""What curators type. What is wrong with it is found by `editing`, and said beside the field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from learning.models import VerifiedQuery
from learning.verified.editing import BadQuery, Written


class QueryForm(forms.Form):
    use_required_attribute = False

    question = forms.CharField(
        required=False,
        label="Question",
        help_text="As people ask it. When it is asked again, the SQL below is run at once.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    follows = forms.CharField(
        required=False,
        label="Asked after",
        help_text="Only where the question makes sense after another one (“and by month?”): that other question.",
        widget=forms.Textarea(attrs={"rows": 1}),
    )
    sql = forms.CharField(
        required=False,
        label="SQL",
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocapitalize": "off", "class": "sql-input"}),
    )

    @classmethod
    def of(cls, query: VerifiedQuery | None, data: Any = None) -> QueryForm:
        """Filled with what is stored, or with what was typed."""
        stored = {"question": query.question, "follows": query.follows, "sql": query.sql} if query else {}
        return cls(data, initial=stored)

    @property
    def written(self) -> Written:
        """Of a valid form. Browsers send the ends of lines in their own way."""
        texts = {name: text.replace("\r\n", "\n") for name, text in self.cleaned_data.items()}
        return Written(texts["question"], texts["sql"], texts["follows"])

    def refuse(self, error: BadQuery) -> None:
        self.add_error(error.field or None, error.message)


class ImportForm(forms.Form):
    use_required_attribute = False

    file = forms.FileField(
        label="JSONL file",
        allow_empty_file=True,
        error_messages={"required": "Choose a file."},
        widget=forms.FileInput(attrs={"accept": ".jsonl,.ndjson,.json,.txt"}),
    )

    @property
    def uploaded(self) -> UploadedFile[Any]:
        """Of a valid form."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        return file
