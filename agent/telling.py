"""What the model is told in an episode: the question, the answers that were not wanted, the attempts so far."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from agent import prompt
from agent.attempt import Attempt
from agent.conversation import told
from agent.events import DiagnosisDelta
from agent.llm import LLM, BegunAnew, Finished, LLMError, Message, TextDelta, Usage, Waiting
from agent.rejection import Rejected
from agent.same_sql import same_query


@dataclass(frozen=True)
class Telling:
    """Of one question. `attempts` are the episode's own list, which grows. `with_values`: also which stored values the
    question names."""

    question: str
    asked_with: prompt.Prompt
    attempts: Sequence[Attempt]
    history: Sequence[prompt.Turn] = ()
    examples: Sequence[prompt.Example] = ()
    rejected: Sequence[Rejected] = ()
    with_values: bool = False

    def messages(self, reply_tokens: int, view: prompt.Prompt | None = None) -> list[Message]:
        """What fits beside a reply of so many tokens; with another `view` of the database where one is given."""
        asked_with = view or self.asked_with
        opening = asked_with.opening(self.history, self.question, self.examples, self.with_values)
        rejections = [
            message for each in self.rejected for message in (prompt.reply(each.sql), prompt.rejection(each.remark))
        ]
        messages = [*opening, *rejections, *told(self.attempts, self.repeats, asked_with, opening)]
        return asked_with.fitting(messages, len(opening), reply_tokens)

    def views(self, reply_tokens: int) -> list[list[Message]]:
        """The messages by each view of the database that there is."""
        other = self.asked_with.other_view()
        views = [self.asked_with] if other is self.asked_with else [self.asked_with, other]
        return [self.messages(reply_tokens, view) for view in views]

    def repeats(self, attempt: Attempt) -> bool:
        """Whether it is a query that was written, or rejected, before."""
        earlier = [each.sql for each in self.attempts[: attempt.number - 1]]
        earlier += [each.sql for each in self.rejected]
        return any(same_query(attempt.sql, sql, self.asked_with.dialect) for sql in earlier)


async def diagnosed(
    llm: LLM, messages: Sequence[Message], attempt: Attempt, tokens: int
) -> AsyncGenerator[DiagnosisDelta | BegunAnew | Waiting | Usage]:
    """Have the model say in a sentence what went wrong in `attempt`, as far as it can be asked; ends with what it
    cost."""
    try:
        async with aclosing(llm.stream(messages, max_tokens=tokens)) as items:
            async for item in items:
                match item:
                    case TextDelta(text):
                        attempt.diagnosis += text
                        yield DiagnosisDelta(text)
                    case Finished(_, usage):
                        yield usage
                    case BegunAnew():
                        attempt.diagnosis = ""
                        yield item
                    case Waiting():
                        yield item
    except LLMError:
        pass  # the repair goes on without it
