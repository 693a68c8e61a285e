"""Signs of life, judged without a clock."""

from operations.signs import Unmoved


def test_what_moves_is_alive() -> None:
    unmoved: Unmoved[str] = Unmoved(looks=2)
    assert [unmoved.look({"a": beats}) for beats in (1, 2, 3, 4, 5)] == [[]] * 5


def test_what_has_not_moved_for_so_many_looks_is_not() -> None:
    unmoved: Unmoved[str] = Unmoved(looks=2)
    found = [unmoved.look({"a": 1, "b": beats}) for beats in (1, 2, 3)]
    assert found == [[], [], ["a"]]


def test_a_sign_may_go_back_as_a_clock_does() -> None:
    unmoved: Unmoved[str] = Unmoved(looks=2)
    assert [unmoved.look({"a": time}) for time in (9, 10, 2, 3, 4)] == [[]] * 5


def test_who_has_given_no_sign_at_all_is_waited_for_as_long() -> None:
    unmoved: Unmoved[str] = Unmoved(looks=2)
    assert [unmoved.look({"a": None}) for _ in range(3)] == [[], [], ["a"]]


def test_who_comes_back_is_counted_anew() -> None:
    unmoved: Unmoved[str] = Unmoved(looks=2)
    assert [unmoved.look(signs) for signs in ({"a": 1}, {"a": 1}, {}, {"a": 1}, {"a": 1})] == [[]] * 5


def test_what_was_seen_before_an_outage_does_not_count() -> None:
    unmoved: Unmoved[str] = Unmoved(looks=2)
    unmoved.look({"a": 1})
    unmoved.look({"a": 1})
    unmoved.forget()
    assert [unmoved.look({"a": 1}) for _ in range(2)] == [[], []]
