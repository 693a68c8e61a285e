"""How the agent's work is said to people: what went wrong, how it was repaired, how long it took."""

from __future__ import annotations

from agent.errors import ErrorClass

ERROR_WORDS = {
    ErrorClass.NO_SUCH_COLUMN: "Wrong column",
    ErrorClass.NO_SUCH_TABLE: "Wrong table",
    ErrorClass.AMBIGUOUS_COLUMN: "Ambiguous column",
    ErrorClass.SYNTAX_ERROR: "Syntax error",
    ErrorClass.AGGREGATION_ERROR: "Wrong grouping",
    ErrorClass.DATATYPE_MISMATCH: "Types do not match",
    ErrorClass.NO_SUCH_FUNCTION: "Unknown function",
    ErrorClass.EMPTY_RESULT: "No rows",
    ErrorClass.SUSPICIOUS: "Likely wrong",
    ErrorClass.TIMEOUT: "Too slow",
    ErrorClass.NOT_READ_ONLY: "Not read-only",
    ErrorClass.REJECTED: "Rejected before",
    ErrorClass.OTHER: "Failed",
}


def error_words(error_class: str) -> str:
    """Empty where there is no error."""
    return ERROR_WORDS.get(ErrorClass(error_class), "Failed") if error_class else ""


def strategy_words(strategy: str) -> str:
    return strategy.replace("_", " ").replace("cte", "CTE").replace("groupby", "GROUP BY")


def percent(share: float | None) -> str:
    """Without digits after the point, which so few questions and attempts could not bear."""
    return "" if share is None else f"{100 * share:.0f}\N{NARROW NO-BREAK SPACE}%"


def p_value(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def duration(seconds: float) -> str:
    """In the unit that a person would say."""
    milliseconds = seconds * 1000
    if milliseconds < 1:
        return "under 1 ms"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 100 else f"{minutes / 60:.1f} h"
