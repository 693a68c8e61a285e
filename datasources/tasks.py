"""What the background worker does."""

from datetime import datetime

from django_tasks import task

from datasources import snapshots


@task()
def read_schema(connection_id: int, mark: str) -> None:
    snapshots.read_claimed(connection_id, datetime.fromisoformat(mark))
