"""Asks some questions of a new connection and prints its figures: a program of its own, so that it can run on the
application database that DATABASE_URL names."""

import json
import random
import sys
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402 - models need the applications

from accounts.models import Team, User  # noqa: E402
from agent.errors import ErrorClass  # noqa: E402
from datasources.models import Connection  # noqa: E402
from learning.overview.as_json import as_json  # noqa: E402
from learning.overview.figures import figures  # noqa: E402
from learning.overview.periods import Period  # noqa: E402
from learning.overview.strategies import strategies  # noqa: E402
from tests.learning.overview.asked import ask, judge  # noqa: E402


def main() -> None:
    user = User.objects.create_user("counted", password="pass")
    connection = Connection.objects.create(team=Team.objects.create(name="Team"), name="counted", path="/nowhere")
    source, today = random.Random(1), timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    for number in range(60):
        at, errors = today - timedelta(days=number * 2), source.choices(list(ErrorClass), k=source.randint(0, 3))
        answered, examples = not errors or source.random() < 0.7, [1] * (number % 2)
        asked = ask(
            connection, errors, answered=answered, at=at, seconds=number, generation=number % 3, examples=examples
        )
        judge(asked, user, is_right=number % 4 > 0, at=at)
    found = as_json(connection, figures(connection, Period(None)), strategies(connection))
    # What the bandit starts from is what others have taught it in the same database.
    del found["connection"], found["period"]["until"], found["heat_map"]
    json.dump(found, sys.stdout, sort_keys=True)


if __name__ == "__main__":
    main()
