"""What a browser is sent of an answer: each message once and in order, or the whole."""

import pytest

from chat.fragments import Fragment, merged
from chat.picture import Fits, Picture

BEGUN = Fragment("turn", "a", 1, 1)
WHOLE = Fragment("whole", "a", 4, 4, whole=True)
END = Fragment("end", "a", 5, 5, whole=True, end=True)


def part(first: int, last: int = 0) -> Fragment:
    last = last or first
    return Fragment("".join(str(number) for number in range(first, last + 1)), "a", first, last)


def fits(*fragments: Fragment) -> list[Fits]:
    picture = Picture()
    return [picture.take(fragment) for fragment in fragments]


def test_what_follows_is_next() -> None:
    assert fits(BEGUN, part(2), part(3, 5), part(6)) == [Fits.NEXT] * 4


def test_nothing_is_sent_twice() -> None:
    assert fits(BEGUN, part(2), part(2), BEGUN)[2:] == [Fits.SEEN, Fits.SEEN]


@pytest.mark.parametrize("late", [part(3), part(3, 6)])
def test_what_comes_after_something_lost_is_too_late(late: Fragment) -> None:
    assert fits(BEGUN, late)[1] is Fits.TOO_LATE


def test_what_overlaps_is_too_late() -> None:
    assert fits(BEGUN, part(2), part(2, 3))[2] is Fits.TOO_LATE


def test_a_whole_one_needs_nothing_before_it() -> None:
    assert fits(BEGUN, WHOLE, part(5)) == [Fits.NEXT] * 3


def test_an_answer_that_the_page_may_not_have_begins_with_nothing_else() -> None:
    assert fits(part(2)) == fits(WHOLE) == [Fits.TOO_LATE]


def test_an_answer_that_is_behind_goes_on_with_a_whole_one_only() -> None:
    picture = Picture()
    picture.has("a", 2, end=False)
    picture.waits_for("a")
    assert picture.take(part(3)) is Fits.TOO_LATE
    assert picture.take(Fragment("whole", "a", 2, 2, whole=True)) is Fits.NEXT
    assert picture.take(part(3)) is Fits.NEXT


def test_what_belongs_to_no_answer_is_always_sent() -> None:
    assert fits(Fragment("news"), Fragment("news")) == [Fits.NEXT, Fits.NEXT]


def test_an_answer_is_unfinished_until_its_end() -> None:
    picture = Picture()
    picture.take(BEGUN)
    assert picture.unfinished == {"a"}
    picture.take(END)
    assert not picture.unfinished


def test_what_waits_to_be_sent_is_joined() -> None:
    assert merged([BEGUN, part(2), part(3), part(4)]) == [BEGUN, part(2, 4)]


def test_a_whole_one_replaces_what_waits_before_it_but_for_the_question() -> None:
    assert merged([BEGUN, part(2), part(3), WHOLE, END]) == [BEGUN, END]


def test_two_answers_are_kept_apart() -> None:
    other = Fragment("x", "b", 2, 2)
    assert merged([part(2), other, part(3)]) == [part(2), other, part(3)]
    assert merged([part(2), Fragment("news"), part(3)]) == [part(2), Fragment("news"), part(3)]


def test_it_survives_the_journey() -> None:
    assert Fragment.from_message({"type": "fragment", **END.as_message()}) == END
