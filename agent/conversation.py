"""An episode's attempts as the model is told of them: what is asked for, what was written, what came of it."""

from collections.abc import Callable, Iterator, Sequence

from agent import prompt, wanted_tables
from agent.attempt import Attempt
from agent.llm import Message


def told(
    attempts: Sequence[Attempt],
    repeats: Callable[[Attempt], bool],
    asked_with: prompt.Prompt | None = None,
    opening: Sequence[Message] = (),
) -> Iterator[Message]:
    """The messages after the question, ending with what is asked for now: the next SQL, or a diagnosis.

    The same attempts always give the same bytes, so that a repair appends to what the endpoint has read. `repeats` says
    whether an attempt wrote an earlier query again. Where `asked_with` does not tell the schema whole, a repair brings
    the tables that the attempt before it wants and that neither the `opening` messages nor an earlier repair has.
    """
    shown = [message.content for message in opening]
    for place, attempt in enumerate(attempts):
        is_last = place == len(attempts) - 1
        if attempt.number > 1:
            before = attempts[place - 1]
            tables = _tables(before, asked_with, shown)
            shown.append(tables)
            yield _request(before, attempt, tables, repeats)
        if is_last and not attempt.is_diagnosed:
            return
        yield prompt.reply(attempt.sql) if attempt.talk is None else prompt.said(attempt.talk)
        if attempt.is_diagnosed:
            yield prompt.diagnosis_request(_failure(attempt, repeats))
            if not is_last:
                yield prompt.said(attempt.diagnosis)


def _tables(failed: Attempt, asked_with: prompt.Prompt | None, shown: Sequence[str]) -> str:
    if asked_with is None:
        return ""
    return asked_with.tables_for_repair(failed.talk or failed.sql, failed.message, "\n".join(shown))


def _request(before: Attempt, attempt: Attempt, tables: str, repeats: Callable[[Attempt], bool]) -> Message:
    if tables and before.talk and wanted_tables.is_request(before.talk):
        return prompt.requested(tables)
    failed = "" if before.is_diagnosed else _failure(before, repeats)
    return prompt.repair_request(failed, attempt.strategy, tables)


def _failure(attempt: Attempt, repeats: Callable[[Attempt], bool]) -> str:
    return prompt.failure(attempt.failure, attempt.message, attempt.hint, repeated=repeats(attempt))
