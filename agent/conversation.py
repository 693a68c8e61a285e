"""An episode's attempts as the model is told of them: what is asked for, what was written, what came of it."""

from collections.abc import Callable, Iterator, Sequence

from agent import prompt
from agent.attempt import Attempt
from agent.llm import Message


def told(attempts: Sequence[Attempt], repeats: Callable[[Attempt], bool]) -> Iterator[Message]:
    """The messages after the question, ending with what is asked for now: the next SQL, or a diagnosis.

    The same attempts always give the same bytes, so that a repair appends to what the endpoint has read. `repeats` says
    whether an attempt wrote an earlier query again.
    """
    for place, attempt in enumerate(attempts):
        is_last = place == len(attempts) - 1
        if attempt.number > 1:
            before = attempts[place - 1]
            failed = "" if before.is_diagnosed else _failure(before, repeats)
            yield prompt.repair_request(failed, attempt.strategy)
        if is_last and not attempt.is_diagnosed:
            return
        yield prompt.reply(attempt.sql) if attempt.talk is None else prompt.said(attempt.talk)
        if attempt.is_diagnosed:
            yield prompt.diagnosis_request(_failure(attempt, repeats))
            if not is_last:
                yield prompt.said(attempt.diagnosis)


def _failure(attempt: Attempt, repeats: Callable[[Attempt], bool]) -> str:
    return prompt.failure(attempt.failure, attempt.message, attempt.hint, repeated=repeats(attempt))
