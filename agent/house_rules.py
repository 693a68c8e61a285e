"""Rules about a database that people have said and curators have accepted.

They end the stable prefix. Measured with the embedded model: to say them again beside the question changes nothing, to
say them only there is worse. What counts is that a rule names tables, columns and values.
"""

from collections.abc import Sequence

from agent.budget import tokens
from agent.plain_text import visible

_HEADING = "Rules for this database:"


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


def section(rules: Sequence[str], heading: str = _HEADING) -> str:
    """As it stands in the prefix; empty where there are none."""
    return "\n".join([heading, *map(_line, rules)]) if rules else ""


def _line(rule: str) -> str:
    """One line, whatever is in it."""
    return f"- {' '.join(visible(rule).split())}"
