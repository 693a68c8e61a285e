"""What the background worker does."""

from django_tasks import task

from datasources.models import Connection
from learning import warming


@task()
def warm_connection(connection_id: int, everywhere: bool) -> None:
    connection = Connection.objects.filter(pk=connection_id).first()
    if connection:
        warming.warm(connection, everywhere=everywhere)
