"""The repair strategies: the bandit's arms, each with the instruction that it gives to the model."""

from enum import StrEnum
from functools import cache
from pathlib import Path

_INSTRUCTIONS = Path(__file__).parent / "prompts" / "repairs"


class Strategy(StrEnum):
    """`GENERATE` opens an episode; the others repair what failed."""

    GENERATE = "generate"
    REWRITE_FULL = "rewrite_full"
    FIX_COLUMN = "fix_column"
    FIX_TABLE = "fix_table"
    ADD_GROUPBY = "add_groupby"
    REWRITE_CTE = "rewrite_cte"
    FIX_SYNTAX = "fix_syntax"
    CHANGE_DIALECT = "change_dialect"
    RELAX_FILTER = "relax_filter"


REPAIRS = tuple(strategy for strategy in Strategy if strategy is not Strategy.GENERATE)


@cache
def instruction(strategy: Strategy) -> str:
    """What to tell the model for this repair; a file beside the code."""
    return (_INSTRUCTIONS / f"{strategy}.md").read_text().strip()
