"""When two questions are the same one."""

import hashlib
import re
import unicodedata

# What points back to an earlier question, and how a question begins that goes on from one. What is taken for going on
# and is not is only answered by the model; the other way round, it is answered by what was said of something else.
_POINTS_BACK = re.compile(
    r"""\b(?: it | them | they | those | these | ones | same | previous | above | instead | again | too | as\ well
    | (?: show | list | break | split | sort | group | order | filter | limit | plot | do | make | give | of | for | by
        | with | in | from | about | is | was | than | like | on ) \ (?:me\ )? that (?!\ of\b)
    | this (?!\ (?:year|quarter|month|week|weekend|day|morning|evening|season|century|decade)\b )
    | the\ (?: result | answer | output | last\ question | last\ one | others? | rest ) s?
    | the\ (?: first | last | top | next ) \ (?: \d+ | one | two | three | five | ten | twenty ) $ )\b""",
    re.VERBOSE,
)
_OF_SOMETHING_BEFORE = re.compile(r"(?:[\w']+\ ){0,2}(?:its|their|theirs)\b")
_GOES_ON = re.compile(
    r"""(?: and | or | but | also | then | now | only | just | what\ about | how\ about | without | exclud(?:e|ing)
    | includ(?:e|ing) | add | remove | drop | sort | order(?:ed)?\ by | group(?:ed)? | filter | limit | split | break
    | give\ me\ the\ (?:average|total|sum|count|names?) | und | oder | aber | nur | ohne | et | ou | mais | sans | y
    | pero | sin ) \b""",
    re.VERBOSE,
)
_CHANGES = re.compile(r"(?: in | for | by | per | with | from ) \ (?! each\b | every\b )", re.VERBOSE)
_BEGINNING = 12
"""Words in which what points back points out of the question; after so many there is enough in it to point to."""
_LONGEST_CHANGE = 6
"""Words of what only says otherwise what was asked before: “for stores in Austin please”."""
_SHORTEST = 3
"""Words of a question that can be understood alone."""


def normal(question: str) -> str:
    """Without what makes no difference: case, white space, the punctuation at the end."""
    text = unicodedata.normalize("NFKC", question).casefold()
    return " ".join(text.split()).rstrip("?.! ")


def key_of(question: str, follows: str = "") -> str:
    """SHA-256 of the question (and of the one that it follows), however it is spaced and punctuated."""
    return hashlib.sha256(f"{normal(follows)}\n{normal(question)}".encode()).hexdigest()


def follows_of(question: str, before: str) -> str:
    """The question without which this one, asked after `before`, makes no sense; empty where it stands alone."""
    return "" if stands_alone(question) else before


def stands_alone(question: str) -> bool:
    """Whether it can be understood without the question before it, as far as its words tell."""
    words = normal(question).replace("’", "'").split()
    text = " ".join(words[:_BEGINNING])
    if len(words) < _SHORTEST or (len(words) <= _LONGEST_CHANGE and _CHANGES.match(text)):
        return False
    return not (_POINTS_BACK.search(text) or _OF_SOMETHING_BEFORE.match(text) or _GOES_ON.match(text))
