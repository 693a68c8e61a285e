"""Many episodes that end at once, in opposite orders of strategies: prints the pulls that were kept.

A program of its own, so that it can run on the application database that DATABASE_URL names.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import django
from django.db import connections

django.setup()

from accounts.models import Team  # noqa: E402 - models need the applications
from agent.errors import ErrorClass  # noqa: E402
from agent.policy import Context, Decision  # noqa: E402
from agent.repairs import REPAIRS, Strategy  # noqa: E402
from datasources.models import Connection  # noqa: E402
from learning.models import BanditArm  # noqa: E402
from learning.policy import StoredPolicy  # noqa: E402

VECTOR = Context(ErrorClass.OTHER, 1, 5, Strategy.GENERATE, error_changed=False, streak=1).vector()


def end(connection: Connection, number: int) -> None:
    policy = StoredPolicy.load(connection)
    for strategy in REPAIRS if number % 2 else reversed(REPAIRS):
        policy.learn(Decision(strategy, {}, VECTOR), 0.5)
    policy.save()
    connections.close_all()


def main() -> None:
    team = Team.objects.create(name="Team")
    shops = [Connection.objects.create(team=team, name=name, path="/nowhere") for name in ("one", "two")]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: end(shops[number % 2], number), range(int(sys.argv[1]))))
    print(sum(BanditArm.objects.filter(connection=None).values_list("pulls", flat=True)))


if __name__ == "__main__":
    main()
