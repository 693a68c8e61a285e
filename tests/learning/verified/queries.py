"""Verified queries as rows."""

from __future__ import annotations

from typing import Any

from datasources.models import Connection
from learning.models import VerifiedQuery
from learning.verified.keys import key_of


def verified(connection: Connection, question: str, sql: str = "SELECT 1", **fields: Any) -> VerifiedQuery:
    key = key_of(question, fields.get("follows", ""))
    return VerifiedQuery.objects.create(connection=connection, question=question, key=key, sql=sql, **fields)
