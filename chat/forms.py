from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import User
from chat.models import Conversation
from datasources.models import Connection


class TitleForm(forms.ModelForm[Conversation]):
    title = forms.CharField(max_length=120)

    class Meta:
        model = Conversation
        fields = ["title"]


def connection_of(user: User, wanted: Any) -> Connection | None:
    """The connection of this id, which may be anything, if the user may use it."""
    try:
        found: Connection = forms.ModelChoiceField(Connection.objects.visible_to(user)).clean(wanted)
    except ValidationError:
        return None
    return found
