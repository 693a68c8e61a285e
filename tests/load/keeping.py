"""Many rows at once."""

from collections.abc import Iterable

from django.db import models

_AT_ONCE = 2_000


def keep(objects: Iterable[models.Model]) -> None:
    whole = list(objects)
    if whole:
        type(whole[0])._default_manager.bulk_create(whole, batch_size=_AT_ONCE)
