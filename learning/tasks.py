"""The tasks of the background workers. Those that wait for the model have a queue of their own: none waits for them."""

from uuid import UUID

from django_tasks import task

from datasources.models import Connection
from learning import examples, warming
from learning.benchmark import steps
from learning.generations import watching
from learning.optimizing import steps as optimizing
from learning.optimizing import triggers
from learning.overview import kept
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


@task(queue_name=QUEUE, priority=-20)
def optimize(optimization_id: str, run: str) -> None:
    optimizing.work(UUID(optimization_id), UUID(run))


@task()
def watch_optimization(optimization_id: str) -> None:
    optimizing.watch(UUID(optimization_id))


@task()
def after_question(connection_id: int) -> None:
    """A question is over, or was judged: what the prompt should learn from that."""
    watching.look(connection_id)
    triggers.consider(connection_id)


@task()
def count_learning(connection_id: int, kind: str, period: str) -> None:
    """Figures that take long to count."""
    connection = Connection.objects.filter(pk=connection_id).first()
    if connection:
        kept.count(kept.Kind(kind), connection, period)
