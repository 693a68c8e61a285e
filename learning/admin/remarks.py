"""The queue of remarks: accepted, made into rules and rejected here, by the same functions as on the site."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.models import User
from learning.admin import display
from learning.admin.scope import BY_TEAM_AND_CONNECTION, Kept, person
from learning.feedback import remarks
from learning.feedback.remarks import BadRemark
from learning.models import Remark

State = Remark.State


class ReasonForm(ActionForm):
    reason = forms.CharField(required=False, max_length=remarks.LONGEST, label="Reason")


class DecisionForm(forms.ModelForm[Remark]):
    """What becomes of a remark. `rule` is what the agent is told."""

    decision = forms.ChoiceField(
        choices=[(State.ACCEPTED, "Accept"), (State.REJECTED, "Reject"), (State.PENDING, "Put it back into the queue")],
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Remark
        fields = ["rule", "reason"]
        widgets = {"rule": forms.Textarea({"rows": 3}), "reason": forms.Textarea({"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.state != State.PENDING:
            self.initial["decision"] = self.instance.state
        self.initial["rule"] = self.instance.rule or self.instance.text

    def clean_rule(self) -> str:
        return self._cleaned("rule")

    def clean_reason(self) -> str:
        return self._cleaned("reason")

    def _cleaned(self, name: str) -> str:
        try:
            return remarks.clean(self.cleaned_data[name])
        except BadRemark as error:
            raise ValidationError(str(error)) from error


@admin.register(Remark)
class RemarkAdmin(Kept):
    form = DecisionForm
    action_form = ReasonForm
    actions = ["accept", "reject"]
    list_display = ["created_at", "connection", "user", "said", "state", "ruled", "reviewer"]
    list_filter = ["state", *BY_TEAM_AND_CONNECTION, "origin"]
    search_fields = ["text", "rule", "reason", "question"]
    date_hierarchy = "created_at"
    joined = ("user", "reviewer", "episode")
    unread = ("episode__result",)
    readonly_fields = [
        "connection", "user", "origin", "created_at", "episode", "question", "written", "text", "state", "reviewer",
        "reviewed_at", "absorbed_in",
    ]  # fmt: skip
    fields = [*readonly_fields, "decision", "rule", "reason"]

    class Media:
        css = {"all": ["learning_admin.css"]}

    def has_change_permission(self, request: HttpRequest, obj: Remark | None = None) -> bool:
        is_taken_back = obj is not None and obj.state == State.WITHDRAWN
        return not is_taken_back and super().has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Remark | None = None) -> list[Any]:
        may_decide = self.has_change_permission(request, obj)
        return [field for field in self.fields if may_decide or field != "decision"]

    def save_model(self, request: HttpRequest, obj: Remark, form: Any, change: bool) -> None:
        said = form.cleaned_data
        remark = Remark.objects.select_for_update().get(pk=obj.pk)
        decide(remark, said["decision"], person(request), said["rule"], said["reason"])

    @admin.action(description="Accept as rules", permissions=["change"])
    def accept(self, request: HttpRequest, chosen: QuerySet[Remark]) -> None:
        self._decide_all(request, chosen, State.ACCEPTED, "accepted.")

    @admin.action(description="Reject", permissions=["change"])
    def reject(self, request: HttpRequest, chosen: QuerySet[Remark]) -> None:
        self._decide_all(request, chosen, State.REJECTED, "rejected.")

    def _decide_all(self, request: HttpRequest, chosen: QuerySet[Remark], state: str, done: str) -> None:
        reason, keys = request.POST.get("reason", ""), list(chosen.values_list("pk", flat=True))
        try:
            with transaction.atomic():
                locked = Remark.objects.select_for_update().filter(pk__in=keys).exclude(state=State.WITHDRAWN)
                for remark in locked:
                    decide(remark, state, person(request), remark.rule, reason)
        except BadRemark as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, f"{_counted(len(locked))} {done}")
            if taken_back := len(keys) - len(locked):
                self.message_user(request, f"{_counted(taken_back)} left alone: taken back.", messages.WARNING)

    @admin.display(description="remark")
    def said(self, remark: Remark) -> str:
        return display.start(remark.text)

    @admin.display(description="rule")
    def ruled(self, remark: Remark) -> str:
        return display.start(remark.rule)

    @admin.display(description="SQL")
    def written(self, remark: Remark) -> SafeString | str:
        return display.code(remark.sql)


def decide(remark: Remark, state: str, reviewer: User, rule: str, reason: str) -> None:
    """Raises BadRemark."""
    if state == State.ACCEPTED:
        remarks.accept(remark, reviewer, rule, reason)
    elif state == State.REJECTED:
        remarks.reject(remark, reviewer, reason)
    elif remark.state != State.PENDING:
        remarks.reopen(remark, reviewer)


def _counted(number: int) -> str:
    return "1 remark was" if number == 1 else f"{number:,} remarks were"
