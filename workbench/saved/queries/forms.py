"""What people type of a saved query. What is wrong with it is found by `keeping`, and said beside the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from datasources.models import Connection
from datasources.storable import storable
from workbench.saved.models import SavedQuery
from workbench.saved.parameters import MOST_CHOICES, Kind, Parameter, base_of
from workbench.saved.queries.keeping import NotKept, Written

_LABEL, _DEFAULT = 60, 200


class SavedForm(forms.Form):
    use_required_attribute = False

    name = forms.CharField(required=False, label="Name", widget=forms.TextInput(attrs={"autocomplete": "off"}))
    description = forms.CharField(
        required=False,
        label="Description",
        help_text="What it tells, for whoever finds it.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    is_shared = forms.ChoiceField(
        required=False,
        label="For",
        choices=[("", "Me alone"), ("team", "Everybody of the team")],
        widget=forms.RadioSelect,
    )
    sql = forms.CharField(
        required=False,
        label="SQL",
        help_text="A parameter is written {{month}}: its value is asked for, and never becomes a part of the SQL.",
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocapitalize": "off", "class": "sql-input"}),
    )

    @classmethod
    def of(cls, saved: SavedQuery) -> SavedForm:
        return cls(
            initial={
                "name": saved.name,
                "description": saved.description,
                "sql": saved.sql,
                "is_shared": "team" if saved.is_shared else "",
            }
        )

    def written(self, connection: Connection) -> Written:
        """Of a valid form. Browsers send the ends of lines in their own way."""
        texts = {name: storable(text).replace("\r\n", "\n").strip() for name, text in self.cleaned_data.items()}
        return Written(
            texts["name"],
            texts["description"],
            texts["sql"],
            texts["is_shared"] == "team",
            described(self.data, connection),
        )

    def refuse(self, error: NotKept) -> None:
        self.add_error(error.field or None, error.message)


def described(data: Mapping[str, Any], connection: Connection) -> dict[str, Parameter]:
    """What a form says of parameters, by their names; what makes no sense is as good as not said."""
    names = [key.removeprefix("kind-") for key in data if key.startswith("kind-")]
    columns = set(_columns(connection)) if any(data.get(f"column-{name}") for name in names) else set()
    return {name: _described(name, data, columns) for name in names if base_of(name) == name}


def _described(name: str, data: Mapping[str, Any], columns: Iterable[tuple[str, str]]) -> Parameter:
    def said(what: str, most: int = _DEFAULT) -> str:
        return storable(str(data.get(f"{what}-{name}", ""))).strip()[:most]

    kind = Kind(said("kind")) if said("kind") in set(Kind) else Kind.TEXT
    lines = storable(str(data.get(f"choices-{name}", ""))).splitlines()
    choices = tuple(dict.fromkeys(line.strip()[:_DEFAULT] for line in lines if line.strip()))[:MOST_CHOICES]
    place = next((place for place in columns if ".".join(place) == said("column", 600)), ("", ""))
    is_many = kind is Kind.CHOICE and bool(said("many"))
    default = tuple(each.strip() for each in said("default").split(",")) if is_many else (said("default"),)
    return Parameter(
        name,
        kind,
        said("label", _LABEL),
        tuple(filter(None, default)),
        optional=bool(said("optional")),
        many=is_many,
        choices=choices if kind is Kind.CHOICE and not place[1] else (),
        table=place[0] if kind is Kind.CHOICE else "",
        column=place[1] if kind is Kind.CHOICE else "",
    )


def _columns(connection: Connection) -> list[tuple[str, str]]:
    if connection.schema_taken_at is None:
        return []
    return [(table.full_name, column.name) for table in connection.schema().tables for column in table.columns]
