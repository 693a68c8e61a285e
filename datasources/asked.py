"""What a child is asked, as the engine asks it: a dead one is replaced, and what goes wrong is a SQLError."""

import signal
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import Any, NoReturn

from datasources.children import ChildGone, DeadlinePassed, Refused, Source
from datasources.errors import (
    ConnectFailed,
    DatabaseBusy,
    NotReadOnly,
    QueryCancelled,
    QueryFailed,
    QueryTimeout,
    SQLError,
)
from datasources.pool import AllBusy, Turn, pool
from datasources.wire import Failure

# The database stops itself at the limit; what it cannot interrupt is killed this much later.
_GRACE_SECONDS = 0.25
_SECONDS_TO_WAIT_FOR_A_STREAM = 30.0
_ERRORS: dict[str, type[SQLError]] = {
    "connect": ConnectFailed,
    "failed": QueryFailed,
    "lost": ConnectFailed,
    "refused": NotReadOnly,
}


def answer_of(
    source: Source, request: tuple[object, ...], turn: Turn, seconds: float, *, fresh: bool
) -> tuple[Any, ...]:
    with _in_words(seconds):
        answer = _ask_a_child(source, request, turn, seconds, fresh=fresh)
    if isinstance(answer, Failure):
        _raise(answer, seconds)
    return answer


def parts_of(
    source: Source, request: tuple[object, ...], turn: Turn, seconds: float
) -> Generator[tuple[str, tuple[Any, ...]], None, None]:
    """Of a stream, as wire.py has them, to their end or a SQLError."""
    try:
        with _in_words(seconds), closing(_asked_of_a_child(source, request, turn, seconds, fresh=False)) as parts:
            for kind, answer in parts:
                if isinstance(answer, Failure):
                    _raise(answer, seconds)
                yield kind, answer
    except SQLError:
        if turn.has_ended:
            raise QueryCancelled("The query was cancelled.") from None
        raise


def _asked_of_a_child(
    source: Source, request: tuple[object, ...], turn: Turn, seconds: float, *, fresh: bool
) -> Generator[tuple[str, tuple[Any, ...] | Failure], None, None]:
    """As in _ask_a_child, one that was dead is replaced, unless some of its rows have been given."""
    has_begun = False
    try:
        with pool.lend(source, turn, min(seconds, _SECONDS_TO_WAIT_FOR_A_STREAM), fresh=fresh) as child:
            for kind, answer in child.ask_for_parts(request, seconds + _GRACE_SECONDS):
                if isinstance(answer, Failure) and answer.kind == "lost" and not (has_begun or fresh or turn.has_ended):
                    break
                has_begun = True
                yield kind, answer
            else:
                return
    except ChildGone as gone:
        if has_begun or fresh or turn.has_ended or not gone.was_dead:
            raise
    yield from _asked_of_a_child(source, request, turn, seconds, fresh=True)


@contextmanager
def _in_words(seconds: float) -> Iterator[None]:
    """What a pool and its children raise, as SQLErrors."""
    try:
        yield
    except AllBusy as busy:
        message = f"{busy.running} queries are running on this database already. Try again in a moment."
        raise DatabaseBusy(message) from None
    except Refused as refusal:
        _raise(refusal.failure, seconds)
    except DeadlinePassed:
        _raise(Failure("timeout", ""), seconds)
    except ChildGone as gone:
        _raise(_death(gone), seconds)
    except OSError as error:
        raise ConnectFailed(f"The database process could not be started: {error.strerror}.") from error


def _ask_a_child(
    source: Source, request: tuple[object, ...], turn: Turn, seconds: float, *, fresh: bool
) -> tuple[Any, ...] | Failure:
    """A child that died while it was idle, or whose server hung up meanwhile, is replaced: everything here only
    reads, so asking again changes nothing."""
    try:
        with pool.lend(source, turn, seconds, fresh=fresh) as child:
            answer = child.ask(request, seconds + _GRACE_SECONDS)
        if fresh or turn.has_ended or not (isinstance(answer, Failure) and answer.kind == "lost"):
            return answer
    except ChildGone as gone:
        if fresh or turn.has_ended or not gone.was_dead:
            raise
    return _ask_a_child(source, request, turn, seconds, fresh=True)


def _death(gone: ChildGone) -> Failure:
    if gone.signal == signal.SIGXCPU:
        return Failure("timeout", "")
    return Failure("failed", "The database process broke down while it ran the statement.", "CRASH")


def _raise(failure: Failure, seconds: float) -> NoReturn:
    if failure.kind == "timeout":
        raise QueryTimeout(f"The query was stopped after {seconds:g} seconds, the time that it may take.")
    raise _ERRORS[failure.kind](failure.message, failure.code, failure.position)
