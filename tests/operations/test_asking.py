"""What may hang is asked in a thread, for so long only, and never twice at once."""

import asyncio
import gc
import threading

import pytest

from operations.asking import Question


class Slow:
    """It answers when it is let."""

    def __init__(self) -> None:
        self.asked = 0
        self.may_answer = threading.Event()

    def __call__(self) -> int:
        self.asked += 1
        self.may_answer.wait(30)
        return self.asked


async def test_who_waits_too_long_is_told_so_and_the_next_one_gets_the_answer() -> None:
    slow = Slow()
    question = Question(slow, fresh=60)
    with pytest.raises(TimeoutError):
        await question.answer(0.05)
    slow.may_answer.set()
    assert (await question.answer(30)).answer == 1


async def test_many_who_ask_at_once_make_one_question() -> None:
    slow = Slow()
    question = Question(slow)
    asking = asyncio.gather(*(question.answer(30) for _ in range(20)))
    await asyncio.sleep(0)
    slow.may_answer.set()
    assert {told.answer for told in await asking} == {1}


async def test_an_answer_that_is_not_fresh_is_asked_for_again() -> None:
    slow = Slow()
    slow.may_answer.set()
    question = Question(slow)
    assert [(await question.answer(30)).answer for _ in range(2)] == [1, 2]


async def test_what_breaks_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        await Question(lambda: 1 // 0).answer(30)


@pytest.mark.parametrize("seconds", [30, 0.01])
async def test_what_breaks_is_complained_of_nowhere_else(seconds: float) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
    may_break, has_broken = threading.Event(), threading.Event()

    def ask() -> int:
        may_break.wait(seconds * 2)
        has_broken.set()
        return 1 // 0

    if seconds > 1:
        may_break.set()
    with pytest.raises((ZeroDivisionError, TimeoutError)):
        await Question(ask).answer(seconds)
    may_break.set()
    has_broken.wait(30)
    await asyncio.sleep(0.05)
    gc.collect()
    assert complaints == []
