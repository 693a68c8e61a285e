"""Thirty questions at once, of two people with a process each: prints how many are let through and counted.

A program of its own, so that it can run on the application database that DATABASE_URL names. With an argument it is one
of those processes, which asks as the person of that number.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import django
from django.conf import settings
from django.db import connections

django.setup()

from accounts.models import Membership, Team, User  # noqa: E402 - models need the applications
from agent.scripted import ScriptedLLM  # noqa: E402
from datasources.models import Connection  # noqa: E402
from learning.models import Episode, TeamQuota, Usage  # noqa: E402
from learning.recorder import BadQuestion, begin  # noqa: E402

PEOPLE, AT_ONCE = 2, 15


def ask(user: User, connection: Connection, number: int) -> bool:
    try:
        begin(connection, f"Which {number}?", llm=ScriptedLLM([]), source=Episode.Source.CHAT, user=user)
    except BadQuestion:
        return False
    finally:
        connections.close_all()
    return True


def one_process(number: int) -> None:
    user, own = User.objects.get(username=f"person{number}"), Connection.objects.get(name=f"shop{number}")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        print(sum(pool.map(lambda each: ask(user, own, each), range(AT_ONCE))))


def main() -> None:
    team = Team.objects.create(name="Team")
    TeamQuota.objects.create(team=team, questions=10)
    for number in range(PEOPLE):
        user = User.objects.create_user(f"person{number}")
        Membership.objects.create(user=user, team=team)
        Connection.objects.create(team=team, name=f"shop{number}", path="/nowhere")
    connections.close_all()
    command = [sys.executable, "-m", "tests.learning.quotas.at_once"]
    asking = [
        subprocess.Popen([*command, str(number)], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
        for number in range(PEOPLE)
    ]
    let_through = sum(int(process.communicate()[0]) for process in asking)
    counted = Usage.objects.get(of=Usage.Of.TEAM).questions
    of_people = sum(Usage.objects.filter(of=Usage.Of.PERSON).values_list("questions", flat=True))
    print(let_through, Episode.objects.count(), counted, of_people)


if len(sys.argv) > 1:
    one_process(int(sys.argv[1]))
else:
    main()
