"""Generations and optimizations in the admin: what they say, and how they are put to use."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from datasources.models import AuditEntry, Connection
from learning.feedback import remarks
from learning.generations import changing
from learning.generations.changing import Text
from learning.models import Generation
from learning.prompts import generation_of
from tests.learning.admin.things import SECRET, Things, act, address, said, staff, text

pytestmark = pytest.mark.django_db

RULE = f"A rule about {SECRET}".replace("'", "&#x27;")


def decided(client: Client, generation: Generation, way: str, reason: str, seen: int = 0) -> Any:
    page = reverse(f"admin:learning_generation_{way}", args=[generation.pk])
    return client.post(page, {"reason": reason, "seen": seen})


def in_use(things: Things, user: User) -> Generation:
    generation: Generation = things["generation"]
    changing.promote(generation, user)
    return generation


def test_a_generation_shows_what_it_says_why_and_on_what_evidence(colleague: Client, things: Things) -> None:
    page = text(colleague.get(address("generation", "change", things["generation"])))
    assert f"Learned about this database:\n- {RULE}" in page
    assert "Weak evidence, as there are only 2 verified queries" in page
    assert "Weak evidence: few answers are known." in page
    assert "Fixed: verified-1" in page
    assert "Mean score: 0.25 → 0.75" in page


def test_it_shows_its_remarks_and_how_they_stand(colleague: Client, things: Things) -> None:
    page = text(colleague.get(address("generation", "change", things["generation"])))
    assert address("remark", "change", things["remark"]) in page
    assert "(Waiting for a curator)" in page


@pytest.mark.parametrize("where", ["changelist", "change"])
def test_a_remark_shows_the_generations_that_it_led_to(colleague: Client, things: Things, where: str) -> None:
    page = text(colleague.get(address("remark", where, things["remark"] if where == "change" else None)))
    assert f'<a href="{address("generation", "change", things["generation"])}">generation 1</a> (Proposed)' in page
    assert "Weak evidence" in page


def test_an_optimization_shows_its_candidates_and_reflections(colleague: Client, things: Things) -> None:
    page = text(colleague.get(address("optimization", "change", things["optimization"])))
    assert f"RULE: {RULE}" in page
    assert address("generation", "change", things["generation"]) in page
    assert "0 with a known answer (weak evidence)" in page


def test_what_a_model_wrote_is_escaped(colleague: Client, things: Things) -> None:
    evil = "<script>alert(1)</script>"
    Generation.objects.update(instructions=evil, reflection=evil)
    things["optimization"].reflections.update(asked=evil, reply=evil)
    things["optimization"].candidates.update(instructions=evil, rules=[evil])
    seed = changing.seed_of(things["generation"].connection)
    for page in (
        address("generation", "change", things["generation"]),
        address("optimization", "change", things["optimization"]),
        compared(seed, things["generation"]),
    ):
        assert "<script>alert" not in text(colleague.get(page))


def test_its_page_leads_to_what_can_be_done_with_it(colleague: Client, things: Things, alice: User) -> None:
    def page(generation: Generation) -> str:
        return text(colleague.get(address("generation", "change", generation)))

    proposed, seed = things["generation"], changing.seed_of(things["generation"].connection)
    promote, roll_back = "Put to use…", "Roll back to it…"
    assert promote in page(proposed)
    assert roll_back not in page(proposed)
    assert promote not in page(seed)
    changing.promote(proposed, alice)
    assert roll_back in page(seed)
    assert f"{compared(seed, proposed)}".replace("&", "&amp;") in page(proposed)


def test_who_may_only_look_is_not_offered_to_decide(alice: User, things: Things) -> None:
    client = staff(alice)
    alice.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    assert "Put to use…" not in text(client.get(address("generation", "change", things["generation"])))


def test_an_action_asks_for_a_reason_first(colleague: Client, things: Things) -> None:
    response = act(colleague, "generation", "promote", [things["generation"]])
    assert response.url == reverse("admin:learning_generation_promote", args=[things["generation"].pk])
    page = text(colleague.get(response.url))
    assert "Put generation 1 to use" in page
    assert RULE in page
    assert generation_of(things["generation"].connection) == 0


def test_put_to_use_it_is_on_record_with_the_reason(colleague: Client, things: Things, alice: User) -> None:
    assert decided(colleague, things["generation"], "promote", "It reads well.").status_code == 302
    assert generation_of(things["generation"].connection) == 1
    entry = AuditEntry.objects.filter(action="change").latest("pk")
    assert (entry.user, entry.message) == (alice, "generation 1 was put into use: It reads well.")


def test_rolled_back_with_a_reason(colleague: Client, things: Things, alice: User) -> None:
    generation = in_use(things, alice)
    seed = changing.seed_of(generation.connection)
    assert decided(colleague, seed, "roll_back", "It was worse.", seen=1).status_code == 302
    generation.refresh_from_db()
    assert (generation.state, generation.reason) == ("rolled_back", "It was worse.")
    assert generation_of(generation.connection) == 0


@pytest.mark.parametrize("reason", ["", " ", "x" * 1001], ids=["none", "blank", "too long"])
def test_without_a_fitting_reason_nothing_is_rolled_back(
    colleague: Client, things: Things, alice: User, reason: str
) -> None:
    generation = in_use(things, alice)
    page = text(decided(colleague, changing.seed_of(generation.connection), "roll_back", reason, seen=1))
    assert "Say why it is rolled back" in page or "at most 1000 characters" in page
    assert reason.strip() in page
    assert generation_of(generation.connection) == 1


def test_what_was_put_to_use_meanwhile_is_looked_at_first(colleague: Client, things: Things, alice: User) -> None:
    seed = changing.seed_of(things["generation"].connection)
    other = changing.add(seed, Text("Answer briefly."), "edited")
    changing.promote(other, alice)
    page = text(decided(colleague, things["generation"], "promote", "Mine.", seen=0))
    assert "Generation 2 was put into use meanwhile." in page
    assert "Mine." in page
    assert generation_of(seed.connection) == 2


def test_what_the_one_in_use_did_not_come_of_is_no_earlier_one(colleague: Client, things: Things) -> None:
    page = text(decided(colleague, things["generation"], "roll_back", "Because."))
    assert "What is in use did not come of it: put it to use instead." in page


def test_it_says_beforehand_that_a_remark_was_taken_back(colleague: Client, things: Things, alice: User) -> None:
    remarks.reject(things["remark"], alice, "No.")
    page = text(colleague.get(reverse("admin:learning_generation_promote", args=[things["generation"].pk])))
    assert "It says what is in force no more" in page
    assert "(Rejected)" in page


def compared(before: Generation, after: Generation) -> str:
    return f"{reverse('admin:learning_generation_compare')}?a={before.pk}&b={after.pk}"


def test_two_are_compared(colleague: Client, things: Things) -> None:
    seed = changing.seed_of(things["generation"].connection)
    response = act(colleague, "generation", "compare", [things["generation"], seed])
    assert response.url == compared(seed, things["generation"])
    page = text(colleague.get(response.url))
    assert f"- {RULE}" in page
    assert "1 of 1 answered, and not found wrong" in page
    assert "Weak evidence: few answers are known." in page


def test_one_is_not_compared(colleague: Client, things: Things) -> None:
    answer = act(colleague, "generation", "compare", [things["generation"]])
    assert said(answer) == ["Choose two generations of one connection."]


def test_those_of_two_connections_are_not_compared(colleague: Client, things: Things, alice: User) -> None:
    other = changing.seed_of(Connection.objects.create(team=alice.teams.get(), name="other", path="/nowhere.sqlite3"))
    answer = act(colleague, "generation", "compare", [things["generation"], other])
    assert said(answer) == ["Choose two generations of one connection."]
    assert said(colleague.get(compared(things["generation"], other)))[-1] == "Choose two generations of one connection."


@pytest.mark.parametrize("action", ["promote", "roll_back"])
def test_one_at_a_time_is_put_to_use(colleague: Client, things: Things, action: str) -> None:
    seed = changing.seed_of(things["generation"].connection)
    assert said(act(colleague, "generation", action, [seed, things["generation"]])) == ["Choose one generation."]


@pytest.mark.parametrize("numbers", ["a=x&b=1", "a=1", "", f"a={'9' * 30}&b=1"])
def test_nonsense_is_compared_with_nothing(colleague: Client, things: Things, numbers: str) -> None:
    assert colleague.get(f"{reverse('admin:learning_generation_compare')}?{numbers}").status_code == 404


def test_another_team_s_generations_are_not_found(outsider: Client, things: Things) -> None:
    seed = changing.seed_of(things["generation"].connection)
    for way in ("promote", "roll_back"):
        assert outsider.get(reverse(f"admin:learning_generation_{way}", args=[seed.pk])).status_code == 404
        assert decided(outsider, things["generation"], way, "Mine.").status_code == 404
    assert outsider.get(compared(seed, things["generation"])).status_code == 404
    assert generation_of(seed.connection) == 0


def test_who_may_only_look_puts_nothing_to_use(alice: User, things: Things) -> None:
    client = staff(alice)
    alice.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    seed = changing.seed_of(things["generation"].connection)
    assert decided(client, things["generation"], "promote", "Mine.").status_code == 403
    act(client, "generation", "promote", [things["generation"]])
    assert generation_of(seed.connection) == 0
    text(client.get(compared(seed, things["generation"])))


def test_a_remark_that_the_prompt_says_is_taken_back_from_it(colleague: Client, things: Things, alice: User) -> None:
    remarks.accept(things["remark"], alice)
    in_use(things, alice)
    page = address("remark", "change", things["remark"])
    assert "The prompt says this in its own words" in text(colleague.get(page))
    response = colleague.post(page, {"decision": "pending", "rule": "", "reason": ""})
    assert "Generation 2 of the prompt is in use for that now." in said(response)
    assert changing.in_use(things["remark"].connection).told == []
