"""Takes the SQL out of what models really write, while they write it."""

import re

from agent.sql_scanner import StatementScanner
from agent.sql_start import begins_query, begins_statement

_LANGUAGES = r"(?:sql|sqlite3?|postgres(?:ql)?|psql|mysql|mariadb|tsql|plsql|duckdb)"
_THOUGHT = r"(?:think|thinking|thought|reasoning)"
_LABEL = re.compile(r"[ \t]*\**(?:sql|query|answer|sql ?query|final sql)\**:\**[ \t]*", re.IGNORECASE)
# Possessive: what fails after thousands of stars must not be tried in thousands of ways.
_LABEL_SO_FAR = re.compile(r"[ \t]*+\**+[a-z]{0,6} ?[a-z]{0,5}\**+:?\**+[ \t]*+\Z", re.IGNORECASE)
_MARK = re.compile(
    rf"(?P<fence>`{{3,}}|(?:(?<=\n)|\A)[ \t]*~{{3,}})|(?P<think><{_THOUGHT}>)|(?P<thought></{_THOUGHT}>)|(?P<line>\n)"
)
_UNCERTAIN = re.compile(r"(?:(?<!`)`{1,2}|</?[a-z]{0,9}|(?:(?<=\n)|\A)[ \t]*~{0,2})\Z")
_FENCE = re.compile(r"[ \t]*(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[\w+#.-]*)")
_SQL_INFO = re.compile(_LANGUAGES, re.IGNORECASE)
_BLANK_LINES = re.compile(r"\s*\n")
_LANGUAGE_LINE = re.compile(rf"\s*{_LANGUAGES}[ \t]*\r?\n", re.IGNORECASE)
_THOUGHT_END = re.compile(rf"</{_THOUGHT}>")
_UNCERTAIN_END = re.compile(r"<(?:/[a-z]{0,9})?\Z|(?<!`)`{1,2}\Z|(?<!~)~{1,2}\Z")


