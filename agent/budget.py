"""How much of a model's context each part of a prompt may take."""

from dataclasses import dataclass

ENDPOINT_CONTEXT = 32_768
"""Tokens that an operator's endpoint is trusted to read: every hosted model of today takes as many."""

_BYTES_PER_TOKEN = 3.5
"""Measured with Qwen2.5: 4.1 for a schema, more for prose, also in Chinese."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Parts of a context, in tokens. What is left of it is for the question, and for the repairs and their failures.

    `schema`: all of it stands in the stable prefix up to here. Above that the prefix lists names (`names`), and a
    question brings the tables that matter for it (`tables`): few, because the model reads them anew each time. What the
    generation says takes `generation` of it; where it is longer, the schema has as much less, and after
    `longest_generation` it is cut. `reply` is kept free.
    """

    context: int
    schema: int
    generation: int
    longest_generation: int
    names: int
    tables: int
    notes: int
    rules: int
    history: int
    examples: int
    reply: int

    @classmethod
    def of(cls, context: int) -> "Budget":
        return cls(
            context=context,
            schema=context * 45 // 100,
            generation=context * 10 // 100,
            longest_generation=context * 30 // 100,
            names=context * 15 // 100,
            tables=context * 18 // 100,
            notes=context * 10 // 100,
            rules=context * 8 // 100,
            history=context * 12 // 100,
            examples=context * 10 // 100,
            reply=context * 9 // 100,
        )


def tokens(text: str) -> int:
    """About how many there are, rather too many than too few: by bytes, so that every script counts."""
    return round(len(text.encode(errors="replace")) / _BYTES_PER_TOKEN) + 1


def bounded(text: str, limit: int) -> str:
    """`text`, or as many of its first lines as `limit` tokens hold and a line that says that it was cut."""
    if tokens(text) <= limit:
        return text
    kept = text.encode(errors="replace")[: round(limit * _BYTES_PER_TOKEN)].decode(errors="ignore")
    whole_lines = kept.rpartition("\n")[0] or kept
    return f"{whole_lines.rstrip()}\n(The rest was left out: it is too long.)"
