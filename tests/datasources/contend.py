"""Many who want a schema read at once: prints how many readings were started, and how many of them were run.

A program of its own, so that it can run on the application database that DATABASE_URL names.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import django
from django.db import connections

django.setup()

from django_tasks_db.models import DBTaskResult  # noqa: E402 - models need the applications

from accounts.models import Team  # noqa: E402
from datasources import snapshots  # noqa: E402
from datasources.models import Connection  # noqa: E402


def main() -> None:
    team = Team.objects.create(name="Readers")
    shop = Connection.objects.create(team=team, name="shop", origin="upload", path=sys.argv[1])

    def enqueue(_: int) -> bool:
        try:
            return snapshots.enqueue(shop)
        finally:
            connections.close_all()

    def read(mark: str) -> None:
        snapshots.read_claimed(shop.pk, datetime.fromisoformat(mark))
        connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        started = list(pool.map(enqueue, range(40)))
        [task] = DBTaskResult.objects.all()
        list(pool.map(read, [task.args_kwargs["args"][1]] * 8))
    shop.refresh_from_db()
    print(sum(started), shop.schema_state, len(shop.schema().tables))


if __name__ == "__main__":
    main()
