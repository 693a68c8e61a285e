"""A question in a conversation: recorded, put to the agent, and followed until it is answered."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator

from accounts.models import User
from agent.llm import LLM
from agent.prompt import Turn as PromptTurn
from chat.models import Conversation, Turn
from datasources.models import Connection
from learning.feedback import verdicts
from learning.models import Episode
from learning.recorder import BadQuestion, begin

HISTORY_STEP = 4
"""A question knows the last 4 to 7 answered turns."""
TITLE_CHARACTERS = 60


class StillAnswering(BadQuestion):
    """The conversation's last answer still runs."""


@dataclass(frozen=True)
class Asked:
    """A recorded question and the turns that it follows.

    `judged` is the answer that it called wrong, or not wrong any more; `replaced` the one that it was put in place of.
    """

    episode: Episode
    history: tuple[PromptTurn, ...]
    titled: bool
    judged: Episode | None = None
    replaced: Episode | None = None


def ask(
    conversation: Conversation, user: User, text: str, llm: LLM, *, source: Episode.Source = Episode.Source.CHAT
) -> Asked:
    """Record a question as running. Raises BadQuestion, StillAnswering while the conversation's last answer runs."""
    return _record(conversation, user, text, llm, source=source)


def retry(conversation: Conversation, user: User, rejected: Episode, llm: LLM) -> Asked:
    """Record the question of an answer of this conversation as running again, for another answer than that one.

    Raises BadQuestion as `ask` does, also where that has been asked for already.
    """
    return _record(conversation, user, rejected.question, llm, retry_of=rejected)


def again(conversation: Conversation, user: User, generation: int, llm: LLM) -> Asked:
    """Record the conversation's last question as running again, to be answered by a generation of the prompt, in use or
    not. It follows the turns that it followed before. Raises BadQuestion as `ask` does."""
    if not conversation.connection.generations.filter(number=generation).exists():
        raise BadQuestion(f"This database's prompt has no generation {generation}.")
    last = conversation.turns.filter(replaced=False).select_related("episode__turn").order_by("asked_at").last()
    if last is None:
        raise BadQuestion("Nothing has been asked here yet. Ask a question first.")
    return _record(conversation, user, last.episode.question, llm, generation=generation, before=last.episode)


@transaction.atomic
def _record(
    conversation: Conversation,
    user: User,
    text: str,
    llm: LLM,
    *,
    retry_of: Episode | None = None,
    generation: int | None = None,
    before: Episode | None = None,
    source: Episode.Source = Episode.Source.CHAT,
) -> Asked:
    """`before`: it follows what that answer follows, as one that is `retry_of` another does."""
    Connection.objects.filter(pk=conversation.connection_id).lock()
    # Locked: of two tabs that ask at once, the second finds the first one's answer running.
    locked = Conversation.objects.select_for_update(of=("self",))
    conversation = locked.select_related("connection").defer("connection__schema_snapshot").get(pk=conversation.pk)
    Episode.objects.mark_lost()
    turns = conversation.turns.select_related("episode")
    if turns.filter(episode__status=Episode.Status.RUNNING).exists():
        raise StillAnswering("The last answer is still being written. Wait for it or stop it, then ask again.")
    if retry_of and retry_of.retries.exists():
        raise BadQuestion(
            "Another answer to this question has been asked for already. It is further down: retry that one."
        )
    history = _history(conversation, text, retry_of or before)
    follows = history[-1].question if history else ""
    episode = begin(
        conversation.connection,
        text,
        llm=llm,
        source=source,
        user=user,
        follows=follows,
        retry_of=retry_of,
        generation=generation,
    )
    Turn.objects.create(conversation=conversation, episode=episode)
    titled = not conversation.title
    if titled:
        conversation.title = Truncator(" ".join(episode.question.split())).chars(TITLE_CHARACTERS)
    conversation.updated_at = timezone.now()
    conversation.save(update_fields=["title", "updated_at"])
    return Asked(episode, history, titled)


def _history(conversation: Conversation, question: str, again: Episode | None) -> tuple[PromptTurn, ...]:
    """The last turns that found rows, oldest first, and the very last one also when it found none, or not what was
    wanted: `question` may go on from it. What people found wrong, or had answered again, is else not among them. With
    `again`, the turns before the question of that answer was asked first.

    Old ones are dropped several at a time: what the model has read of a conversation stays the beginning of what it
    is asked next, and so in its cache.
    """
    answered = conversation.turns.filter(replaced=False, episode__status=Episode.Status.SUCCEEDED).order_by("asked_at")
    if again:
        answered = answered.filter(asked_at__lt=_asked_first(again).turn.asked_at)
    wanted = answered.filter(episode__retries=None).exclude(verdicts.is_wrong("episode"))
    fruitful = wanted.exclude(episode__result__rows=[])
    dropped = max(0, fruitful.count() // HISTORY_STEP - 1) * HISTORY_STEP
    turns = [
        PromptTurn(question, sql)
        for question, sql in fruitful.values_list("episode__question", "episode__sql")[dropped:]
    ]
    asked_again = Q(episode__question__iexact=question.strip()) & ~Q(pk__in=wanted)
    last = answered.exclude(asked_again).last()
    if last and not fruitful.filter(pk=last.pk).exists():
        is_wrong = not wanted.filter(pk=last.pk).exists()
        turns.append(PromptTurn(last.episode.question, "", is_wrong))
    return tuple(turns)


def _asked_first(answer: Episode) -> Episode:
    """The answer to the same question that no other one was rejected for."""
    while answer.retry_of:
        answer = answer.retry_of
    return answer
