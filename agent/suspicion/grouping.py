"""One row where the question asks for one of each, and all rows where it asks for the first of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from agent.reading import Doubt, DoubtKind
from agent.stems import stems
from agent.suspicion.probing import Probes
from agent.suspicion.statement import Asked, Statement, aggregates

_NOT_A_THING = r"(?!of\b|once\b|other\b|time\b|one\b|is\b|are\b|have\b|has\b|was\b|were\b|row\b)"
_EACH = re.compile(
    rf"\b(?:for|in|of|by|from|at|on|within|broken down by|grouped by)\s+(?:each|every)\s+{_NOT_A_THING}([\w'-]+)|"
    r"\b(?:broken down|grouped|split)\s+by\s+(?:the\s+)?([\w'-]+)",
    re.IGNORECASE,
)
_PER = re.compile(
    r"\b(?:how many|number of|total|count of|sum of)\b[^.?!;]*?\bper\s+(?!cent|annum|capita)([\w'-]+)", re.I
)
_COUNT_OF_EACH = re.compile(
    r"\b(?:average|mean|typical|median)\s+(?:number|count|amount|total)\b|\bon average\b|\bratio\b", re.IGNORECASE
)
_RATE = re.compile(
    r"\b(?:average|averages|averaged|mean|median|ratio|rate|each of which|on average|percentage)\b", re.I
)
_END = (
    r"(?:(?<!at )(?<!the )most|(?<=the )most|(?<!at )least|fewest|highest|lowest|largest|smallest|biggest|longest|"
    r"shortest|oldest|youngest|newest|earliest|latest|cheapest|greatest|heaviest|lightest|tallest|fastest|slowest|"
    r"most expensive)"
)
_WHICH_ONE = re.compile(
    rf"\b(?:which|who|what|whose)\b[^.?!;]*?\b(?:the|has|had|have)\s+({_END})\b(?:\s+([\w-]+))?", re.I
)
_TOP = re.compile(rf"\b(?:top|best|worst|{_END})\b", re.IGNORECASE)
_NUMBERS = {
    word: number
    for number, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 2)
}
_SO_MANY = re.compile(rf"\b(?:top|the|which|what)\s+({'|'.join(_NUMBERS)}|[2-9]|\d\d)\s+[a-z]", re.IGNORECASE)
_NO_END = re.compile(
    r"\bmost (?:of|recently)\b|\bat (?:the )?(?:most|least)\b|\bor (?:lowest|highest)\b|"
    r"\bfrom (?:the )?\w+est\b|\b(?:most|\w+est)(?: \w+){0,3},? first\b|\bnot the\b",
    re.I,
)


def grouping(asked: Asked, probes: Probes) -> Iterator[Doubt]:
    why = _not_grouped(asked) or _cut_to_one(asked) or _not_cut(asked) or _not_the_end(asked)
    if why:
        yield Doubt(DoubtKind.NO_GROUPING, why)


def _each_of(question: str) -> str:
    """The thing that an answer is asked for of each; empty where there is none."""
    match = _EACH.search(question)
    if match is None and not _RATE.search(question):
        match = _PER.search(question)
    return next((group for group in match.groups() if group), "") if match else ""


def _not_grouped(asked: Asked) -> str:
    thing, statement = _each_of(asked.question), asked.statement
    if not thing or len(asked.result.rows) > 1 or _is_grouped(statement) or _COUNT_OF_EACH.search(asked.question):
        return ""
    if not any(next(aggregates(select), None) for select in statement.selects) or _has_one_for_each(statement):
        return ""
    if _EACH.search(asked.question) is None and statement.tree.find(exp.Div):
        return ""  # a rate, such as the revenue per order
    return f"The question asks for each {thing}, but all rows are added up together. Add GROUP BY."


def _is_grouped(statement: Statement) -> bool:
    return statement.tree.find(exp.Group, exp.Window, exp.SetOperation, exp.Exists) is not None


def _has_one_for_each(statement: Statement) -> bool:
    """Whether each thing may have a column of its own, as in SUM(CASE …)."""
    top = statement.top
    is_wide = top is not None and len(top.expressions) > 1
    return is_wide and statement.tree.find(exp.Case, exp.Filter, exp.If, exp.Predicate) is not None


def _cut_to_one(asked: Asked) -> str:
    """“Which … has the most in each …”, where LIMIT cuts the rows of all together."""
    match, top = _EACH.search(asked.question), asked.statement.top
    limit = top.args.get("limit") if top else None
    if match is None or limit is None or asked.statement.tree.find(exp.Window) or not _TOP.search(asked.question):
        return ""
    thing = next(group for group in match.groups() if group)
    if set(stems(thing)) & set(stems(asked.question[: match.start()])) or _is_correlated(asked.statement):
        return ""
    return (
        f"The question asks for each {thing}, but LIMIT cuts the rows of all together. Rank those of each {thing}, by "
        f"ROW_NUMBER() OVER (PARTITION BY …)."
    )


def _is_correlated(statement: Statement) -> bool:
    """Whether a subquery looks at the row around it."""
    for select in statement.selects[1:]:
        own = {source.alias for source in statement.sources(select)}
        if any(column.table and column.table.casefold() not in own for column in select.find_all(exp.Column)):
            return True
    return False


def _not_the_end(asked: Asked) -> str:
    """“Which … has the most”: an order with a limit, a comparison with MAX or MIN, or a window."""
    match, statement = _WHICH_ONE.search(asked.question), asked.statement
    if match is None or _NO_END.search(asked.question) or len(asked.result.rows) <= 1:
        return ""
    if statement.tree.find(exp.Order, exp.Max, exp.Min, exp.Window, exp.All, exp.Limit, exp.Fetch, exp.Exists):
        return ""
    if _is_named(match, statement):
        return ""
    return (
        f"The question asks for “{match[1].casefold()}”, but the statement neither sorts and limits its rows nor "
        "compares them with MAX or MIN."
    )


def _is_named(match: re.Match[str], statement: Statement) -> bool:
    """Whether a column is called so: of “the highest grade” it may be a value that is stored."""
    words = set(stems(f"{match[1]}"))
    names = (set(stems(column.name)) for table in statement.tables for column in table.columns)
    return any(words & name for name in names)


def _not_cut(asked: Asked) -> str:
    """“The five … with the highest …”, of which all are shown."""
    match = _SO_MANY.search(asked.question)
    if match is None or not _TOP.search(asked.question) or _EACH.search(asked.question):
        return ""
    most = _NUMBERS.get(match[1].casefold()) or int(match[1])
    if len(asked.result.rows) <= most or asked.statement.tree.find(exp.Limit, exp.Fetch, exp.Window, exp.Max, exp.Min):
        return ""
    shown = f"{len(asked.result.rows):,} rows"
    return f"The question asks for {match[1]}, but the statement shows {shown}. Sort and limit them."
