"""Where two statements differ, made from both syntax trees: in one sentence for a person who is to choose, and by
clauses for who corrects one by the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from agent.explanation import key_words, words_of
from agent.explanation.phrases import Words, listed
from datasources import bounded_parsing

_MOST_TOLD = 3
_MOST_NAMED = 4
_UNLIKE = "They differ in how they are worked out: compare their SQL."
_SAME = "They read the same in words: compare their SQL."


@dataclass(frozen=True, slots=True)
class Clause:
    """What two statements say otherwise of one thing: of each, what the other one does not say."""

    name: str
    does: str
    one: tuple[str, ...]
    other: tuple[str, ...]
    joint: str = ""

    def instead(self) -> str:
        """That the first is wrong, and the second right. It may become a rule: so it says what to do."""
        right, wrong = _joined(self.other, self.joint), _joined(self.one, self.joint)
        if not wrong:
            return f"{self.name[:1].upper()}{self.name[1:]}: the right query {self.does} {right}."
        if not right:
            return (
                f"{self.name[:1].upper()}{self.name[1:]}: the wrong query {self.does} {wrong}, the right one does not."
            )
        return f"{self.name[:1].upper()}{self.name[1:]}: the right query {self.does} {right}, not {wrong}."


@dataclass(frozen=True, slots=True)
class _Aspect:
    """What both statements say of one thing. `does` comes before it, as `reads`; `joint` puts several together."""

    name: str
    does: str
    one: Sequence[str]
    other: Sequence[str]
    joint: str = ""

    def clause(self) -> Clause | None:
        """None where both say the same."""
        ours, theirs = _without(self.one, self.other), _without(self.other, self.one)
        return Clause(self.name, self.does, tuple(ours), tuple(theirs), self.joint) if ours or theirs else None


def _told(clause: Clause) -> str:
    ours, theirs = (_joined(found, clause.joint) for found in (clause.one, clause.other))
    if not theirs:
        return f"{clause.name} (only the first {clause.does} {ours})"
    if not ours:
        return f"{clause.name} (only the second {clause.does} {theirs})"
    return f"{clause.name} (the first {clause.does} {ours}, the second {theirs})"


def _joined(found: Sequence[str], joint: str) -> str:
    shown = [*found[:_MOST_NAMED], *([f"{len(found) - _MOST_NAMED} more"] if len(found) > _MOST_NAMED else [])]
    return joint.join(shown) if joint or not shown else listed(shown)


def difference(one: str, other: str, dialect: str) -> str:
    """What weighs most comes first; the first and the second statement are called so."""
    first, second = (bounded_parsing.tree(sql, dialect) for sql in (one, other))
    if not isinstance(first, exp.Query) or not isinstance(second, exp.Query):
        return _UNLIKE
    found = [_told(clause) for clause in _clauses(first, second, dialect)][:_MOST_TOLD]
    if not found:
        return _SAME if type(first) is type(second) else _UNLIKE
    return f"They differ in {listed(found)}."


def clauses(one: str, other: str, dialect: str) -> list[Clause]:
    """What weighs most comes first; none where one of them is no query that can be read."""
    first, second = (bounded_parsing.tree(sql, dialect) for sql in (one, other))
    if not isinstance(first, exp.Query) or not isinstance(second, exp.Query):
        return []
    return list(_clauses(first, second, dialect))


def _clauses(first: exp.Query, second: exp.Query, dialect: str) -> Iterator[Clause]:
    yield from filter(None, (aspect.clause() for aspect in _aspects(first, second, dialect)))


def _aspects(first: exp.Query, second: exp.Query, dialect: str) -> Iterator[_Aspect]:
    one, other = _Statement(first, dialect), _Statement(second, dialect)
    yield _Aspect("the tables", "reads", one.tables, other.tables)
    yield _Aspect("the filter", "wants that", one.conditions, other.conditions, " and ")
    yield _Aspect("the grouping", "groups by", one.groups, other.groups)
    yield _Aspect("the columns", "shows", one.columns, other.columns)
    yield _Aspect("the joins", "keeps rows without a match for", one.outer, other.outer)
    yield _Aspect("the join conditions", "joins where", one.joins, other.joins, " and ")
    yield _Aspect("repeated rows", "leaves out", one.distinct, other.distinct)
    yield _Aspect("the number of rows", "shows", one.most, other.most)
    yield _order(one.order, other.order)


def _order(one: Sequence[str], other: Sequence[str]) -> _Aspect:
    """One thing as a whole: the same columns in another order sort otherwise."""
    ours, theirs = ([", then ".join(each)] if each else [] for each in (one, other))
    return _Aspect("the order", "sorts by", ours, theirs)


class _Statement:
    """What a statement says, subqueries and steps before it included."""

    def __init__(self, tree: exp.Query, dialect: str) -> None:
        self._tree = tree
        selects = [(select, words_of(select, dialect, is_full=True)) for select in tree.find_all(exp.Select)]
        steps = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
        tables = (table.name for table in tree.find_all(exp.Table) if table.name.casefold() not in steps)
        self.tables = _once(tables)
        self.conditions = _once(each for select, words in selects for each in _conditions(select, words))
        self.groups = _once(each for select, words in selects for each in _groups(select, words))
        self.outer = _once(each for select, _ in selects for each in _outer(select))
        self.joins = _once(each for select, words in selects for each in _join_conditions(select, words))
        self.distinct = ["repetitions"] if any(select.args.get("distinct") for select, _ in selects) else []
        inner = tree.unnest() if isinstance(tree, exp.Subquery) else tree
        outermost = inner if isinstance(inner, exp.Query) else tree
        words = words_of(outermost, dialect, is_full=True) if isinstance(outermost, exp.Select) else Words(dialect)
        self.columns = _once(_unnamed(each, words) for each in outermost.selects)
        order, limit = outermost.args.get("order"), outermost.args.get("limit")
        self.order = [_ordered(each, outermost, words) for each in order.expressions] if order else []
        most = limit.expression if isinstance(limit, exp.Limit) else None
        self.most = [f"only the first {words.value(most)}"] if most is not None else []


def _conditions(select: exp.Select, words: Words) -> Iterator[str]:
    for name in ("where", "having"):
        if part := select.args.get(name):
            yield from words.conditions(part.this)


def _groups(select: exp.Select, words: Words) -> Iterator[str]:
    group = select.args.get("group")
    for each in group.expressions if group else []:
        yield key_words(each, select, words)


def _outer(select: exp.Select) -> Iterator[str]:
    for join in select.args.get("joins") or []:
        if join.side:
            yield join.this.name or join.this.alias_or_name


def _join_conditions(select: exp.Select, words: Words) -> Iterator[str]:
    for join in select.args.get("joins") or []:
        if (on := join.args.get("on")) is not None:
            yield from (words.condition(_turned(part, words)) for part in _terms(on))


def _terms(on: exp.Expr) -> Iterable[exp.Expr]:
    return on.flatten() if isinstance(on, exp.And) else [on]


def _turned(part: exp.Expr, words: Words) -> exp.Expr:
    """What is equal is equal either way round."""
    if isinstance(part, exp.EQ) and words.value(part.left) > words.value(part.right):
        return exp.EQ(this=part.right, expression=part.left)
    return part


def _ordered(node: exp.Ordered, tree: exp.Query, words: Words) -> str:
    direction = "highest first" if node.args.get("desc") else "lowest first"
    return f"{key_words(node.this, tree, words)}, {direction}"


def _unnamed(node: exp.Expr, words: Words) -> str:
    return words.value(node.this if isinstance(node, exp.Alias) else node)


def _once(found: Iterable[str]) -> list[str]:
    return list({each.casefold(): each for each in found if each}.values())


def _without(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    known = {each.casefold() for each in theirs}
    return [each for each in ours if each.casefold() not in known]
