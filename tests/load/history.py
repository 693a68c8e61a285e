"""What years of use leave behind, made in bulk: teams, people, their conversations, and everything that is learned."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import ApiToken, Invitation, Membership, Team, User
from agent.errors import ErrorClass
from agent.policy import Context
from agent.repairs import REPAIRS, Strategy
from chat.models import Conversation, Turn
from datasources.models import AuditEntry, Connection
from learning.bandit import rebuild
from learning.bandit.sums import sparse
from learning.models import Attempt, BanditDecision, BanditLesson, Episode, Remark, Verdict, VerifiedQuery
from learning.verified.keys import key_of
from tests.load import evolution
from tests.load.keeping import keep

DAYS = 700
"""How far back the first question lies."""
TEAMS = 5
PEOPLE_PER_TEAM = 12
TURNS_PER_CONVERSATION = 8
LONGEST_CONVERSATION = 100
BUSIEST = 0.6
"""The share of all questions that one connection has; the others have the rest."""
OF_ONE_PERSON = 0.2
"""The share of a team's conversations that one member has."""
_WORDS = ("revenue", "orders", "customers", "products", "suppliers", "stores", "margins", "returns", "staff", "taxes")
_ERRORS = [ErrorClass.NO_SUCH_COLUMN, ErrorClass.NO_SUCH_TABLE, ErrorClass.SYNTAX_ERROR, ErrorClass.EMPTY_RESULT]


@dataclass
class Workplace:
    """A team with its connection, and who works there: the first is its owner, the second a curator."""

    team: Team
    connection: Connection
    people: list[User]


@dataclass
class Made:
    """Of one question, everything that comes of it."""

    episode: Episode
    attempts: list[Attempt] = field(default_factory=list)
    decisions: list[BanditDecision] = field(default_factory=list)
    lessons: list[BanditLesson] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    entry: AuditEntry | None = None


def fill(episodes: int) -> list[Workplace]:
    """The busiest first, on the sample. The same each time, but for ids and the present day."""
    chance = random.Random(8)
    places = list(_places())
    for place, share in zip(places, _shares(len(places)), strict=True):
        _fill(place, int(episodes * share), chance)
    rebuild.rebuild()
    return places


def _shares(places: int) -> list[float]:
    return [BUSIEST, *[(1 - BUSIEST) / (places - 1)] * (places - 1)]


def _places() -> Iterator[Workplace]:
    first = Connection.objects.get(is_sample=True)
    for number in range(TEAMS):
        team = Team.objects.create(name=f"Team {number}") if number else first.team
        values = {"name": "sample", "path": first.path, "is_sample": True, "schema_snapshot": first.schema_snapshot}
        values |= {"schema_fingerprint": first.schema_fingerprint, "schema_taken_at": first.schema_taken_at}
        connection = Connection.objects.create(team=team, **values) if number else first
        yield Workplace(team, connection, list(_people(team, number)))


def _people(team: Team, number: int) -> Iterator[User]:
    names = [f"person{number}-{place}" for place in range(PEOPLE_PER_TEAM)]
    password = make_password("only for load")
    roles = [Membership.Role.OWNER, Membership.Role.CURATOR] + [Membership.Role.MEMBER] * (PEOPLE_PER_TEAM - 2)
    for name, role in zip(names, roles, strict=True):
        user = User.objects.create(username=name, password=password, is_staff=role.may_curate)
        Membership.objects.create(user=user, team=team, role=role)
        yield user
    for place in range(20):
        Invitation.issue(team, email=f"guest{place}@example.com")


