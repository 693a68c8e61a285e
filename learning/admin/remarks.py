"""The queue of remarks: accepted, made into rules and rejected here, by the same functions as on the site."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.requests import person
from datasources.models import Connection
from datasources.wording import counted
from learning.admin import display
from learning.admin.scope import BY_TEAM_AND_CONNECTION, Kept
from learning.feedback import remarks
from learning.feedback.remarks import BadRemark
from learning.models import Generation, Remark

State = Remark.State


IN_THE_PROMPT = (
    "The prompt says this in its own words: put back into the queue, or with another rule, a generation without it, or "
    "with the new rule, is put to use at once."
)


class ReasonForm(ActionForm):
    reason = forms.CharField(required=False, max_length=remarks.LONGEST, label="Reason")


class DecisionForm(forms.ModelForm[Remark]):
    """What becomes of a remark. `rule` is what the agent is told; `seen` the state in which it was shown."""

    decision = forms.ChoiceField(
        choices=[(State.ACCEPTED, "Accept"), (State.REJECTED, "Reject"), (State.PENDING, "Put it back into the queue")],
        widget=forms.RadioSelect,
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Remark
        fields = ["rule", "reason"]
        widgets = {"rule": forms.Textarea({"rows": 3}), "reason": forms.Textarea({"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.state != State.PENDING:
            self.initial["decision"] = self.instance.state
        self.initial["rule"] = self.instance.rule or self.instance.text
        self.initial["seen"] = self.instance.state
        if self.instance.absorbed_in is not None:
            self.fields["decision"].help_text = IN_THE_PROMPT

    def clean_rule(self) -> str:
        return self._cleaned("rule")

    def clean_reason(self) -> str:
        return self._cleaned("reason")

    def clean_decision(self) -> str:
        """What is decided is changed only by way of the queue; of a rule, the wording."""
        decision, now = self.cleaned_data["decision"], State(self.instance.state)
        if self.data.get("seen", now) != now:
            raise ValidationError(remarks.what_happened(self.instance))
        if decision == now == State.PENDING:
            raise ValidationError("It waits in the queue already: accept or reject it.")
        if decision not in (now, State.PENDING) and now != State.PENDING:
            raise ValidationError(f"It is {now}: put it back into the queue first.")
        return str(decision)

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
    list_display = ["created_at", "connection", "user", "said", "state", "ruled", "reviewer", "led_to"]
    list_filter = ["state", *BY_TEAM_AND_CONNECTION, "origin"]
    search_fields = ["text", "rule", "reason", "question"]
    date_hierarchy = "created_at"
    joined = ("user", "reviewer", "episode")
    unread = ("episode__result",)
    readonly_fields = [
        "connection", "user", "origin", "created_at", "episode", "question", "written", "text", "state", "reviewer",
        "reviewed_at", "absorbed_in", "led_to",
    ]  # fmt: skip
    fields = [*readonly_fields, "decision", "rule", "reason", "seen"]

    class Media:
        css = {"all": ["learning_admin.css"]}

    def has_change_permission(self, request: HttpRequest, obj: Remark | None = None) -> bool:
        is_taken_back = obj is not None and obj.state == State.WITHDRAWN
        return not is_taken_back and super().has_change_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Remark]:
        found: QuerySet[Remark] = super().get_queryset(request)
        ordered = Generation.objects.order_by("number").defer("instructions", "reflection")
        return found.prefetch_related(Prefetch("generations", ordered))

    def get_fields(self, request: HttpRequest, obj: Remark | None = None) -> list[Any]:
        may_decide = self.has_change_permission(request, obj)
        return [field for field in self.fields if may_decide or field not in ("decision", "seen")]

    def get_readonly_fields(self, request: HttpRequest, obj: Remark | None = None) -> list[str]:
        """The reason belongs to the decision, and what is rejected has no rule."""
        decided = {State.ACCEPTED: ["reason"], State.REJECTED: ["rule", "reason"]}
        return [*self.readonly_fields, *(decided.get(State(obj.state), []) if obj else [])]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Remark | None:
        """What is decided on stays as it is until it is saved."""
        remark: Remark | None = super().get_object(request, object_id, from_field)
        if remark and request.method == "POST":
            Connection.objects.filter(pk=remark.connection_id).lock()
            remark.refresh_from_db(from_queryset=Remark.objects.select_for_update())
        return remark

    def save_model(self, request: HttpRequest, obj: Remark, form: Any, change: bool) -> None:
        said = form.cleaned_data
        remark = Remark.objects.get(pk=obj.pk)
        made = decide(remark, said["decision"], person(request), said.get("rule", ""), said.get("reason", ""))
        if made:
            message = f"Generation {made.number} of the prompt is in use for that now."
            self.message_user(request, message, messages.WARNING)

    @admin.action(description="Accept as rules", permissions=["change"])
    def accept(self, request: HttpRequest, chosen: QuerySet[Remark]) -> None:
        self._decide_all(request, chosen, State.ACCEPTED, "accepted.")

    @admin.action(description="Reject", permissions=["change"])
    def reject(self, request: HttpRequest, chosen: QuerySet[Remark]) -> None:
        self._decide_all(request, chosen, State.REJECTED, "rejected.")

    def _decide_all(self, request: HttpRequest, chosen: QuerySet[Remark], state: str, done: str) -> None:
        waiting = list(chosen.filter(state=State.PENDING).order_by("pk"))
        left = chosen.count() - len(waiting)
        try:
            with transaction.atomic():
                Connection.objects.filter(remarks__in=[remark.pk for remark in waiting]).lock()
                for remark in waiting:
                    decide(remark, state, person(request), remark.rule, request.POST.get("reason", ""))
        except BadRemark as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        self.message_user(request, f"{counted(len(waiting), 'remark was', 'remarks were')} {done}")
        if left:
            message = f"{counted(left, 'remark was', 'remarks were')} left alone: decided on already, or taken back."
            self.message_user(request, message, messages.WARNING)

    @admin.display(description="remark")
    def said(self, remark: Remark) -> str:
        return display.start(remark.text)

    @admin.display(description="generations that it led to")
    def led_to(self, remark: Remark) -> SafeString | str:
        return display.generations(remark.generations.all())

    @admin.display(description="rule")
    def ruled(self, remark: Remark) -> str:
        return display.start(remark.rule)

    @admin.display(description="SQL")
    def written(self, remark: Remark) -> SafeString | str:
        return display.code(remark.sql)


def decide(remark: Remark, state: str, reviewer: User, rule: str, reason: str) -> Generation | None:
    """Of one that is decided already only the rule is changed, or it goes back; gives the generation of the prompt that
    is in use for that now, if one is. Raises BadRemark."""
    if remark.state == state:
        is_reworded = state == State.ACCEPTED and rule != remark.rule
        return remarks.edit(remark, reviewer, rule) if is_reworded else None
    if state == State.ACCEPTED:
        remarks.accept(remark, reviewer, rule, reason)
    elif state == State.REJECTED:
        remarks.reject(remark, reviewer, reason)
    else:
        return remarks.reopen(remark, reviewer)
    return None
