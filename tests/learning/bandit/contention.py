"""People who ask, judge, reset and undo at once, on two connections: what a database must bring into an order."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from django.db import connections

from accounts import deleting
from accounts.models import Membership, Team, User
from agent.errors import ErrorClass
from agent.repairs import REPAIRS
from chat.models import Conversation, Turn
from datasources import connecting
from datasources.models import Connection
from learning.bandit import rebuild, resets
from learning.feedback import verdicts
from learning.models import BanditDecision, Episode, TeamLearning
from tests.learning.bandit.checks import pulls
from tests.learning.bandit.decided import ended

LAST = 3
"""The attempt that answers."""

VERDICTS = 80
WORKERS = 8
Work = Callable[[], object]


@dataclass(frozen=True)
class Found:
    """How it is after everybody is done. `earned` are the rewards of the answers by their lessons, once each."""

    pulls: int
    decisions: int
    differences: int
    earned: list[float]

    @classmethod
    def now(cls) -> Found:
        decisions = BanditDecision.objects.filter(attempt=LAST).prefetch_related("lessons")
        earned = {round(sum(lesson.amount for lesson in one.lessons.all()), 6) for one in decisions}
        return cls(pulls(), BanditDecision.objects.count(), len(rebuild.check()), sorted(earned))


def answers_end() -> Found:
    """On two connections, each answer after two repairs, in opposite orders of strategies."""
    shops, people = workplace()
    at_once([partial(answer, shops, people, number) for number in range(VERDICTS)])
    return Found.now()


def everybody_judges() -> Found:
    """Every answer is found wrong, each by another person or by several."""
    shops, people = workplace()
    answers = [answer(shops, people, number) for number in range(VERDICTS // 2)]
    judges = [(episode, person) for episode in answers for person in people]
    random.Random(1).shuffle(judges)
    at_once([partial(verdicts.give, episode, person, False) for episode, person in judges])
    return Found.now()


def minds_are_changed() -> Found:
    """Several persons judge the same few answers, back and forth; what is said last is that they are right."""
    shops, people = workplace()
    answers = [answer(shops, people, number) for number in range(4)]
    work: list[Work] = []
    for person in people:
        for episode in answers:
            work += [partial(verdicts.give, episode, person, is_right) for is_right in (False, True, False, None)]
    random.Random(2).shuffle(work)
    at_once(work)
    at_once([partial(verdicts.give, episode, person, True) for episode in answers for person in people])
    return Found.now()


def everything_happens() -> Found:
    """Answers end and are judged while bandits are reset, taken back and rebuilt."""
    shops, people = workplace()
    answers = [answer(shops, people, number) for number in range(20)]
    work: list[Work] = [partial(answer, shops, people, number) for number in range(40)]
    work += [partial(verdicts.give, episode, person, False) for episode in answers for person in people]
    work += [partial(_reset_and_undo, shops[number % 2], people[0]) for number in range(10)]
    work += [
        rebuild.rebuild,
        partial(rebuild.rebuild, shops[0]),
        rebuild.check,
        partial(rebuild.personal, shops[0].team),
    ]
    random.Random(3).shuffle(work)
    at_once(work)
    return Found.now()


def databases_are_deleted() -> Found:
    """While their answers end and are judged. All of them go."""
    shops, people = workplace()
    shops += [Connection.objects.create(team=shops[0].team, name=f"{number}", path="/nowhere") for number in range(6)]
    answers = [answer([shop] * 2, people, number) for number, shop in enumerate(shops * 5)]
    work: list[Work] = [partial(_judge, episode, person) for episode in answers for person in people]
    random.Random(4).shuffle(work)
    places = random.Random(5).sample(range(40, len(work)), len(shops))
    for place, shop in zip(places, shops, strict=True):
        work.insert(place, partial(connecting.delete, shop, people[0]))
    at_once(work)
    return Found.now()


def conversations_are_deleted() -> Found:
    """While their answers are judged and verified queries made of them."""
    shops, people = workplace()
    talks = [Conversation.objects.create(user=people[0], connection=shops[number % 2]) for number in range(10)]
    answers = [answer([talk.connection] * 2, people, number) for number, talk in enumerate(talks * 2)]
    Turn.objects.bulk_create(Turn(conversation=talk, episode=of) for talk, of in zip(talks * 2, answers, strict=True))
    at_once(_judging(answers, people, [talk.delete_with_answers for talk in talks]))
    return Found.now()


def people_are_deleted() -> Found:
    """While answers to what they asked are judged, also by them."""
    shops, people = workplace()
    leaving = [User.objects.create_user(f"leaving {number}") for number in range(6)]
    answers = [answer(shops, (leaving * 2)[number % 6 :], number) for number in range(20)]
    for person in leaving:
        for episode in answers[:10]:
            verdicts.give(episode, person, True)
    at_once(_judging(answers, people, [partial(deleting.delete_person, person) for person in leaving]))
    return Found.now()


def teams_are_deleted() -> Found:
    """While answers of their databases end and are judged."""
    places = [workplace(f" of {number}") for number in range(4)]
    answers, people = [], places[0][1]
    for shops, staff in places:
        answers += [answer(shops, staff, number) for number in range(5)]
    at_once(_judging(answers, people, [partial(deleting.delete_team, shops[0].team) for shops, _ in places]))
    return Found.now()


def workplace(of: str = "") -> tuple[list[Connection], list[User]]:
    """Two databases and three people, each of whom has a bandit of their own."""
    team = Team.objects.create(name=f"Team{of}")
    TeamLearning.objects.create(team=team, is_personal=True)
    people = [User.objects.create_user(f"{name}{of}") for name in ("ann", "ben", "cyd")]
    Membership.objects.bulk_create(Membership(user=user, team=team, role="member") for user in people)
    shops = [Connection.objects.create(team=team, name=name, path="/nowhere") for name in ("one", "two")]
    return shops, people


def answer(shops: Sequence[Connection], people: Sequence[User], number: int) -> Episode:
    repairs = [REPAIRS[number % 8], REPAIRS[-number % 8]]
    errors = [ErrorClass.NO_SUCH_COLUMN, ErrorClass.SYNTAX_ERROR]
    return ended(shops[number % 2], errors, repairs, user=people[number % 3])


def at_once(work: Sequence[Work]) -> None:
    """Raises what any of them raises."""

    def run(one: Work) -> None:
        try:
            one()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(run, work))


def _judging(answers: Sequence[Episode], people: Sequence[User], deletions: Sequence[Work]) -> list[Work]:
    """Everybody's verdicts on all answers, right and wrong, with the deletions in between."""
    work: list[Work] = [
        partial(_judge, episode, person, is_right)
        for episode in answers
        for person in people
        for is_right in (True, False)
    ]
    random.Random(7).shuffle(work)
    for place, deletion in zip(random.Random(8).sample(range(40, len(work)), len(deletions)), deletions, strict=True):
        work.insert(place, deletion)
    return work


def _judge(episode: Episode, person: User, is_right: bool = False) -> None:
    with suppress(Episode.DoesNotExist):
        verdicts.give(episode, person, is_right)


def _reset_and_undo(connection: Connection, user: User) -> None:
    resets.undo(resets.reset(connection, user), user)


SCENES: dict[str, Callable[[], Found]] = {
    scene.__name__: scene
    for scene in (
        answers_end,
        everybody_judges,
        minds_are_changed,
        everything_happens,
        databases_are_deleted,
        conversations_are_deleted,
        people_are_deleted,
        teams_are_deleted,
    )
}
