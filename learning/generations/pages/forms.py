"""What curators type or bring. What is wrong with it is found by `editing` and `prompt_file`."""

from __future__ import annotations

from typing import Any

from django import forms

from learning.generations.changing import LONGEST_REASON, Rule, Text, text_in
from learning.generations.editing import BadText
from learning.models import Generation

_PLAIN = {"spellcheck": "false", "autocapitalize": "off"}


class TextForm(forms.Form):
    """`seen`: the generation that was in use when the form was shown."""

    use_required_attribute = False

    instructions = forms.CharField(
        required=False,
        label="Instructions",
        help_text="How to answer. The schema, the notes and the dialect are told beside it.",
        widget=forms.Textarea(attrs={"rows": 10, **_PLAIN}),
    )
    rules = forms.CharField(
        required=False,
        label="Rules",
        help_text="One a line. One that stays as it is keeps the remark that it came from.",
        widget=forms.Textarea(attrs={"rows": 8, **_PLAIN}),
    )
    why = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        label="Why",
        help_text="What was wrong, for others who read it.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    @classmethod
    def of(cls, parent: Generation, in_use: int, data: Any = None) -> TextForm:
        """Filled with what is stored, or with what was typed."""
        text = text_in(parent)
        stored = {"instructions": text.instructions, "rules": "\n".join(rule.text for rule in text.rules)}
        return cls(data, initial=stored | {"seen": in_use})

    @property
    def written(self) -> Text:
        """Of a valid form. Browsers send the ends of lines in their own way; empty lines are no rules."""
        instructions, rules = (self.cleaned_data[name].replace("\r\n", "\n") for name in ("instructions", "rules"))
        return Text(instructions, [Rule(line) for line in rules.split("\n") if line.strip()])

    def refuse(self, bad: BadText) -> None:
        for problem in bad.problems:
            if problem.rule is not None:
                self.add_error("rules", f"Line {self._line_of(problem.rule)}: {problem.message}")
            else:
                self.add_error(problem.field or None, problem.message)

    def _line_of(self, rule: int) -> int:
        """Empty lines count, too."""
        lines = self.cleaned_data["rules"].replace("\r\n", "\n").split("\n")
        return [number for number, line in enumerate(lines, 1) if line.strip()][rule - 1]


class ImportForm(forms.Form):
    use_required_attribute = False

    file = forms.FileField(
        required=False,
        allow_empty_file=True,
        label="Prompt file",
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    content = forms.CharField(
        required=False,
        strip=False,
        label="Or paste it",
        widget=forms.Textarea(attrs={"rows": 8, "class": "sql-input", **_PLAIN}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("file") and not cleaned.get("content", "").strip() and not self.errors:
            raise forms.ValidationError("Choose a file, or paste what is in it.")
        return cleaned

    def brought(self, most: int) -> bytes:
        """Of a valid form; the file where there is one, and no more than can be read."""
        file = self.cleaned_data["file"]
        if file:
            return bytes(file.read(most + 1))
        return str(self.cleaned_data["content"]).encode("utf-8", "replace")
