"""Example questions for a database: how the model is asked for them, and what of its reply is one."""

import re
from collections.abc import Iterator

from agent.llm import Message
from agent.prompt import Prompt, prompt_file

LONGEST, FEWEST_WORDS = 140, 3

# A number, a bullet, a heading such as "Question 1:" or "**Sales**:", quotes.
_LEAD = re.compile(
    r"^(?:\*\*[^*]{1,40}(?:\*\*\s*:|:\s*\*\*)|\(?\d+[.):]|Q(?:uestion)?\s*\d*[:.)]|[-*•>#\s\"'“`_])+", re.IGNORECASE
)
_TRAIL = re.compile(r"[\s*_\"'”`]+$")
_IN_THE_DATABASE = re.compile(r" (?:stored |recorded )?in (?:the|this|our) database(?=[?.]?$)", re.IGNORECASE)
_ORDER = re.compile(r"(?:list|show|find|count|give|get|name|calculate|compare|rank)\b", re.IGNORECASE)
_SQL = re.compile(r"\bselect\b.*\bfrom\b|;\s*$|```", re.IGNORECASE)


def request(prompt: Prompt) -> list[Message]:
    """Asks for questions. It begins like what people's questions are asked with, so that an endpoint's cache serves.

    What tells the model to reply with SQL stays out: a small one would.
    """
    return [Message("system", prompt.facts), Message("user", prompt.after_tables(prompt_file("examples")))]


def parse(reply: str) -> list[str]:
    """The questions in a reply, in its order, each once: one a line, whatever stands before and after it."""
    questions: dict[str, str] = {}
    for question in _questions(reply):
        questions.setdefault(question.casefold(), question)
    return list(questions.values())


def _questions(reply: str) -> Iterator[str]:
    for line in reply.splitlines():
        text = _TRAIL.sub("", _LEAD.sub("", line.strip()))
        asked, mark, _ = text.partition("?")
        if not (mark or (_ORDER.match(text) and not text.endswith(":"))):
            continue
        question = _IN_THE_DATABASE.sub("", f"{asked}{mark}")
        if len(question) <= LONGEST and len(question.split()) >= FEWEST_WORDS and not _SQL.search(question):
            yield question[0].upper() + question[1:]
