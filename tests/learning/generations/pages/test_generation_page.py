"""One generation: what it says, why, how it was judged; and which one is in use."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from datasources.models import AuditEntry, Connection
from learning.benchmark.tasks import Part, built_in
from learning.feedback import remarks
from learning.generations import changing
from learning.generations.changing import Rule, Text
from learning.models import Generation
from tests.learning.benchmark.pages.runs import text, words_of
from tests.learning.generations.pages.made import (
    INSTRUCTIONS,
    RIGHT,
    WRONG,
    address,
    comparison,
    examples,
    made,
    optimization,
)
from tests.learning.optimizing.lessons import active, asked
from tests.learning.verified.queries import verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def seed(connection: Connection) -> Generation:
    return changing.seed_of(connection)


def page_of(client: Client, generation: Generation) -> str:
    return words_of(text(client, address("generation", generation.connection, generation.number)))


def post(client: Client, name: str, generation: Generation, seen: int, reason: str = "") -> Any:
    given = {"reason": reason, "seen": seen}
    return client.post(address(name, generation.connection, generation.number), given)


def test_it_says_what_it_says(alice_client: Client, seed: Generation) -> None:
    page = page_of(alice_client, made(seed, "Count paid orders.", "Names, no ids.", reflection="All were counted."))
    assert INSTRUCTIONS in page
    assert "Rules 2 Count paid orders. Names, no ids." in page
    assert "Why All were counted." in page


def test_the_seed_has_a_page_before_anything_else_has_happened(alice_client: Client, connection: Connection) -> None:
    page = words_of(text(alice_client, address("generation", connection, 0)))
    assert "Generation 0" in page
    assert "It was there from the start." in page
    assert "How it was judged" not in page


def test_what_is_no_generation_is_not_found(alice_client: Client, connection: Connection) -> None:
    assert alice_client.get(address("generation", connection, 7)).status_code == 404


def test_a_rule_leads_to_the_remark_that_it_came_from(
    curator: Client, connection: Connection, seed: Generation, alice: User
) -> None:
    remark = remarks.write(connection, alice, "Revenue excludes cancelled orders.")
    text_of_it = Text(INSTRUCTIONS, [Rule("Count only orders.status = 'paid'.", remark.pk), Rule("Be brief.")])
    generation = changing.add(seed, text_of_it, "evolved")
    assert address("remark", connection, remark.pk) in text(curator, address("generation", connection, 1))
    page = page_of(curator, generation)
    assert "Count only orders.status = 'paid'. Written by alice" in page
    assert "Said as: Revenue excludes cancelled orders. Be brief." in page


def test_of_others_remarks_members_see_who_and_not_what_was_asked(
    alice_client: Client, connection: Connection, seed: Generation, bob: User
) -> None:
    remark = connection.remarks.create(
        user=bob, origin="verdict", text="secret words", question="A private question", state="accepted", rule="r"
    )
    page = page_of(alice_client, changing.add(seed, Text(INSTRUCTIONS, [Rule("A rule of it.", remark.pk)]), "evolved"))
    assert "A rule of it. A remark by bob" in page
    assert "A private question" not in page
    assert "secret words" not in page


def test_a_remark_that_is_gone_is_said_to_be(
    alice_client: Client, connection: Connection, seed: Generation, alice: User
) -> None:
    remark = remarks.write(connection, alice, "Revenue excludes cancelled orders.")
    generation = changing.add(seed, Text(INSTRUCTIONS, [Rule("A rule.", remark.pk)]), "evolved")
    remark.delete()
    assert "A rule. The remark that it came from is gone." in page_of(alice_client, generation)


def test_what_changed_since_its_parent(alice_client: Client, seed: Generation) -> None:
    page = page_of(alice_client, made(made(seed, "One rule that is old."), "Another that is new."))
    assert "Removed: - One rule that is old." in page
    assert "Added: - Another that is new." in page


def test_how_it_was_judged_with_the_rule(alice_client: Client, seed: Generation) -> None:
    tasks = examples(*"abcde")
    figures = comparison(tasks, [WRONG, WRONG, WRONG, RIGHT, RIGHT], [RIGHT, RIGHT, RIGHT, RIGHT, WRONG])
    page = page_of(alice_client, made(seed, "one", comparison=figures))
    assert "Right 2 → 4 of 5 with known answers" in page
    assert "Fixed and broken 3 : 1" in page
    assert "Promoted where at least 2 questions more are right" in page


def test_what_it_fixed_and_broke_is_told_as_questions(
    alice_client: Client, connection: Connection, seed: Generation
) -> None:
    fixed, gone = verified(connection, "Revenue of tents"), verified(connection, "Revenue of ropes")
    run = optimization(connection, examples(f"verified-{gone.pk}"))
    figures = comparison(
        examples(f"verified-{fixed.pk}", f"verified-{gone.pk}", "no-such-task"),
        [WRONG, RIGHT, RIGHT],
        [RIGHT, WRONG, WRONG],
    )
    gone_pk = gone.pk
    gone.delete()
    page = page_of(alice_client, made(seed, "one", comparison=figures, optimization=run))
    assert "Fixed 1 Revenue of tents" in page
    assert f"Broken 2 What is verified-{gone_pk}? Its verified query is gone A question that is no longer known" in page


def test_questions_of_the_sample_are_told_by_what_they_ask(alice_client: Client, connection: Connection) -> None:
    [task, *_] = built_in(Part.VALIDATION)
    figures = comparison(examples(task.id), [WRONG], [RIGHT])
    page = page_of(alice_client, made(changing.seed_of(connection), "one", comparison=figures))
    assert " ".join(task.question.split()) in page


def test_what_was_written_by_hand_was_not_measured(alice_client: Client, seed: Generation) -> None:
    assert "It was not measured" in page_of(alice_client, made(seed, "one", origin="edited"))


def test_how_people_fare_with_it_and_with_the_one_before(
    alice_client: Client, connection: Connection, seed: Generation
) -> None:
    generation = made(seed, "one")
    asked(connection, 0, answered=5, failed=5)
    asked(connection, 1, answered=9, failed=1)
    page = page_of(alice_client, generation)
    assert "9 of 10 answered (90" in page
    assert "before, with generation 0: 5 of 10" in page


def test_put_to_use_it_is_asked_with(curator: Client, connection: Connection, seed: Generation) -> None:
    response = post(curator, "promote_generation", made(seed, "one"), seen=0, reason="It names the column.")
    assert response.status_code == 302
    assert (active(connection).number, active(connection).reason) == (1, "It names the column.")
    assert "Generation 1 is in use" in page_of(curator, active(connection))
    assert AuditEntry.objects.filter(message__contains="generation 1 was put into use: It names").exists()


def test_what_somebody_else_put_to_use_meanwhile_is_not_overridden(
    curator: Client, connection: Connection, seed: Generation, alice: User
) -> None:
    one, two = made(seed, "one"), made(seed, "two")
    changing.promote(two, alice)
    response = post(curator, "promote_generation", one, seen=0, reason="My reason")
    assert response.status_code == 422
    page = words_of(response.content.decode())
    assert "Generation 2 was put into use meanwhile. Look at it, then decide again." in page
    assert "My reason" in page
    assert active(connection).number == 2


def test_what_is_in_use_cannot_be_put_to_use(curator: Client, seed: Generation, alice: User) -> None:
    one = made(seed, "one")
    changing.promote(one, alice)
    response = post(curator, "promote_generation", one, seen=1)
    assert response.status_code == 422
    assert b"Generation 1 is in use already." in response.content


def test_put_to_use_twice_the_second_time_says_that_it_is(curator: Client, seed: Generation) -> None:
    one = made(seed, "one")
    assert post(curator, "promote_generation", one, seen=0).status_code == 302
    assert b"Generation 1 is in use already." in post(curator, "promote_generation", one, seen=0).content


def test_rolled_back_the_earlier_one_is_in_use_and_says_why(
    curator: Client, connection: Connection, seed: Generation, alice: User
) -> None:
    one = made(seed, "one")
    changing.promote(one, alice)
    assert "Roll back to this" in page_of(curator, seed)
    assert post(curator, "roll_back", seed, seen=1, reason="It counts twice.").status_code == 302
    one.refresh_from_db()
    assert (active(connection).number, one.state, one.reason) == (0, "rolled_back", "It counts twice.")
    assert "Rolled back to generation 0 by alice: It counts twice." in page_of(curator, one)


def test_its_history_tells_each_time_that_it_came_into_use_and_went(
    curator: Client, seed: Generation, alice: User
) -> None:
    one = made(seed, "one")
    changing.promote(one, None, "Better.")
    changing.undo(one, alice, "Undone in a conversation.")
    changing.promote(one, alice)
    history = page_of(curator, one).partition("Its history")[2]
    told = [
        "Put into use by itself: Better.",
        "Rolled back to generation 0 by alice: Undone in a conversation.",
        "Put into use by alice.",
    ]
    assert sorted(told, key=history.index) == told
    assert "In use again, as generation 1 was rolled back by alice: Undone" in page_of(curator, seed)


def test_a_reason_says_what_it_is_a_reason_for(curator: Client, seed: Generation, alice: User) -> None:
    one = made(seed, "one")
    changing.promote(one, alice)
    changing.roll_back(seed, alice, "It went wrong.")
    top, _, _ = page_of(curator, seed).partition("What it says")
    assert "In use again, as generation 1 was rolled back by alice: It went wrong." in top
    top, _, _ = page_of(curator, one).partition("What it says")
    assert "Rolled back to generation 0 by alice: It went wrong." in top

    changing.promote(one, alice)
    top, _, _ = page_of(curator, seed).partition("What it says")
    assert "It went wrong." not in top


def test_without_a_reason_nothing_is_rolled_back(
    curator: Client, connection: Connection, seed: Generation, alice: User
) -> None:
    changing.promote(made(seed, "one"), alice)
    response = post(curator, "roll_back", seed, seen=1, reason=" ")
    assert response.status_code == 422
    assert b"Say why it is rolled back" in response.content
    assert active(connection).number == 1


def test_only_to_what_it_came_of_it_is_rolled_back(
    curator: Client, connection: Connection, seed: Generation, alice: User
) -> None:
    changing.promote(made(seed, "one"), alice)
    response = post(curator, "roll_back", made(seed, "two"), seen=1, reason="Why not")
    assert response.status_code == 422
    assert active(connection).number == 1


def test_a_reason_that_is_too_long_is_refused_with_its_length(curator: Client, seed: Generation) -> None:
    response = post(curator, "promote_generation", made(seed, "one"), seen=0, reason="x" * 1001)
    assert b"The reason has 1,001 characters; at most 1,000 are possible." in response.content


@pytest.mark.parametrize("name", ["promote_generation", "roll_back", "edit_generation"])
def test_members_change_nothing(alice_client: Client, connection: Connection, seed: Generation, name: str) -> None:
    generation = made(seed, "one")
    assert post(alice_client, name, generation, seen=0, reason="why").status_code == 403
    assert active(connection).number == 0
    assert "Put it to use" not in page_of(alice_client, generation)
