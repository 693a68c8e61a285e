"""The sentences that a person reads when the model's endpoint fails: what happened, and which setting to look at.

An endpoint is told of by the `name` that the operator gave it, one without a name as "the model endpoint", and never by
its address: these sentences are shown to everybody.
"""

from dataclasses import dataclass

from agent.llm import (
    LLMBadRequest,
    LLMCut,
    LLMEmpty,
    LLMError,
    LLMLineTooLong,
    LLMModelUnknown,
    LLMRateLimited,
    LLMResting,
    LLMServerFailed,
    LLMTimeout,
    LLMTooSlow,
    LLMUnauthorized,
    LLMUnreachable,
)

DETAIL_LENGTH = 300


@dataclass(frozen=True)
class _Remedy:
    """Where the operator looks."""

    key: str
    model: str
    address: str


_IN_THE_ENVIRONMENT = _Remedy(
    "Check OPENAI_API_KEY or HF_TOKEN, and",
    "Check MODEL_NAME and API_BASE_URL.",
    "Check API_BASE_URL and that the server runs.",
)
_IN_THE_ADMIN = _Remedy(
    "The operator should check its key in the admin, and",
    "The operator should check its model and address in the admin.",
    "The operator should check its address in the admin, and that the server runs.",
)


def refused(status: int, *, model: str, name: str, detail: str = "", retry_after: float | None = None) -> LLMError:
    """The error for an HTTP status. `detail` is the endpoint's own message."""
    remedy = _remedy(name)
    said = f" It says: {_shortened(detail)}" if detail else ""
    if status in (401, 403):
        return LLMUnauthorized(
            f"{the(name)} refused the key ({status}). {remedy.key} that the key may use the model {model}."
        )
    if status == 404:
        return LLMModelUnknown(f"{the(name)} does not know the model {model} (404). {remedy.model}{said}")
    if status == 429:
        return _rate_limited(name, said, retry_after)
    if status >= 500:
        message = f"{the(name)} failed ({status}). Try again in a moment.{said}"
        return LLMServerFailed(message, retry_after)
    return LLMBadRequest(f"{the(name)} rejected the request ({status}).{said}")


def _rate_limited(name: str, said: str, retry_after: float | None) -> LLMError:
    wait = f"Try again in {retry_after:.0f} seconds" if retry_after else "Try again later"
    return LLMRateLimited(f"{the(name)} limits how much may be asked (429). {wait}.{said}", retry_after)


def unreachable(name: str, *, local: bool) -> LLMError:
    if local:
        return LLMUnreachable("The embedded model does not answer. It may still be starting: wait a bit.")
    return LLMUnreachable(f"{the(name)} cannot be reached. {_remedy(name).address}")


def resting(name: str, seconds: float, because: str) -> LLMError:
    """It is left alone for some seconds. `because` is the sentence of its last failure."""
    wait = f"{max(1, round(seconds))} seconds"
    return LLMResting(f"{the(name)} is left alone for {wait}. Last it said: {because}", seconds)


def line_too_long(name: str, minutes: float, ahead: int) -> LLMError:
    others = f"{ahead} others are still ahead" if ahead > 1 else "it is still busy"
    return LLMLineTooLong(f"{the(name)} was waited for in line for {minutes:g} minutes, and {others}. Ask again later.")


def unreadable_key(name: str) -> LLMError:
    return LLMUnauthorized(
        f"The saved key of the model endpoint {name} cannot be read with the keys in FIELD_ENCRYPTION_KEYS. "
        "The operator should type it again in the admin."
    )


def silent(name: str, seconds: float) -> LLMError:
    return LLMTimeout(f"{the(name)} sent nothing for {seconds:g} seconds. Try again, or check its load.")


def too_slow(seconds: float) -> LLMError:
    return LLMTooSlow(f"The model's answer took longer than {seconds:g} seconds and was stopped. Ask for less at once.")


def cut(name: str) -> LLMError:
    return LLMCut(f"{the(name)} broke off in the middle of its answer. Ask again.")


def empty(model: str) -> LLMError:
    return LLMEmpty(f"The model {model} ended its answer without writing anything. Ask again, or in other words.")


def the(name: str) -> str:
    """As a sentence about it begins."""
    return f"The model endpoint {name}" if name else "The model endpoint"


def _remedy(name: str) -> _Remedy:
    return _IN_THE_ADMIN if name else _IN_THE_ENVIRONMENT


def _shortened(detail: str) -> str:
    detail = " ".join(detail.split())
    return detail if len(detail) <= DETAIL_LENGTH else detail[:DETAIL_LENGTH] + "…"
