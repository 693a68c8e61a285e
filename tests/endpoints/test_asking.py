"""An endpoint that gives no answers is followed by the next one; what each is asked is counted; keys stay secret."""

import logging
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from agent.llm import (
    BegunAnew,
    Finished,
    LLMBadRequest,
    LLMCut,
    LLMError,
)
from agent.scripted_server import ServerHandle
from endpoints.models import Endpoint, Ticket, Usage
from tests.endpoints.conftest import KEY, Configure
from tests.endpoints.putting import QUESTION, llm, said, text

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("configured_only")]

DOWN = {"status": 503, "error": "down", "times": None}
CUT = {"text": "SELECT one, two", "cut_after": 2, "times": None}


@pytest.mark.parametrize(
    "failure",
    [DOWN, {"status": 429, "retry_after": 60}, {"status": 401}, {"status": 404}, {"text": "", "cut_after": 0}],
    ids=["5xx", "rate limit", "key", "model", "cut before a word"],
)
async def test_the_next_one_answers(
    both: tuple[Endpoint, Endpoint], first: ServerHandle, second: ServerHandle, failure: dict[str, Any]
) -> None:
    first.set_script([{"times": None, **failure}])
    second.set_script(["SELECT 2"])
    model = llm()
    items = await said(model)
    assert (text(items), model.model) == ("SELECT 2", "Second-model @ Second")
    assert not any(isinstance(item, BegunAnew) for item in items)


async def test_one_that_cannot_be_reached_is_followed_by_the_next(configure: Configure, second: ServerHandle) -> None:
    await configure("Gone", position=1)
    await configure("Second", second, position=2)
    second.set_script(["SELECT 2"])
    assert text(await said()) == "SELECT 2"


async def test_what_breaks_off_is_taken_back_and_begun_anew(
    both: tuple[Endpoint, Endpoint], first: ServerHandle, second: ServerHandle
) -> None:
    first.set_script([CUT])
    second.set_script(["SELECT 2"])
    items = await said()
    [anew] = [number for number, item in enumerate(items) if isinstance(item, BegunAnew)]
    assert text(items[:anew]) == "SELECT one"
    assert text(items[anew:]) == "SELECT 2"
    assert items[anew] == BegunAnew(
        "The model endpoint First did not end its answer. What it wrote is discarded: Second begins anew."
    )


async def test_what_breaks_off_without_another_endpoint_is_an_error(configure: Configure, first: ServerHandle) -> None:
    await configure("Only", first)
    first.set_script([CUT])
    with pytest.raises(LLMCut, match="Only broke off"):
        await said()


async def test_a_question_that_is_at_fault_is_put_to_no_other(
    both: tuple[Endpoint, Endpoint], first: ServerHandle, second: ServerHandle
) -> None:
    first.set_script([{"status": 400, "error": "too long"}])
    with pytest.raises(LLMBadRequest):
        await said()
    assert not second.requests()


async def test_a_prompt_that_is_too_long_for_the_next_one_is_not_sent_there(
    configure: Configure, first: ServerHandle, second: ServerHandle
) -> None:
    await configure("First", first, position=1)
    await configure("Small", second, position=2, context=40)
    first.set_script([DOWN])
    with pytest.raises(LLMError, match="First failed"):
        await said()
    assert not second.requests()


class TestWhatItCosts:
    async def test_tokens_are_counted_and_priced(self, configure: Configure, first: ServerHandle) -> None:
        await configure("Only", first, prompt_price=2, cached_price=Decimal("0.5"), completion_price=10)
        usage = {"prompt": 1_000_000, "cached": 400_000, "completion": 100_000}
        first.set_script([{"text": "SELECT 1", "usage": usage, "times": None}])
        await said()
        await said()
        day = await Usage.objects.aget()
        assert (day.answers, day.prompt_tokens, day.cached_tokens, day.completion_tokens) == (
            2,
            2_000_000,
            800_000,
            200_000,
        )
        assert day.cost == 2 * (Decimal("1.2") + Decimal("0.2") + 1)

    async def test_one_that_is_not_read_to_its_end_is_estimated(
        self, configure: Configure, first: ServerHandle
    ) -> None:
        await configure("Only", first)
        first.set_script(["SELECT one, two, three"])
        stream = llm().stream(QUESTION, max_tokens=50)
        await anext(stream)
        await stream.aclose()
        day = await Usage.objects.aget()
        assert (day.answers, day.completion_tokens) == (1, 1)

    async def test_failures_are_counted_and_cost_nothing(
        self, both: tuple[Endpoint, Endpoint], first: ServerHandle, second: ServerHandle
    ) -> None:
        first.set_script([DOWN])
        second.set_script(["SELECT 2"])
        await said()
        day = await Usage.objects.aget(endpoint__name="First")
        assert (day.answers, day.failures, day.prompt_tokens) == (0, 1, 0)


class TestKeys:
    @pytest.fixture(autouse=True)
    def told(self, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
        """Whatever happens, no log holds it."""
        caplog.set_level(logging.DEBUG)
        yield
        assert KEY not in caplog.text

    async def test_one_that_the_endpoint_repeats_is_told_nobody(
        self, configure: Configure, first: ServerHandle
    ) -> None:
        await configure("Only", first)
        first.set_script([{"status": 500, "error": f"bad key {KEY}!", "times": None}])
        with pytest.raises(LLMError) as caught:
            await said()
        assert "bad key …!" in caught.value.message
        assert KEY not in (await Endpoint.objects.aget(name="Only")).last_error

    async def test_one_that_cannot_be_read_is_a_failure_of_that_endpoint(
        self, both: tuple[Endpoint, Endpoint], second: ServerHandle, settings: Settings
    ) -> None:
        await Endpoint.objects.filter(name="First").aupdate(encrypted_key="nonsense")
        second.set_script(["SELECT 2"])
        assert text(await said()) == "SELECT 2"
        assert "cannot be read" in (await Endpoint.objects.aget(name="First")).last_error

    async def test_it_is_encrypted_where_it_is_stored(self, configure: Configure) -> None:
        stored = (await configure("Only")).encrypted_key
        assert stored
        assert KEY not in stored


async def test_an_endpoint_without_limits_is_asked_without_a_place(configure: Configure, first: ServerHandle) -> None:
    await configure("Only", first)
    first.set_script(["SELECT one"])
    stream = llm().stream(QUESTION, max_tokens=50)
    await anext(stream)
    assert not await Ticket.objects.aexists()
    await stream.aclose()


async def test_where_another_one_could_answer_a_short_wait_is_kept_and_a_long_one_is_not(
    both: tuple[Endpoint, Endpoint], first: ServerHandle, second: ServerHandle
) -> None:
    first.set_script([{"status": 429, "retry_after": 0.1}, "SELECT 1"])
    assert text(await said()) == "SELECT 1"
    first.set_script([{"status": 429, "retry_after": 5}, "SELECT 1"])
    second.set_script(["SELECT 2"])
    started = time.monotonic()
    assert text(await said()) == "SELECT 2"
    assert time.monotonic() - started < 4


async def test_it_ends_as_the_protocol_says(configure: Configure, first: ServerHandle) -> None:
    await configure("Only", first)
    first.set_script(["SELECT 1"])
    *_, last = await said()
    assert isinstance(last, Finished)
