"""An answer's chart over HTTP: drawn, changed, remembered for each person."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.html import escape

from accounts.models import User
from chat.models import Conversation
from datasources.engine import ResultSet
from learning.models import Episode
from learning.results import to_json
from tests.chat.answers import answered, text, url
from tests.site import MakeUser
from workbench.charts.models import ChartChoice

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
ROWS = (("North", "a", 5.0), ("North", "b", 7.0), ("South", "a", 2.0), ("South", "b", 1.0))
BARS = {"type": "bar", "x": "1", "y": ["2"], "colour": "", "aggregate": "sum", "sort": "up"}


@pytest.fixture
def episode(conversation: Conversation) -> Episode:
    return answered(
        conversation,
        result=to_json(ResultSet(("region", "product", "revenue"), ROWS, False, 0.1)),
        user=conversation.user,
    )


def drawn(page: str) -> dict[str, Any]:
    found = re.search(r'data-spec="([^"]*)"', page)
    assert found, page
    specification: dict[str, Any] = json.loads(unescape(found[1]))
    return specification


def changed(client: Client, episode: Episode, **form: Any) -> str:
    response = client.post(url("answer_chart", episode.pk), {**BARS, **form}, headers=HTMX)
    assert response.status_code == 200
    return response.content.decode()


def test_the_suggestion_is_drawn_with_its_sentence_and_its_data(alice_client: Client, episode: Episode) -> None:
    page = text(alice_client, url("answer_chart", episode.pk))
    assert "revenue by region, divided by product" in page
    assert 'role="img"' in page
    assert "Highest b, North with 7" in page
    assert drawn(page)["encoding"]["color"]["scale"]["domain"] == ["a", "b"]
    assert "Back to the suggestion" not in page


def test_without_htmx_it_is_a_page_of_its_own(alice_client: Client, episode: Episode) -> None:
    assert "<html" in text(alice_client, url("answer_chart", episode.pk))
    fragment = alice_client.get(url("answer_chart", episode.pk), headers=HTMX).content.decode()
    assert "<html" not in fragment


def test_a_change_is_drawn_and_remembered(alice_client: Client, episode: Episode) -> None:
    page = changed(alice_client, episode)
    assert [mark["x"] for mark in drawn(page)["data"]["values"]] == ["a", "b"]
    again = text(alice_client, url("answer_chart", episode.pk))
    assert drawn(again) == drawn(page)
    assert "Back to the suggestion" in again


def test_one_goes_back_to_the_suggestion(alice_client: Client, episode: Episode) -> None:
    before = drawn(text(alice_client, url("answer_chart", episode.pk)))
    changed(alice_client, episode)
    response = alice_client.post(url("answer_chart", episode.pk), {"suggested": "1"}, headers=HTMX)
    assert drawn(response.content.decode()) == before
    assert drawn(text(alice_client, url("answer_chart", episode.pk))) == before


def test_what_cannot_be_drawn_is_explained_and_the_form_keeps_it(alice_client: Client, episode: Episode) -> None:
    changed(alice_client, episode)
    page = changed(alice_client, episode, type="scatter", x="0")
    assert escape("A scatter needs two columns of numbers; “region” holds categories.") in page
    assert re.search(r'<option value="scatter"\s+selected>', page)
    assert [mark["x"] for mark in drawn(page)["data"]["values"]] == ["a", "b"], "the chart before is still there"
    assert drawn(text(alice_client, url("answer_chart", episode.pk)))["mark"] == {"type": "bar"}


@pytest.mark.parametrize("wrong", [{"type": "pie"}, {"x": "first"}, {"y": ["2", "z"]}, {"aggregate": "product"}])
def test_what_is_no_chart_is_refused(alice_client: Client, episode: Episode, wrong: dict[str, Any]) -> None:
    assert alice_client.post(url("answer_chart", episode.pk), BARS | wrong, headers=HTMX).status_code == 400
    assert not ChartChoice.objects.exists()


def test_table_or_chart_is_remembered(alice_client: Client, alice: User, episode: Episode) -> None:
    shown = url("answer_chart_shown", episode.pk)
    known = f"{url('charts_shown')}?answers={episode.pk},{uuid4()},nonsense"
    assert alice_client.get(known).json() == {"charts": []}
    assert 'role="img"' in alice_client.post(shown, {"view": "chart"}, headers=HTMX).content.decode()
    assert alice_client.get(known).json() == {"charts": [str(episode.pk)]}
    assert alice_client.post(shown, {"view": "table"}, headers=HTMX).status_code == 204
    assert alice_client.get(known).json() == {"charts": []}
    assert alice_client.post(shown, {"view": "both"}, headers=HTMX).status_code == 400


def test_looking_at_the_table_again_forgets_no_chart(alice_client: Client, episode: Episode) -> None:
    page = changed(alice_client, episode)
    alice_client.post(url("answer_chart_shown", episode.pk), {"view": "table"}, headers=HTMX)
    response = alice_client.post(url("answer_chart_shown", episode.pk), {"view": "chart"}, headers=HTMX)
    assert drawn(response.content.decode()) == drawn(page)


def test_a_choice_for_other_columns_does_not_hold(alice_client: Client, episode: Episode) -> None:
    changed(alice_client, episode)
    episode.result = to_json(ResultSet(("name", "city", "price"), ROWS, False, 0.1))
    episode.save()
    assert "price by name" in text(alice_client, url("answer_chart", episode.pk))


def test_what_the_asker_chose_is_what_others_see_first(
    alice: User, alice_client: Client, episode: Episode, make_user: MakeUser
) -> None:
    changed(alice_client, episode)
    mate = make_user("mate", alice.teams.get())
    mine = ChartChoice.objects.of(episode, mate)
    assert mine is not None
    assert mine.user == alice
    ChartChoice.objects.create(episode=episode, user=mate, chart=None)
    own = ChartChoice.objects.of(episode, mate)
    assert own is not None
    assert own.user == mate


def test_a_colleague_s_conversation_is_private(episode: Episode, alice: User, make_user: MakeUser) -> None:
    mate = Client()
    mate.force_login(make_user("mate", alice.teams.get()))
    assert mate.get(url("answer_chart", episode.pk)).status_code == 404
    assert mate.post(url("answer_chart_shown", episode.pk), {"view": "chart"}).status_code == 404
    assert mate.get(f"{url('charts_shown')}?answers={episode.pk}").json() == {"charts": []}


def test_names_and_values_are_escaped(alice_client: Client, conversation: Conversation) -> None:
    evil = '"><script>alert(1)</script>'
    rows = ((evil, 1.0), ("b", 2.0), ("c", 3.0))
    episode = answered(conversation, result=to_json(ResultSet((evil, "revenue"), rows, False, 0.1)))
    page = text(alice_client, url("answer_chart", episode.pk))
    assert "<script>alert" not in page
    assert evil in drawn(page)["encoding"]["x"]["scale"]["domain"]


def test_an_answer_without_rows_has_no_chart(alice_client: Client, conversation: Conversation) -> None:
    episode = answered(conversation, result=None)
    assert "There are no rows to draw." in text(alice_client, url("answer_chart", episode.pk))


def test_the_switch_is_at_answers_with_rows_only(
    alice_client: Client, conversation: Conversation, episode: Episode
) -> None:
    empty = answered(conversation, result=to_json(ResultSet(("name",), (), False, 0.1)))
    page = text(alice_client, url("conversation", conversation.pk))
    assert f'data-view-switch="{episode.pk}"' in page
    assert f'data-view-switch="{empty.pk}"' not in page


def test_a_result_that_was_cut_says_so(alice_client: Client, conversation: Conversation) -> None:
    episode = answered(conversation, result=to_json(ResultSet(("region", "revenue"), (("a", 1), ("b", 2)), True, 0.1)))
    assert "Drawn from the first 2 rows: there are more." in text(alice_client, url("answer_chart", episode.pk))
