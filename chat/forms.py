from django import forms

from agent.episode import MAX_QUESTION
from chat.models import Conversation


class AskForm(forms.Form):
    question = forms.CharField(max_length=MAX_QUESTION, widget=forms.Textarea)


class TitleForm(forms.ModelForm[Conversation]):
    class Meta:
        model = Conversation
        fields = ["title"]