@transaction.atomic
def _fill(place: Workplace, questions: int, chance: random.Random) -> None:
    made = [_question(place, number, questions, chance) for number in range(questions)]
    keep(one.episode for one in made)
    keep(attempt for one in made for attempt in one.attempts)
    keep(decision for one in made for decision in one.decisions)
    keep(lesson for one in made for lesson in one.lessons)
    keep(verdict for one in made for verdict in one.verdicts)
    keep(one.entry for one in made if one.entry)
    _converse(place, [one.episode for one in made])
    _steer(place, [one.episode for one in made])
    evolution.fill(place.connection, place.people[0], evaluations=max(2, min(60, questions // 500)))
    for user in place.people[:3]:
        for number in range(10):
            ApiToken.objects.create(user, name=f"program {number}")


def _question(place: Workplace, number: int, of: int, chance: random.Random) -> Made:
    asked_at = timezone.now() - timedelta(days=DAYS * (1 - number / of), minutes=1)
    people = place.people
    user = people[2] if chance.random() < OF_ONE_PERSON else chance.choice(people)
    # Some questions are asked again and again.
    topic = int(chance.paretovariate(0.6)) if chance.random() < 0.5 else number
    question = f"How do {_WORDS[topic % 10]} compare with {_WORDS[topic // 10 % 10]} in quarter {topic}?"
    attempts = 1 + (chance.random() < 0.25) + (chance.random() < 0.1)
    succeeded = chance.random() < 0.93
    sql = f"SELECT name, count(*) AS orders\nFROM products\nWHERE id > {topic}\nGROUP BY name\nORDER BY orders DESC"
    episode = Episode(
        connection=place.connection,
        user=user,
        source=Episode.Source.COMMAND if number % 50 == 0 else Episode.Source.CHAT,
        question=question,
        key=key_of(question),
        status=Episode.Status.SUCCEEDED if succeeded else Episode.Status.FAILED,
        generation=min(20, number * 21 // of),
        model="scripted",
        sql=sql if succeeded else "",
        error="" if succeeded else "Nothing that was tried ran.",
        result=_result(topic) if succeeded else None,
        reward=0.9 if succeeded else -0.3,
        prompt_tokens=1200,
        cached_tokens=1000,
        completion_tokens=90,
        started_at=asked_at,
        heartbeat_at=asked_at,
        finished_at=asked_at + timedelta(seconds=chance.lognormvariate(1, 0.6)),
    )
    made = Made(episode)
    _try(made, attempts, sql, chance)
    if succeeded and chance.random() < 0.3:
        is_right = chance.random() < 0.8
        made.verdicts = [Verdict(episode=episode, user=user, is_right=is_right, given_at=asked_at + timedelta(hours=1))]
    made.entry = _entry(place, episode, sql)
    return made


def _try(made: Made, attempts: int, sql: str, chance: random.Random) -> None:
    episode, before = made.episode, Strategy.GENERATE
    succeeded = episode.status == Episode.Status.SUCCEEDED
    error = chance.choice(_ERRORS)
    for number in range(1, attempts + 1):
        strategy = chance.choice(REPAIRS) if number > 1 else Strategy.GENERATE
        is_last = number == attempts
        reward = 0.9 if is_last and succeeded else -0.15
        context = Context(error, number - 1, 5, before, False, number - 1) if number > 1 else None
        scores = {repair.value: round(chance.uniform(-0.2, 0.9), 3) for repair in REPAIRS} if context else {}
        failed = {} if is_last and succeeded else {"error_class": error, "message": "no such column: total"}
        vector = list(context.vector()) if context else []
        made.attempts.append(
            Attempt(
                episode=episode, number=number, strategy=strategy, scores=scores, context=vector, sql=sql,
                reward=reward, reward_parts={"success": reward}, **failed,
            )
        )  # fmt: skip
        if context:
            _decide(made, number, context, strategy, scores, reward)
        before = strategy


def _decide(
    made: Made, number: int, context: Context, strategy: Strategy, scores: dict[str, float], reward: float
) -> None:
    episode = made.episode
    decision = BanditDecision(
        connection_id=episode.connection_id, user_id=episode.user_id, episode=episode, attempt=number,
        error_class=context.error_class, context=sparse(context.vector()), scores=scores, strategy=strategy,
        propensity=0.5, exploration=0.1, alpha=0.5, at=episode.started_at,
    )  # fmt: skip
    made.decisions.append(decision)
    made.lessons.append(BanditLesson(decision=decision, kind="attempt", amount=reward, parts={"success": reward}))


def _entry(place: Workplace, episode: Episode, sql: str) -> AuditEntry:
    return AuditEntry(
        at=episode.started_at, team=place.team, user_id=episode.user_id, connection=place.connection,
        user_name=episode.user.username if episode.user else "", connection_name=place.connection.name,
        action="query", source="chat", sql=sql, rows=10, milliseconds=3.5,
    )  # fmt: skip


def _converse(place: Workplace, episodes: Sequence[Episode]) -> None:
    of_user: dict[int, list[Episode]] = {}
    for episode in episodes:
        if episode.source == Episode.Source.CHAT and episode.user_id:
            of_user.setdefault(episode.user_id, []).append(episode)
    conversations, turns = [], []
    for user_id, asked in of_user.items():
        # The last is one that somebody has gone on with for weeks.
        cut = len(asked) - LONGEST_CONVERSATION
        pieces = [*_pieces(asked[: max(0, cut)], TURNS_PER_CONVERSATION), asked[max(0, cut) :]]
        for some in pieces:
            began, ended = some[0].started_at, some[-1].started_at
            conversation = Conversation(
                user_id=user_id, connection=place.connection, title=some[0].question[:120], created_at=began,
                updated_at=ended,
            )  # fmt: skip
            conversations.append(conversation)
            turns += [Turn(conversation=conversation, episode=one, asked_at=one.started_at) for one in some]
    keep(conversations)
    keep(turns)


def _steer(place: Workplace, episodes: Sequence[Episode]) -> None:
    answered = [episode for episode in episodes if episode.sql]
    by_key = {episode.key: episode for episode in answered}
    keep(_verified(place, list(by_key.values())[-len(answered) // 50 :]))
    keep(_remarks(place, answered[:: max(1, len(answered) // 400)]))


def _verified(place: Workplace, answered: Iterable[Episode]) -> Iterator[VerifiedQuery]:
    for number, episode in enumerate(answered):
        state = VerifiedQuery.State.RETIRED if number % 5 == 4 else VerifiedQuery.State.ACTIVE
        yield VerifiedQuery(
            connection=place.connection, question=episode.question, key=episode.key, sql=episode.sql, state=state,
            episode=episode, created_by_id=episode.user_id, created_at=episode.started_at,
            confirmed_at=episode.started_at, checked_schema=place.connection.schema_fingerprint,
        )  # fmt: skip


def _remarks(place: Workplace, answered: Iterable[Episode]) -> Iterator[Remark]:
    for number, episode in enumerate(answered):
        state = [Remark.State.PENDING, Remark.State.REJECTED, Remark.State.WITHDRAWN][number % 3]
        is_rule = number % 16 == 0
        yield Remark(
            connection=place.connection, episode=episode, user_id=episode.user_id, origin="verdict",
            text=f"Revenue of quarter {number} leaves out what was returned.", question=episode.question,
            sql=episode.sql, state=Remark.State.ACCEPTED if is_rule else state, position=number,
            rule=f"Leave out returned orders of kind {number}." if is_rule else "",
            reviewed_at=None if state == Remark.State.PENDING and not is_rule else episode.finished_at,
            in_force_since=episode.finished_at if is_rule else None, created_at=episode.started_at,
        )  # fmt: skip


def _result(topic: int) -> dict[str, Any]:
    rows = [[f"product {topic + row}", 100 - row] for row in range(10)]
    return {"columns": ["name", "orders"], "rows": rows, "truncated": False, "elapsed": 0.003, "types": []}


def _pieces(episodes: Sequence[Episode], size: int) -> Iterator[Sequence[Episode]]:
    for start in range(0, len(episodes), size):
        yield episodes[start : start + size]
