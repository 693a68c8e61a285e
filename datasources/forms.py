"""What people type to connect a database, to describe it, and to look through the audit list."""

from __future__ import annotations

from typing import Any, get_args

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from accounts.models import Team
from datasources.dsn import PORTS, BadDSN, ServerAddress, Tls
from datasources.encryption import Unreadable
from datasources.models import AuditEntry, Connection

KINDS = {
    "upload": "Upload a file",
    "server": "PostgreSQL or MySQL server",
    "path": "File on this server",
    "memory": "Empty scratch database",
    "sample": "Sample database",
}
TLS = {
    "prefer": "Encrypted where the server can",
    "require": "Always encrypted",
    "verify": "Always encrypted, and the server's certificate is checked",
    "disable": "Not encrypted",
}
_STRENGTH = get_args(Tls)
_PARTS = ("host", "port", "database", "user", "password")
NOTES_CHARACTERS = 20_000


class _Unshown(forms.TextInput):
    """What is typed into it is never put into a page again: there may be a password in it."""

    def format_value(self, value: Any) -> str | None:
        return None


class _Files(forms.FileField):
    """One or several, as a list."""

    widget = type("_FilesInput", (forms.ClearableFileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = data if isinstance(data, (list, tuple)) else [data]
        return [super(_Files, self).clean(item, initial) for item in given if item]


class ConnectForm(forms.Form):
    """A database that is new, or `connection` with what is to be changed. Its kind then stays.

    When it is valid, `name` and, of a server, `address` are in `cleaned_data`.
    """

    use_required_attribute = False

    kind = forms.ChoiceField(label="What to connect", widget=forms.RadioSelect)
    name = forms.CharField(
        max_length=60,
        help_text="How the team calls it, at most 60 characters.",
        error_messages={
            "required": "Give the database a name.",
            "max_length": "At most 60 characters. Make the name shorter.",
        },
    )
    uploaded = _Files(required=False, allow_empty_file=True, label="Files")
    path = forms.CharField(max_length=500, required=False, label="Path")
    dsn = forms.CharField(
        max_length=3000,
        required=False,
        label="DSN",
        widget=_Unshown(attrs={"placeholder": "postgres://user:password@host:5432/database?sslmode=require"}),
    )
    dialect = forms.ChoiceField(
        required=False, choices=[("postgres", "PostgreSQL"), ("mysql", "MySQL or MariaDB")], label="Server"
    )
    host = forms.CharField(max_length=255, required=False)
    port = forms.IntegerField(required=False, min_value=1, max_value=65535)
    database = forms.CharField(max_length=500, required=False)
    user = forms.CharField(max_length=500, required=False)
    password = forms.CharField(
        max_length=500, required=False, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    tls = forms.ChoiceField(required=False, choices=list(TLS.items()), label="Encryption (TLS)")

    def __init__(self, *args: Any, team: Team, connection: Connection | None = None, **kwargs: Any) -> None:
        self.team = team
        self.connection = connection
        kwargs.setdefault("initial", _initial(connection))
        super().__init__(*args, **kwargs)
        kinds = [kind_of(connection)] if connection else list(KINDS)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101 - declared above
        kind.choices = [(kind, KINDS[kind]) for kind in kinds]
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        others = self.team.connections.filter(name__iexact=name)
        if self.connection:
            others = others.exclude(pk=self.connection.pk)
        if others.exists():
            raise ValidationError(f"The team has a database called {name} already. Choose another name.")
        return name

    def clean(self) -> dict[str, Any]:
        match self.cleaned_data.get("kind"):
            case "server":
                self._clean_server()
            case "upload" if not self.cleaned_data.get("uploaded") and not self.connection:
                self.add_error("uploaded", "Choose a file to upload.")
            case "path" if not settings.ALLOWED_DB_DIRS:
                self.add_error("path", "Files by path are off. The operator opens them with ALLOWED_DB_DIRS.")
            case "path" if not self.cleaned_data.get("path"):
                self.add_error("path", "Type the whole path of the file.")
        return self.cleaned_data

    def _clean_server(self) -> None:
        if not any(self.errors.get(field) for field in ("dsn", *_PARTS)):
            try:
                self.cleaned_data["address"] = self._with_kept_password(self._address())
            except BadDSN as error:
                self.add_error("dsn" if self.cleaned_data["dsn"] else _field_of(error), str(error))

    def _address(self) -> ServerAddress:
        """Raises BadDSN."""
        data = self.cleaned_data
        if not data["dsn"]:
            return ServerAddress(
                dialect=data["dialect"] or "postgres",
                host=data["host"].strip(),
                port=data["port"] or PORTS[data["dialect"] or "postgres"],
                database=data["database"],
                user=data["user"],
                password=data["password"],
                tls=data["tls"] or "prefer",
            ).checked()
        if self.connection is None and any(data[part] for part in _PARTS):
            raise BadDSN("Fill in either the DSN or the fields below it, not both. Empty one of them.")
        return ServerAddress.parse(data["dsn"])

    def _with_kept_password(self, address: ServerAddress) -> ServerAddress:
        """A saved password goes to the server and the user that it was saved for, as well protected as then, and
        nowhere else. Raises ValidationError."""
        before = address_of(self.connection)
        if address.password or before is None or not before.password:
            return address
        same = (address.dialect, address.host, address.port, address.user)
        if same != (before.dialect, before.host, before.port, before.user):
            raise ValidationError({"password": "Type it again: the saved one is not sent to another server or user."})
        if _STRENGTH.index(address.tls) < _STRENGTH.index(before.tls):
            raise ValidationError({"password": "Type it again: the saved one is not sent with less encryption."})
        return ServerAddress.from_dict({**address.to_dict(), "password": before.password})


def _field_of(error: BadDSN) -> str | None:
    """The field that the sentence begins with: "The host is missing."."""
    word = str(error).split()[1]
    return word if word in _PARTS else None


def kind_of(connection: Connection) -> str:
    return "sample" if connection.is_sample else connection.origin


def address_of(connection: Connection | None) -> ServerAddress | None:
    """None also where no key can read it: then everything has to be typed again."""
    try:
        return connection.address if connection else None
    except Unreadable:
        return None


def _initial(connection: Connection | None) -> dict[str, Any]:
    if connection is None:
        return {"kind": "upload", "tls": "prefer"}
    address = address_of(connection)
    parts = address.without_password().to_dict() if address else {}
    path = connection.path if connection.origin == Connection.Origin.PATH else ""
    return {**parts, "kind": kind_of(connection), "name": connection.name, "path": path}


class NotesForm(forms.ModelForm[Connection]):
    class Meta:
        model = Connection
        fields = ["notes"]

    notes = forms.CharField(
        max_length=NOTES_CHARACTERS, required=False, widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "true"})
    )


class AuditFilter(forms.Form):
    """All of it optional; what cannot be read is an error and filters nothing."""

    person = forms.CharField(max_length=150, required=False)
    connection = forms.CharField(max_length=60, required=False, label="Database")
    by = forms.ChoiceField(
        required=False,
        choices=[
            ("", "All"),
            ("people", "People and the site"),
            ("programs", "Programs of people"),
            ("agents", "Agents in training"),
        ],
    )
    action = forms.ChoiceField(required=False, choices=[("", "All"), *AuditEntry.Action.choices])
    verdict = forms.ChoiceField(required=False, choices=[("", "All"), *AuditEntry.Verdict.choices])
    outcome = forms.ChoiceField(required=False, choices=[("", "All"), *AuditEntry.Outcome.choices])
    text = forms.CharField(max_length=200, required=False, label="In the SQL")
    since = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}))
