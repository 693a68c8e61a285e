"""The queue of remarks in the admin."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from datasources.models import AuditEntry
from learning.feedback import remarks
from learning.models import Remark, VerifiedQuery
from tests.learning.admin.things import SECRET, Things, act, address, said, staff, text

pytestmark = pytest.mark.django_db


def test_remarks_are_accepted_with_a_reason(colleague: Client, things: Things, alice: User) -> None:
    response = act(colleague, "remark", "accept", [things["remark"]], "Finance says so.")
    remark = Remark.objects.get()
    assert (remark.state, remark.rule) == ("accepted", remark.text)
    assert (remark.reason, remark.reviewer) == ("Finance says so.", alice)
    assert said(response) == ["1 remark was accepted."]


def test_remarks_are_rejected_with_a_reason(colleague: Client, things: Things) -> None:
    act(colleague, "remark", "reject", [things["remark"]], "That is another table.")
    assert (Remark.objects.get().state, Remark.objects.get().reason) == ("rejected", "That is another table.")


def test_accepting_again_keeps_the_rule_that_a_curator_wrote(colleague: Client, things: Things, alice: User) -> None:
    remarks.accept(things["remark"], alice, rule="Revenue excludes cancelled orders.")
    act(colleague, "remark", "accept", [things["remark"]])
    assert Remark.objects.get().rule == "Revenue excludes cancelled orders."


def test_of_several_those_that_wait_are_decided_on(colleague: Client, things: Things, alice: User) -> None:
    remarks.accept(things["remark"], alice, "Revenue is net.")
    waiting = remarks.give(things["episode"], alice, "without returns")
    assert waiting
    response = act(colleague, "remark", "reject", [things["remark"], waiting])
    assert [remark.state for remark in Remark.objects.order_by("pk")] == ["accepted", "rejected"]
    assert said(response) == ["1 remark was rejected.", "1 remark was left alone: decided on already, or taken back."]


def test_a_remark_that_was_taken_back_is_left_alone(colleague: Client, things: Things, alice: User) -> None:
    remarks.give(things["episode"], alice, "")
    response = act(colleague, "remark", "accept", [things["remark"]])
    assert Remark.objects.get().state == "withdrawn"
    assert said(response) == ["0 remarks were accepted.", "1 remark was left alone: decided on already, or taken back."]
    change = {"decision": "accepted", "rule": "mine", "reason": ""}
    assert colleague.post(address("remark", "change", things["remark"]), change).status_code == 403


def test_a_reason_that_is_too_long_is_refused_and_nothing_is_decided(colleague: Client, things: Things) -> None:
    response = act(colleague, "remark", "accept", [things["remark"]], "x" * 1001)
    assert Remark.objects.get().state == "pending"
    assert len(said(response)) == 1


def test_another_team_s_remarks_are_not_decided_on(outsider: Client, things: Things) -> None:
    act(outsider, "remark", "accept", [things["remark"]])
    change = {"decision": "accepted", "rule": "mine", "reason": ""}
    assert outsider.post(address("remark", "change", things["remark"]), change).status_code == 302
    assert (Remark.objects.get().state, Remark.objects.get().rule) == ("pending", "")


def test_a_remark_is_edited_into_a_rule(colleague: Client, things: Things, alice: User) -> None:
    page = text(colleague.get(address("remark", "change", things["remark"])))
    assert f"wrong: {SECRET}".replace("'", "&#x27;") in page
    change = {"decision": "accepted", "rule": " Revenue excludes\ncancelled orders. ", "reason": "ok", "text": "mine"}
    assert colleague.post(address("remark", "change", things["remark"]), change).status_code == 302

    remark = Remark.objects.get()
    assert (remark.state, remark.rule) == ("accepted", "Revenue excludes cancelled orders.")
    assert (remark.text, remark.reviewer) == (f"wrong: {SECRET}", alice)


def test_saving_without_a_decision_asks_for_one(colleague: Client, things: Things) -> None:
    """Otherwise a rule that somebody wrote would be lost."""
    page = text(colleague.post(address("remark", "change", things["remark"]), {"rule": "mine", "reason": ""}))
    assert "This field is required." in page
    assert "mine" in page


def test_a_rule_is_not_lost_by_leaving_its_remark_in_the_queue(colleague: Client, things: Things) -> None:
    change = {"decision": "pending", "rule": "mine", "reason": ""}
    page = text(colleague.post(address("remark", "change", things["remark"]), change))
    assert "It waits in the queue already: accept or reject it." in page
    assert "mine" in page


def test_a_rule_is_taken_back_into_the_queue(colleague: Client, things: Things, alice: User) -> None:
    remarks.accept(things["remark"], alice)
    change = {"decision": "pending", "rule": "", "reason": ""}
    colleague.post(address("remark", "change", things["remark"]), change)
    assert Remark.objects.get().state == "pending"


def test_a_rule_that_is_too_long_is_refused_in_words(colleague: Client, things: Things) -> None:
    change = {"decision": "accepted", "rule": "x" * 1001, "reason": ""}
    page = text(colleague.post(address("remark", "change", things["remark"]), change))
    assert "That has 1,001 characters; at most 1,000 are possible." in page
    assert Remark.objects.get().state == "pending"


def test_who_may_only_look_decides_on_nothing(alice: User, things: Things) -> None:
    client = staff(alice)
    alice.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    act(client, "remark", "accept", [things["remark"]])
    act(client, "verifiedquery", "retire", [things["verifiedquery"]])
    change = {"decision": "accepted", "rule": "mine", "reason": ""}
    assert client.post(address("remark", "change", things["remark"]), change).status_code == 403
    text(client.get(address("remark", "change", things["remark"])))
    assert Remark.objects.get().state == "pending"
    assert VerifiedQuery.objects.get().is_active


def test_a_rule_is_reworded_and_keeps_its_place(colleague: Client, things: Things, alice: User) -> None:
    remarks.accept(things["remark"], alice, "Revenue is net.")
    accepted_at = Remark.objects.get().reviewed_at
    change = {"decision": "accepted", "rule": "Revenue is net of tax."}
    assert colleague.post(address("remark", "change", things["remark"]), change).status_code == 302
    remark = Remark.objects.get()
    assert (remark.rule, remark.reviewed_at) == ("Revenue is net of tax.", accepted_at)
    assert AuditEntry.objects.filter(message="a rule was reworded: “Revenue is net of tax.”").count() == 1


def test_what_stays_as_it_was_is_not_decided_on_again(colleague: Client, things: Things, alice: User) -> None:
    remarks.accept(things["remark"], alice, "Revenue is net.")
    before = AuditEntry.objects.count()
    change = {"decision": "accepted", "rule": "Revenue is net."}
    assert colleague.post(address("remark", "change", things["remark"]), change).status_code == 302
    assert AuditEntry.objects.count() == before


def test_what_somebody_else_decided_meanwhile_is_not_overwritten_unseen(
    colleague: Client, things: Things, alice: User
) -> None:
    page = address("remark", "change", things["remark"])
    seen = re.search(r'name="seen" value="(\w+)"', text(colleague.get(page)))
    assert seen
    remarks.accept(things["remark"], alice, "Revenue is net.")
    answer = text(colleague.post(page, {"decision": "accepted", "rule": "Mine.", "reason": "", "seen": seen[1]}))
    assert "alice has accepted this remark already, as “Revenue is net.”" in answer
    assert "Mine." in answer
    assert Remark.objects.get().rule == "Revenue is net."


def test_what_is_decided_is_decided_otherwise_only_by_way_of_the_queue(
    colleague: Client, things: Things, alice: User
) -> None:
    remarks.accept(things["remark"], alice, "Revenue is net.")
    page = address("remark", "change", things["remark"])
    assert "It is accepted: put it back into the queue first." in text(colleague.post(page, {"decision": "rejected"}))
    assert Remark.objects.get().state == "accepted"
