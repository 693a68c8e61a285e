"""SQL that is right, saved as a verified query: of an answer, that is its correction."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.requests import UserRequest
from datasources.models import Connection
from datasources.requests import get_connection_to_curate
from learning.feedback import correcting
from learning.feedback.remarks import LONGEST, BadRemark
from learning.models import VerifiedQuery
from learning.verified import opinions
from learning.verified.editing import BadQuery, Written
from workbench.editor.asked import Asked
from workbench.editor.styled import styled


class VerifyForm(forms.Form):
    """`sql` is the statement that is meant, as it was when the person asked for this form."""

    use_required_attribute = False

    question = forms.CharField(
        required=False,
        label="Question",
        help_text="As people ask it. When it is asked again, this SQL is run at once.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    follows = forms.CharField(required=False, widget=forms.HiddenInput)
    statement = forms.CharField(required=False, widget=forms.HiddenInput)
    remark = forms.CharField(
        required=False,
        label="What was wrong with the answer",
        help_text="Goes to the learner as a remark with a Wrong. Say it so that it helps with other questions, or "
        "leave it empty: the answer is found wrong anyway.",
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST}),
    )

    @property
    def written(self) -> Written:
        texts = {name: text.replace("\r\n", "\n") for name, text in self.cleaned_data.items()}
        return Written(texts["question"].strip(), texts["statement"], texts["follows"])


@require_POST
@styled
def sql_verify(request: UserRequest, connection_id: int) -> HttpResponse:
    """The form, filled with what is known; with `save`, what comes of it."""
    connection, role = get_connection_to_curate(request, connection_id)
    asked = Asked.of(request.POST, connection, request.user)
    is_saving = "save" in request.POST
    form = VerifyForm(request.POST if is_saving else None, initial=_begun(asked, connection))
    context: dict[str, Any] = {}
    if is_saving and form.is_valid():
        try:
            query = _saved(request, connection, asked, form)
        except BadQuery as error:
            form.add_error(_FIELDS.get(error.field), error.message)
            context["other"] = error.other
        except BadRemark as bad:
            form.add_error("remark", str(bad))
        else:
            return _done(request, query, asked)
    statement = form["statement"].value() or ""
    context |= {
        "connection": connection,
        "role": role,
        "form": form,
        "statement": statement,
        "answer": asked.answer,
        "clauses": correcting.differences(asked.answer, statement) if asked.answer else None,
        "corrects": asked.answer and correcting.is_corrected_by(asked.answer, statement),
        "judges": asked.answer and correcting.may_judge(asked.answer, request.user),
    }
    if request.htmx:
        return render(request, "workbench/editor/_verify.html", context)
    return render(request, "workbench/editor/verify.html", context, status=422 if form.errors else 200)


_FIELDS = {"question": "question", "sql": None, "follows": "question"}


def _begun(asked: Asked, connection: Connection) -> dict[str, str]:
    """The statement at the cursor, the answer's question, and what was wrong with it."""
    statement = asked.piece(connection.dialect).sql.strip().rstrip(";").rstrip()
    begun = {"statement": statement}
    if asked.answer:
        begun |= {
            "question": asked.answer.question,
            "follows": opinions.follows(asked.answer),
            "remark": correcting.remark_on(asked.answer, statement),
        }
    return begun


def _saved(request: UserRequest, connection: Connection, asked: Asked, form: VerifyForm) -> VerifiedQuery:
    """`instead` names the verified query that the person has seen, and wants to have replaced. Raises BadQuery and
    BadRemark."""
    known = VerifiedQuery.objects.visible_to(request.user).filter(connection=connection)
    wanted = request.POST.get("instead", "")
    instead = known.select_related("connection").filter(pk=wanted).first() if wanted.isdecimal() else None
    if asked.answer is None:
        return correcting.put(connection, request.user, form.written, instead)
    remark = form.cleaned_data["remark"] if correcting.may_judge(asked.answer, request.user) else ""
    return correcting.correct(asked.answer, request.user, form.written, remark, instead)


def _done(request: UserRequest, query: VerifiedQuery, asked: Asked) -> HttpResponse:
    messages.success(request, "It runs, and is saved as a verified query.")
    if not request.htmx:
        return redirect("verified_query", query.connection_id, query.pk)
    return HttpResponseClientRedirect(reverse("verified_query", args=[query.connection_id, query.pk]))
