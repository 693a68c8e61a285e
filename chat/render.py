"""Events and answers as HTML fragments: each names the element that it replaces or extends (htmx's hx-swap-oob)."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from chat.answer import AnswerView
from chat.models import Conversation
from datasources.highlight import sql_html

_TURN = ("chat/_turn.html", "chat/_news.html")


def turn(answer: AnswerView) -> str:
    """A new question with its answer, at the end of the conversation."""
    added = "".join(render_to_string(name, {"answer": answer, "after": answer.id}) for name in _TURN)
    return format_html('<div id="turns" hx-swap-oob="beforeend">{}</div>', mark_safe(added))  # noqa: S308 - a template's


def turn_again(answer: AnswerView) -> str:
    """A turn whose words were taken otherwise meanwhile."""
    return render_to_string("chat/_turn.html", {"answer": answer, "again": True})


def verdict(answer: AnswerView) -> str:
    """What the person says of an answer."""
    return render_to_string("chat/_verdict.html", {"answer": answer, "again": True})


def asked(request: str) -> str:
    """The question of this request is recorded: the browser may clear its box."""
    done = format_html('<span id="asked" data-request="{}" hidden hx-swap-oob="true"></span>', request)
    return done + error("")


def title(conversation: Conversation, groups: list[tuple[str, list[Conversation]]]) -> str:
    """The conversation's name wherever the page shows it."""
    listed = render_to_string("chat/_conversations.html", {"groups": groups, "conversation": conversation, "oob": True})
    return listed + format_html('<span id="conversation-title" hx-swap-oob="innerHTML">{}</span>', conversation)


def answer(view: AnswerView) -> str:
    """The whole answer in its present state."""
    return render_to_string("chat/_answer.html", {"answer": view, "oob": True})


def sql_delta(view: AnswerView, added: str) -> str:
    """`added` has just been written at the end of the running attempt's SQL: finished lines are appended, the last
    line is drawn anew."""
    attempt = view.attempts[-1]
    before = attempt.sql[: len(attempt.sql) - len(added)]
    unfinished = before.rsplit("\n", 1)[-1]
    *finished, tail = (unfinished + added).split("\n")
    fragments = []
    if finished:
        lines = mark_safe("".join(f"{sql_html(line)}\n" for line in finished))  # noqa: S308 - sql_html escapes
        fragments.append(format_html('<span id="sql-{}" hx-swap-oob="beforeend">{}</span>', view.id, lines))
    fragments.append(format_html('<span id="tail-{}" hx-swap-oob="innerHTML">{}</span>', view.id, sql_html(tail)))
    return "".join(fragments)


def diagnosis_delta(view: AnswerView, added: str) -> SafeString:
    return format_html('<span id="diagnosis-{}" hx-swap-oob="beforeend">{}</span>', view.id, added)


def doing(view: AnswerView) -> SafeString:
    return doing_now(view.id, view.doing)


def doing_now(answer: str, doing: str) -> SafeString:
    return format_html('<span id="doing-{}" hx-swap-oob="innerHTML">{}</span>', answer, doing)


def error(message: str) -> str:
    """What is wrong with the question in the box; empty clears it."""
    return render_to_string("chat/_error.html", {"error": message, "oob": True})
