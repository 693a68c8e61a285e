"""The tasks of the background workers. Those that wait for the model have a queue of their own: none waits for them."""

from uuid import UUID

from django_tasks import task

from datasources.models import Connection
from learning import examples, warming
from learning.benchmark import steps
from learning.verified import checking

QUEUE = "model"


@task(queue_name=QUEUE)
def warm_connection(connection_id: int, everywhere: bool) -> None:
    connection = Connection.objects.filter(pk=connection_id).first()
    if connection:
        warming.warm(connection, everywhere=everywhere)


@task(queue_name=QUEUE, priority=-10)
def write_examples(connection_id: int, run: str) -> None:
    examples.step(connection_id, UUID(run))


@task(queue_name=QUEUE, priority=-10)
def evaluate(evaluation_id: str, run: str, outages: int) -> None:
    steps.step(UUID(evaluation_id), UUID(run), outages)


@task()
def check_verified(connection_id: int) -> None:
    checking.step(connection_id)
