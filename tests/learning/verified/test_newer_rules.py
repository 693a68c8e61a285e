"""A rule that came after a query was verified is not ignored: the question is asked anew."""

from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts.models import User
from agent.scripted import ScriptedLLM
from datasources.models import AuditEntry, Connection
from learning.feedback import remarks, verdicts
from learning.models import Episode, Remark, VerifiedQuery
from learning.recorder import answer, begin
from learning.verified import editing, outdated, recall
from learning.verified.editing import BadQuery, Written
from tests.learning.verified.conftest import MakeVerified
from tests.site import MakeUser

pytestmark = pytest.mark.django_db

QUESTION = "How much was sold?"
SQL = "SELECT SUM(amount) FROM orders"
OTHER = "SELECT SUM(amount) FROM orders WHERE status <> 'cancelled'"
RULE = "Revenue excludes cancelled orders"


@pytest.fixture(autouse=True)
def _schema_has_been_read(connection: Connection) -> None:
    connection.refresh_schema()


@pytest.fixture
def query(verified: MakeVerified) -> VerifiedQuery:
    """Verified an hour ago."""
    hour_ago = timezone.now() - timedelta(hours=1)
    return verified(QUESTION, SQL, created_at=hour_ago, confirmed_at=hour_ago)


@pytest.fixture
def carol(alice: User, make_user: MakeUser) -> User:
    """Of alice's team."""
    return make_user("carol", alice.teams.get())


def answered(connection: Connection, sql: str = SQL, **fields: Any) -> Episode:
    succeeded = Episode.Status.SUCCEEDED
    return Episode.objects.create(
        connection=connection, question=QUESTION, sql=sql, status=succeeded, model="scripted", **fields
    )


def seen(query: VerifiedQuery) -> str:
    """What a curator who looks at it now has seen."""
    return outdated.version(query, outdated.newer_rules(query.connection, [query]).get(query.pk, ()))


def is_recalled(connection: Connection) -> bool:
    return recall.find(connection, QUESTION).recalled is not None


def test_it_is_recalled_where_no_rule_is_newer(connection: Connection, alice: User, verified: MakeVerified) -> None:
    remarks.write(connection, alice, RULE)
    query = verified(QUESTION, SQL)
    assert recall.find(connection, QUESTION) == recall.Found(recalled=query)


def test_a_newer_rule_holds_it_back_and_is_named(connection: Connection, alice: User, query: VerifiedQuery) -> None:
    rule = remarks.write(connection, alice, RULE)
    assert recall.find(connection, QUESTION) == recall.Found(held_back=query, newer_rule=rule)


def test_a_newer_rule_about_something_else_does_not(
    connection: Connection, alice: User, verified: MakeVerified
) -> None:
    hour_ago = timezone.now() - timedelta(hours=1)
    verified("Which products are dear?", "SELECT name FROM products ORDER BY price", confirmed_at=hour_ago)
    remarks.write(connection, alice, RULE)
    assert recall.find(connection, "Which products are dear?").recalled


def test_what_waits_for_a_curator_holds_nothing_back(connection: Connection, alice: User, query: VerifiedQuery) -> None:
    remarks.give(answered(connection), alice, RULE)
    assert is_recalled(connection)


def test_a_rule_that_was_stopped_lets_it_through_again(
    connection: Connection, alice: User, query: VerifiedQuery
) -> None:
    rule = remarks.write(connection, alice, RULE)
    remarks.stop(rule, alice)
    assert is_recalled(connection)
    remarks.resume(rule, alice)
    assert not is_recalled(connection)


def test_a_rule_that_was_reworded_since_is_newer(connection: Connection, alice: User, verified: MakeVerified) -> None:
    rule = remarks.write(connection, alice, "Revenue is about orders")
    verified(QUESTION, SQL)
    remarks.edit(rule, alice, "Revenue is about orders")
    assert is_recalled(connection)
    remarks.edit(rule, alice, RULE)
    assert not is_recalled(connection)


def test_a_rule_that_a_generation_has_absorbed_counts(
    connection: Connection, alice: User, query: VerifiedQuery
) -> None:
    remarks.write(connection, alice, RULE)
    Remark.objects.update(absorbed_in=1)
    assert not is_recalled(connection)


def test_a_correct_on_the_new_answer_with_the_same_sql_confirms_it(
    connection: Connection, alice: User, query: VerifiedQuery
) -> None:
    remarks.write(connection, alice, RULE)
    verdicts.give(answered(connection, SQL.lower()), alice, True)
    assert recall.find(connection, QUESTION).recalled == query


def test_a_correct_on_the_new_answer_puts_its_sql_in_place_of_the_old(
    connection: Connection, alice: User, query: VerifiedQuery
) -> None:
    remarks.write(connection, alice, RULE)
    verdicts.give(answered(connection, OTHER), alice, True)
    found = recall.find(connection, QUESTION).recalled
    assert found
    assert found.sql == OTHER


