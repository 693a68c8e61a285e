from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import migrations
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce


def date(apps: Any, schema_editor: Any) -> None:
    """Rules keep the order that they have, and were worded when they were last changed. A verified query was right with
    what was known when its answer was asked."""
    Remark = apps.get_model("learning", "Remark")
    accepted = Remark.objects.filter(state="accepted")
    accepted.update(in_force_since=F("updated_at"))
    rules: Counter[int] = Counter()
    for pk, connection in accepted.order_by("reviewed_at", "pk").values_list("pk", "connection"):
        rules[connection] += 1
        Remark.objects.filter(pk=pk).update(position=rules[connection])
    VerifiedQuery = apps.get_model("learning", "VerifiedQuery")
    episodes = apps.get_model("learning", "Episode").objects.filter(pk=OuterRef("episode"))
    answered = Subquery(episodes.values("started_at")[:1])
    VerifiedQuery.objects.filter(is_curated=True).update(vouched_at=F("created_at"), confirmed_at=F("created_at"))
    VerifiedQuery.objects.filter(is_curated=False).update(confirmed_at=Coalesce(answered, F("created_at")))


class Migration(migrations.Migration):

    dependencies = [
        ("learning", "0010_newer_rules"),
    ]

    operations = [migrations.RunPython(date, migrations.RunPython.noop)]