class SqlStream:
    """The first complete statement of the first SQL fence, or, where there is none, a query that stands in the open.

    Fences, prose and thoughts are left out. What follows the statement is not looked at. `lenient` also takes
    queries in the open that may be English, such as "Select name from people".
    """

    def __init__(self, *, lenient: bool = False) -> None:
        self.closed = False
        """The statement is complete: the caller may stop reading."""
        self.rest = ""
        """The delta that only `finish` could reveal; mostly empty."""
        self._lenient = lenient
        self._final = False
        self._read = self._in_prose
        self._scanner = StatementScanner()
        self._fence = ""
        self._line_start = True
        self._pending = ""
        self._enough = 0
        self._heard: list[str] = []
        self._sql: list[str] = []
        self._prose: list[str] = []

    @property
    def prose(self) -> str:
        """What was said besides the SQL, up to its end."""
        waiting = self._pending if self._read == self._in_prose else ""
        return ("".join(self._prose) + waiting).strip()

    def feed(self, text: str) -> list[str]:
        """The pieces of SQL that this text reveals."""
        if self.closed:
            return []
        self._heard.append(text)
        self._pending += text
        if len(self._pending) < self._enough:
            return []
        known = len(self._sql)
        self._advance()
        return self._sql[known:]

    def finish(self, complete: bool) -> str | None:
        """The SQL, or None. `complete` says that the model ended its answer itself: only then a fence may be open."""
        known = len(self._sql)
        if not self.closed:
            self._final = complete
            self._advance()
        if not complete and not self.closed:
            return None
        self.rest = "".join(self._sql[known:])
        return "".join(self._sql).strip() or self._second_look()

    def _second_look(self) -> str | None:
        """Where no SQL was found, what might have been English is given the benefit of the doubt."""
        if self._lenient:
            return None
        other = SqlStream(lenient=True)
        other.feed("".join(self._heard))
        sql = other.finish(complete=True)
        self.rest = sql or ""
        return sql

    def _advance(self) -> None:
        """Each reader says whether it got further; it has not where it needs more text."""
        self._enough = 0
        while self._read():
            pass

    def _wait(self) -> bool:
        """For undecided text, which may grow long: it is not judged anew for every character."""
        self._enough = len(self._pending) + len(self._pending) // 64
        return False

    def _in_prose(self) -> bool:
        if self._line_start:
            self._to_prose(_end(_BLANK_LINES, self._pending))
            self._line_start = True
            verdict = self._begins_query()
            if verdict is None:
                return self._wait()
            if verdict:
                return self._enter_sql("", self._pending[_end(_LABEL, self._pending) :])
        mark = _MARK.search(self._pending)
        if not mark:
            self._to_prose(len(self._pending) if self._final else _start(_UNCERTAIN, self._pending))
            return False
        return self._pass_mark(mark)

    def _begins_query(self) -> bool | None:
        if not self._final and _LABEL_SO_FAR.match(self._pending):
            return None
        text = self._pending[_end(_LABEL, self._pending) :]
        if self._final:
            return bool(begins_query(text + "\n;", lenient=self._lenient))
        return begins_query(text, lenient=self._lenient)

    def _pass_mark(self, mark: re.Match[str]) -> bool:
        match mark.lastgroup:
            case "line":
                self._to_prose(mark.end())
                self._line_start = True
            case "fence":
                self._to_prose(mark.start())
                self._read = self._at_fence
            case "think":
                self._to_prose(mark.start())
                self._read = self._in_thought
            case _:
                # Some servers leave out the tag that opened the thought.
                self._to_prose(mark.end())
                self._prose.clear()
                self._line_start = True
        return True

    def _in_thought(self) -> bool:
        end = _THOUGHT_END.search(self._pending)
        self._pending = self._pending[end.end() if end else _start(_UNCERTAIN_END, self._pending) :]
        if end:
            self._read = self._in_prose
            self._line_start = True
        return end is not None

    def _at_fence(self) -> bool:
        opening = _FENCE.match(self._pending)
        if not opening or (opening.end() == len(self._pending) and not self._final):
            return self._wait()
        info, after = opening["info"], self._pending[opening.end() :]
        if _SQL_INFO.fullmatch(info):
            return self._enter_sql(opening["fence"], after)
        is_label = after[:1] in ("\r", "\n") and not begins_statement(info + " ")
        content = after if is_label else info + after
        content = content[_end(_LANGUAGE_LINE, content) :]
        verdict = begins_statement(content + " " if self._final else content)
        if verdict:
            return self._enter_sql(opening["fence"], content)
        if verdict is None and not self._final:
            return self._wait()
        self._fence, self._pending, self._read = opening["fence"], content, self._in_foreign_fence
        return True

    def _in_foreign_fence(self) -> bool:
        """A block of something else; what it says counts as prose."""
        end = re.search(f"{self._fence[0]}{{{len(self._fence)},}}", self._pending)
        if not end:
            self._to_prose(len(self._pending) if self._final else _start(_UNCERTAIN_END, self._pending))
            return False
        self._to_prose(end.start())
        self._pending = self._pending[end.end() - end.start() :]
        self._read = self._in_prose
        return True

    def _enter_sql(self, fence: str, pending: str) -> bool:
        self._scanner, self._pending, self._read = StatementScanner(fence), pending, self._in_sql
        return True

    def _in_sql(self) -> bool:
        delta = self._scanner.feed(self._pending, final=self._final)
        self._pending = ""
        if delta:
            self._sql.append(delta if self._sql else delta.lstrip())
        if not self._scanner.closed:
            return False
        self.closed = bool(self._sql)
        if self.closed:
            return False
        self._prose.append(self._scanner.remarks)
        self._pending, self._read = self._scanner.leftover, self._in_prose
        return True

    def _to_prose(self, end: int) -> None:
        if end:
            self._prose.append(self._pending[:end])
            self._pending = self._pending[end:]
            self._line_start = False


def _start(pattern: re.Pattern[str], text: str) -> int:
    """Where the text's uncertain end begins."""
    found = pattern.search(text)
    return found.start() if found else len(text)


def _end(pattern: re.Pattern[str], text: str) -> int:
    """Where a beginning that may be left out ends."""
    found = pattern.match(text)
    return found.end() if found else 0
