"""Finds the end of the first statement in text that arrives in pieces: lexical, and the same for every dialect."""

import re
from functools import cache

_CLOSERS = {"--": "\n", "/*": "*/"}
_CONTINUATIONS = (
    "and|as|asc|case|cross|desc|else|end|except|fetch|from|full|group|having|inner|intersect|join|left|limit|lateral|"
    "natural|offset|on|or|order|outer|qualify|right|select|then|union|using|values|when|where|window|with"
)
# As much as matters; without an end, thousands of empty lines would be read thousands of times.
_SPACE = r"\s{0,99}"
_PROSE_AFTER = (
    rf"\n[ \t]*\n{_SPACE}(?=\S)(?!(?i:{_CONTINUATIONS})\b|--|/\*|[(),;])"
    rf"|\n{_SPACE}(?=(?:This|The|Here|Note|Explanation|It)\b)"
)
_EXPECTING_MORE = frozenset(",(+-*/=<>|.")


class StatementScanner:
    """Feed it what follows an opening fence, or, with no fence, a statement that stands in the open.

    It gives back the statement's text as soon as that is certain, and nothing before the statement has more to it
    than comments. `closed` tells that it has ended; `leftover` is then what followed it, and `remarks` the comments
    of a statement that never came.
    """

    def __init__(self, fence: str = "") -> None:
        self.closed = False
        self.leftover = ""
        self.remarks = ""
        self._fence = fence
        self._pending = "\n" if fence else ""
        self._closer = ""
        self._depth = 0
        self._substance = False
        self._last = ""

    def feed(self, text: str, *, final: bool = False) -> str:
        self._pending += text
        end = len(self._pending) if final else self._certain()
        position = 0
        while match := _pattern(self._fence, self._closer).search(self._pending, position, end):
            if not final and self._may_become_fence(match):
                end = match.start()
                break
            position = self._step(match, position)
            if self.closed:
                self.leftover = self._pending[match.end() :]
                return self._emit(match.start())
        self._note_substance(position, end)
        return self._emit(end)

    def _certain(self) -> int:
        """Up to where no later character can change what the text means."""
        held = _held_back(self._fence).search(self._pending)
        return held.start() if held else len(self._pending)

    def _may_become_fence(self, match: re.Match[str]) -> bool:
        """Whether a backtick, which would open a name, is followed by none but backticks so far."""
        if self._closer or match.group() != "`":
            return False
        rest = self._pending[match.start() :]
        return len(rest) < len(self._fence) and not rest.strip("`")

    def _step(self, match: re.Match[str], position: int) -> int:
        """Takes one lexical event in; where to go on from there."""
        if not self._closer:
            self._note_substance(position, match.start())
        match match.lastgroup:
            case "fence":
                self.closed = True
            case "close":
                after_comment = self._closer == "\n"
                self._closer = ""
                return match.start() if after_comment else match.end()
            case "open":
                self._closer = _CLOSERS.get(match.group(), match.group())
                self._substance = self._substance or match.group() not in _CLOSERS
            case "parenthesis":
                self._depth += 1 if match.group() == "(" else -1
                self._substance = True
            case "semicolon":
                self._end_statement(match.start())
            case "prose":
                self.closed = not self._expects_more(match.start())
                return match.start() + 1
        return match.end()

    def _end_statement(self, position: int) -> None:
        """A semicolon before any statement is passed over."""
        if self._substance:
            self.closed = True
        else:
            self._pending = f"{self._pending[:position]} {self._pending[position + 1 :]}"

    def _expects_more(self, position: int) -> bool:
        before = self._pending[:position].rstrip()[-1:] or self._last
        return self._depth > 0 or before in _EXPECTING_MORE

    def _note_substance(self, start: int, end: int) -> None:
        if not self._substance and not self._closer:
            self._substance = bool(self._pending[start:end].strip())

    def _emit(self, end: int) -> str:
        text, self._pending = self._pending[:end], self._pending[end:]
        self._last = text.rstrip()[-1:] or self._last
        self.remarks += text
        if not self._substance:
            return ""
        text, self.remarks = self.remarks, ""
        return text


@cache
def _pattern(fence: str, closer: str) -> re.Pattern[str]:
    """What ends, opens or closes something. A fence at the start of a line ends even a string: quotes get forgotten."""
    line_fence = rf"\n[ \t]*(?:{_fence(fence)})"
    if closer:
        return re.compile(rf"(?P<fence>{line_fence})|(?P<close>{re.escape(closer)})")
    inline_fence = f"|{_fence(fence)}" if fence.startswith("`") else ""
    prose = "" if fence else f"|(?P<prose>{_PROSE_AFTER})"
    return re.compile(
        rf"(?P<fence>{line_fence}{inline_fence}){prose}|(?P<semicolon>;)|(?P<parenthesis>[()])"
        r"|(?P<open>--|/\*|['\"`]|\$(?:[A-Za-z_]\w*)?\$)"
    )


@cache
def _held_back(fence: str) -> re.Pattern[str]:
    short = max(len(fence), 3) - 1
    after_line = rf"(?:`{{0,{short}}}|~{{0,{short}}})" if fence else r"(?:\w*|[^\w\s]|`{1,2}|~{1,2})"
    space = r"[ \t]*" if fence else _SPACE
    return re.compile(rf"(?:\n{space}{after_line}|(?<!-)-|(?<!\*)/\*?|\*|(?<![\w$])(?=\w*\$)[\w$]{{1,200}})\Z")


def _fence(fence: str) -> str:
    return f"{fence[0]}{{{len(fence)},}}" if fence else "`{3,}|~{3,}"
