"""Verified queries that the team has said something newer about: a rule was accepted, or worded anew, since somebody
last found them right. They are not recalled until a curator says that they still are, or the rule is gone."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from agent.concerning import Concern
from datasources.models import Connection
from datasources.schema_cache import stored_schema
from learning.models import Remark, VerifiedQuery

Newer = dict[int, tuple[Remark, ...]]
"""By the ids of queries, of those alone that have any: the rules that are newer and may concern it, the newest last."""


def newer_rules(connection: Connection, queries: Iterable[VerifiedQuery]) -> Newer:
    """Of queries of the connection that are in use."""
    active = [query for query in queries if query.is_active]
    oldest = min((query.confirmed_at for query in active), default=None)
    if oldest is None:
        return {}
    rules = list(connection.remarks.accepted().filter(in_force_since__gt=oldest).order_by("in_force_since", "pk"))
    schema = stored_schema(connection) if rules else None
    concern = Concern(schema) if schema else None
    found = {query.pk: tuple(rule for rule in rules if _is_newer(rule, query, concern)) for query in active}
    return {pk: newer for pk, newer in found.items() if newer}


def all_of(connection: Connection) -> Newer:
    newest = connection.remarks.accepted().order_by("in_force_since").values_list("in_force_since", flat=True).last()
    if newest is None:
        return {}
    older = connection.verified_queries.active().filter(confirmed_at__lt=newest).order_by()
    return newer_rules(connection, older.only("connection", "question", "follows", "sql", "state", "confirmed_at"))


def version(query: VerifiedQuery, newer: Iterable[Remark]) -> str:
    """Names what its SQL says, and which newer rules there are."""
    rules = [f"{rule.pk} {rule.rule}" for rule in newer]
    return sha256("\n".join([query.question, query.follows, query.sql, *rules]).encode()).hexdigest()[:16]


def _is_newer(rule: Remark, query: VerifiedQuery, concern: Concern | None) -> bool:
    """And may concern it: where no schema is known, it may."""
    if rule.in_force_since is None or rule.in_force_since <= query.confirmed_at:
        return False
    question = f"{query.follows} {query.question}"
    return concern is None or concern.may_be(rule.rule, question, query.sql)
