"""Verdicts on answers to one question, all at once, that are right in two ways: prints which SQL is in use, and how
many verdicts there are.

A program of its own, so that it can run on the application database that DATABASE_URL names.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import django
from django.db import connections

django.setup()

from accounts.models import Team, User  # noqa: E402 - models need the applications
from datasources.models import Connection  # noqa: E402
from learning.feedback import verdicts  # noqa: E402
from learning.models import Episode, Verdict, VerifiedQuery  # noqa: E402


def judge(connection: Connection, number: int) -> None:
    person = User.objects.create(username=f"person{number}")
    episode = Episode.objects.create(
        connection=connection,
        question="How many orders are there?",
        sql=("SELECT 1", "SELECT 2")[number % 2],
        status=Episode.Status.SUCCEEDED,
        model="scripted",
    )
    verdicts.give(episode, person, True)
    if number % 4 == 0:
        verdicts.give(episode, person, None)
    connections.close_all()


def main() -> None:
    team = Team.objects.create(name="Team")
    connection = Connection.objects.create(team=team, name="one", path="/nowhere")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: judge(connection, number), range(int(sys.argv[1]))))
    in_use = VerifiedQuery.objects.active().filter(connection=connection).values_list("sql", flat=True)
    print(*in_use, Verdict.objects.filter(episode__connection=connection).count())


if __name__ == "__main__":
    main()
