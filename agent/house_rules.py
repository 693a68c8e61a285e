"""Rules about a database that people have said and curators have accepted.

All of them stand in the stable prefix, where a small model overlooks most of a list. So the few that concern a question
are said again beside it.
"""

from collections.abc import Collection, Sequence

from agent.budget import tokens
from agent.stems import stems

_HEADING = "Rules for this database:"
_MOST_BESIDE = 3
_OF_A_TABLE = 0.3
"""What a shared word counts that names a table: many rules and many questions are about orders."""
_WORTH = 0.5
"""Of the best rule's score: less is chance."""


def fitting(rules: Sequence[str], limit: int) -> list[str]:
    """The first that `limit` tokens hold, whole. Those after them are left out, so that what was read before stays."""
    limit -= tokens(_HEADING)
    kept = []
    for rule in rules:
        limit -= cost(rule)
        if limit < 0:
            break
        kept.append(rule)
    return kept


def cost(rule: str) -> int:
    """Tokens, about."""
    return tokens(_line(rule))


def section(rules: Sequence[str]) -> str:
    """As it stands in the prefix; empty where there are none."""
    return "\n".join([_HEADING, *map(_line, rules)]) if rules else ""


def concerning(question: str, rules: Sequence[str], tables: Collection[str] = ()) -> list[str]:
    """The rules that share words with a question, the nearest first; `tables` are the stems of the tables' names."""
    wanted = set(stems(question))
    scores = {rule: sum(_weight(word, tables) for word in wanted.intersection(stems(rule))) for rule in rules}
    best = max(scores.values(), default=0.0)
    near = [rule for rule, score in scores.items() if score and score >= _WORTH * best]
    return sorted(near, key=lambda rule: -scores[rule])[:_MOST_BESIDE]


def _weight(word: str, tables: Collection[str]) -> float:
    return _OF_A_TABLE if word in tables else 1.0


def _line(rule: str) -> str:
    """One line, whatever is in it."""
    return f"- {' '.join(rule.split())}"