def test_a_correct_on_an_answer_from_before_the_rule_says_nothing_of_it(
    connection: Connection, alice: User, carol: User
) -> None:
    early = answered(connection, started_at=timezone.now() - timedelta(minutes=1))
    verdicts.give(early, alice, True)
    remarks.write(connection, alice, RULE)
    verdicts.give(early, carol, True)
    assert not is_recalled(connection)


def test_a_confirmation_that_is_taken_back_counts_no_more(connection: Connection, alice: User, carol: User) -> None:
    verdicts.give(answered(connection, started_at=timezone.now() - timedelta(minutes=1)), alice, True)
    remarks.write(connection, alice, RULE)
    later = answered(connection)
    verdicts.give(later, carol, True)
    assert is_recalled(connection)
    verdicts.give(later, carol, None)
    assert not is_recalled(connection)


def test_a_verdict_takes_nothing_from_what_a_curator_has_said(
    connection: Connection, alice: User, query: VerifiedQuery
) -> None:
    remarks.write(connection, alice, RULE)
    editing.confirm(query, alice, seen(query))
    verdicts.give(answered(connection, started_at=timezone.now() - timedelta(minutes=1)), alice, True)
    assert is_recalled(connection)


def test_a_curator_who_edits_it_confirms_it(connection: Connection, alice: User, query: VerifiedQuery) -> None:
    remarks.write(connection, alice, RULE)
    editing.edit(query, alice, Written(QUESTION, OTHER))
    assert is_recalled(connection)


def test_a_curator_says_that_it_is_still_right(connection: Connection, alice: User, query: VerifiedQuery) -> None:
    remarks.write(connection, alice, RULE)
    assert list(outdated.all_of(connection)) == [query.pk]
    editing.confirm(query, alice, seen(query))
    assert is_recalled(connection)
    assert outdated.all_of(connection) == {}
    assert AuditEntry.objects.filter(message=f"verified query {query.pk} confirmed: {QUESTION}", user=alice).exists()


def test_who_has_not_seen_the_newest_rule_confirms_nothing(
    connection: Connection, alice: User, query: VerifiedQuery
) -> None:
    remarks.write(connection, alice, RULE)
    before = seen(query)
    remarks.write(connection, alice, "Orders count in euros")
    with pytest.raises(BadQuery, match="Look at it again"):
        editing.confirm(query, alice, before)
    assert not is_recalled(connection)


def test_what_is_retired_meanwhile_is_not_confirmed(connection: Connection, alice: User, query: VerifiedQuery) -> None:
    remarks.write(connection, alice, RULE)
    before = seen(query)
    editing.retire(query, alice, "No more")
    with pytest.raises(BadQuery, match="not in use"):
        editing.confirm(query, alice, before)


def test_the_record_says_what_was_held_back_and_why(connection: Connection, alice: User, query: VerifiedQuery) -> None:
    rule = remarks.write(connection, alice, RULE)
    record = begin(connection, QUESTION, llm=ScriptedLLM([]), source=Episode.Source.CHAT)
    assert (record.recalled, record.held_back, record.newer_rule) == (None, query, rule)


def test_the_model_is_not_shown_what_is_held_back(
    connection: Connection, alice: User, query: VerifiedQuery, verified: MakeVerified
) -> None:
    other = verified("How much was sold of each?", "SELECT product_id, SUM(amount) FROM orders GROUP BY product_id")
    remarks.write(connection, alice, RULE)
    record = begin(connection, QUESTION, llm=ScriptedLLM([]), source=Episode.Source.CHAT)
    assert record.examples == [other.pk]


def test_a_verdict_on_what_was_asked_anew_is_on_the_query_that_was_held_back(
    connection: Connection, alice: User, verified: MakeVerified
) -> None:
    before = "What is in stock?"
    query = verified(QUESTION, SQL, follows=before, confirmed_at=timezone.now() - timedelta(hours=1))
    remarks.write(connection, alice, RULE)
    record = begin(connection, QUESTION, llm=ScriptedLLM([]), source=Episode.Source.CHAT, follows=before)
    Episode.objects.filter(pk=record.pk).update(sql=OTHER, status=Episode.Status.SUCCEEDED)
    verdicts.give(record, alice, True)

    query.refresh_from_db()
    assert query.state == VerifiedQuery.State.RETIRED
    found = recall.find(connection, QUESTION, before).recalled
    assert found
    assert (found.sql, found.follows) == (OTHER, before)


@pytest.mark.django_db(transaction=True)
async def test_the_model_is_asked_with_the_rule(connection: Connection, alice: User, verified: MakeVerified) -> None:
    hour_ago = timezone.now() - timedelta(hours=1)
    await sync_to_async(verified)(QUESTION, SQL, confirmed_at=hour_ago)
    await sync_to_async(remarks.write)(connection, alice, RULE)
    model = ScriptedLLM([{"text": f"```sql\n{OTHER}\n```"}])
    record = await sync_to_async(begin)(connection, QUESTION, llm=model, source=Episode.Source.CHAT)
    assert [event async for event in answer(record, model)]

    assert RULE in model.asked[0][0].content
    assert (await Episode.objects.aget(pk=record.pk)).sql == OTHER
