"""Many workers at once who find another one lost, and take what it held. Prints how many tasks there were, how often
one was taken, and how many different ones were taken.

A program of its own, so that it can run on the application database that DATABASE_URL names.
"""

from concurrent.futures import ThreadPoolExecutor

import django
from django.db import connections

django.setup()

from django_tasks_db.models import DBTaskResult  # noqa: E402 - models need the applications

from datasources.tasks import read_schema  # noqa: E402
from operations import leases  # noqa: E402
from operations.worker import Worker  # noqa: E402

TASKS, WORKERS = 8, 4


def bury_and_take(_: int) -> list[str]:
    worker, taken = Worker(), []
    try:
        for _ in range(TASKS):
            leases.bury("dead", leases.NEVER)
            if task := worker.take():
                taken.append(str(task.pk))
        return taken
    finally:
        connections.close_all()


def main() -> None:
    for _ in range(TASKS):
        read_schema.enqueue(0, "2026-01-01T00:00:00+00:00")
    for task in DBTaskResult.objects.all():
        task.claim("dead")
    with ThreadPoolExecutor(WORKERS) as pool:
        taken = [pk for found in pool.map(bury_and_take, range(WORKERS)) for pk in found]
    print(DBTaskResult.objects.running().count(), len(taken), len(set(taken)))


if __name__ == "__main__":
    main()
