"""Whether a text that was typed into the question box corrects the last answer, or asks something.

By rules over its words, no model: how a text is taken must be predictable, and known before anything is asked. A
correction that is missed is asked as a question, and one click makes it a remark; a question that is taken as a
correction calls a good answer wrong. So what could be either is a question, and so is what is not English.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 300
"""Characters. What is longer is no quick correction."""


def is_correction(text: str, question: str, sql: str) -> bool:
    """Whether `text` says what is wrong with the answer `sql` to `question`; both are empty where nothing was asked."""
    said = _plain(text)
    if not question or len(said) > LONGEST or said.endswith("?"):
        return False
    said = _LEADING.sub("", said)
    if _ASKS.match(said):
        return False
    return any(rule.match(said) for rule in _CORRECTS) or _names_another(said, sql)


def _plain(text: str) -> str:
    """In small letters, with straight apostrophes or none, without what ends a sentence that is no question."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("`", "")
    text = re.sub(r"\b(don|doesn|didn|isn|aren|shouldn|mustn|can)'t\b", r"\1t", text)
    text = re.sub(r"\b(that|it|they|you)'(s|re|ve)\b", r"\1\2", text)
    return " ".join(text.split()).rstrip(".!… ")


def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.VERBOSE)


# What stands before the point: "actually, …", "hm, but …".
_LEADING = _rule(
    r"^(?: (?: h+m+ | well | actually | sorry | ok | okay | oh | ah | please | pls | but | and ) [,.!…\s]+ )+"
)

# How what asks begins, whatever else it says.
_ASKS = _rule(
    r"""(?: what (?!\ i\ meant) | which | who | whose | when | where | why | how | is | are | was | were | do (?!\ not)
    | does | did | can | could | would | will | has | have | should\ (?:we|i|it) | show | list | give | find | count
    | get | tell | display | compare | plot | rank | top | number\ of | only | just | now | same | also | then
    | without | with | for | by | per | sort | order | limit ) \b"""
)

_DOES = r"(?: use | join | count | include | add | sum | multiply | divide | double | mix | treat | consider | group )"
_DOING = r"(?: using | joining | counting | including | adding | summing | mixing | missing | double )"
_DID = r"""(?: used | joined | counted | included | excluded | ignored | summed | added | mixed | grouped | divided
    | took | picked | confused | forgot | forgotten | missed | misunderstood | misread | left\ out | double )"""
_PART = r"""(?: column | table | join | year | date | currency | sum | total | unit | numbers? | results? | answer
    | query | filter )"""
_BAD = r"(?: wrong | incorrect | off | not\ (?:right|correct|true) | too\ (?:high|low|many|few) | missing | double )"
_FOUND = r"(?: thats | its | theyre | (?:that|this|it|these|those|they|the) (?:\ \w+){0,3} \ (?:is|are|looks?) )"
# Words that only English has: after a "no", they tell it from Spanish or Italian.
_ENGLISH = r"""\b(?: the | of | not | is | are | use | using | exclude | without | only | and | with | for | from | by
    | it | i | that | thats | you | dont | should | just | sum | join | all | each | this | those | these | we
    | want )\b"""
# No noun before a relative clause: "orders that must include a tent" asks for orders.
_NOT_RELATIVE = r"(?! .* \b(?: that | which | who | whose | where )\b )"

_CORRECTS = (
    # no, exclude cancelled orders
    _rule(
        rf"(?:no|nope|nah) (?:\ no)? \s*[,.:;!–—-] (?! \s*(?:which|what|how|who|when|where|of)\b ) (?= .* {_ENGLISH} )"
    ),
    # no that is the wrong table
    _rule(r"(?:no|nope) \ (?: that | thats | it | its | i | you | dont | use | exclude ) \b"),
    # not what I meant; nope
    _rule(r"(?: nope $ | not\ (?: quite | right | correct | what\ i ) \b )"),
    # wrong: revenue means net; wrong column (but "wrong deliveries" asks)
    _rule(rf"(?:thats\ )? (?:wrong|incorrect) (?: $ | \s*[,.:;!–—-] | \ {_PART} (?: $ | \s*[,.:;!–—-] ) )"),
    # that is not what I meant; these numbers look too high
    _rule(rf"{_FOUND} (?:\ still)? \ (?: {_BAD} | not\ what\ i ) \b"),
    # this isn't right; that can't be right
    _rule(r"(?:that|this|it|the\ \w+) \ (?:isnt|(?:cant|cannot)\ be) \ (?: right | correct | what\ i ) \b"),
    # I meant net revenue
    _rule(r"(?:what\ )? i\ (?:actually\ )? (?: meant? | asked\ for | said | was\ asking ) \b"),
    # you should join on store_id; you forgot the refunds
    _rule(
        rf"""you (?: \ (?: should | shouldnt | must | mustnt | need\ to | have\ to | ought\ to | didnt | did\ not )
        | \ {_DID} | (?:re|\ are)\ {_DOING} | (?:ve|\ have)\ {_DID} ) \b"""
    ),
    # the year should be 2024; it must not count returns; should be net
    _rule(
        rf"""{_NOT_RELATIVE} (?: (?:[\w.'-]+\ ){{1,6}} | ) (?: should | shouldnt | must | mustnt | ought\ to | has\ to
        | needs\ to ) (?:\ not)? (?:\ only)? \ (?: be | come | exclude | contain | start | end | {_DOES} ) \b"""
    ),
    # don't count returns; stop using created_at (but "don't show the price" is a wish)
    _rule(rf"(?: dont | do\ not | never ) \ {_DOES} \b | stop\ {_DOING} \b"),
    # always use net_amount
    _rule(rf"always \ (?: exclude | ignore | filter | {_DOES} ) \b"),
    # use paid_at, not created_at; join on store_id instead of city
    _rule(r"(?: use | take | join | filter\ (?:on|by) ) \ .+ \b (?: not | instead | rather\ than ) \b"),
    # use paid_at; use the order_items table; join via order_items
    _rule(r"use \ (?:the\ )? (?: \w+[_.]\w+ | \w+\ (?:column|table|field) \b | (?:column|table)\ ) "),
    _rule(r"join \ (?:\w+\ (?:with\ )?)? (?:on|via|through) \ (?:the\ )? \w+[_.]\w+"),
    # revenue excludes cancelled orders; returns don't count; churn is defined as …
    _rule(
        rf"""{_NOT_RELATIVE} (?:[\w'-]+\ ){{1,5}} (?: excludes | includes | means
        | (?: doesnt | does\ not | never ) \ (?: include | contain | mean | count )
        | (?: dont | do\ not ) \ (?: count | belong )
        | (?:is|are)\ (?: defined\ as | calculated\ as | measured\ in | stored\ (?:in|as) | kept\ in )
        | (?:starts|begins|ends)\ (?:in|on|at|with) ) \b"""
    ),
)

# paid_at, not created_at; not price but unit_price
_INSTEAD = (
    _rule(r"(?P<better>[\w.]+) ,? \ (?: not | instead\ of | rather\ than ) \ (?:the\ )? (?P<worse>[\w.]+)"),
    _rule(r"not \ (?P<worse>[\w.]+) ,? \ (?: but | use ) \ (?P<better>[\w.]+)"),
)


def _names_another(said: str, sql: str) -> bool:
    """Whether it names a column instead of one that is in the SQL; one of them must look like no plain word."""
    found = next((match for rule in _INSTEAD if (match := rule.fullmatch(said))), None)
    if found is None:
        return False
    better, worse = found["better"], found["worse"]
    return bool(re.search(r"[_.]", better + worse)) and bool(re.search(rf"\b{re.escape(worse)}\b", sql.casefold()))
