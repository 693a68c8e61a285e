from functools import partial
from typing import Any

from django.apps import AppConfig
from django.db import transaction
from django.db.models.signals import post_delete


class DatasourcesConfig(AppConfig):
    name = "datasources"

    def ready(self) -> None:
        # The one signal of the house: a connection is also deleted with its team and in the admin, and every time its
        # uploaded file has to go.
        post_delete.connect(_remove_its_file, sender="datasources.Connection", dispatch_uid="remove_its_file")


def _remove_its_file(instance: Any, **kwargs: Any) -> None:
    from datasources import uploads

    if instance.origin == instance.Origin.UPLOAD and instance.path:
        transaction.on_commit(partial(uploads.remove, instance.path), robust=True)
