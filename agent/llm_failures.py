"""The sentences that a person reads when the model's endpoint fails: what happened, and which setting to look at."""

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


def refused(
    status: int, *, model: str, place: str, detail: str = "", retry_after: float | None = None, named: bool = False
) -> LLMError:
    """The error for an HTTP status. `detail` is the endpoint's own message, `place` its address, or its name where it
    is `named` in the admin."""
    remedy = _IN_THE_ADMIN if named else _IN_THE_ENVIRONMENT
    said = f" It says: {_shortened(detail)}" if detail else ""
    if status in (401, 403):
        return LLMUnauthorized(
            f"The model endpoint {place} refused the key ({status}). {remedy.key} "
            f"that the key may use the model {model}."
        )
    if status == 404:
        return LLMModelUnknown(
            f"The model endpoint {place} does not know the model {model} (404). {remedy.model}{said}"
        )
    if status == 429:
        return _rate_limited(place, said, retry_after)
    if status >= 500:
        message = f"The model endpoint {place} failed ({status}). Try again in a moment.{said}"
        return LLMServerFailed(message, retry_after)
    return LLMBadRequest(f"The model endpoint {place} rejected the request ({status}).{said}")


def _rate_limited(place: str, said: str, retry_after: float | None) -> LLMError:
    wait = f"Try again in {retry_after:.0f} seconds" if retry_after else "Try again later"
    return LLMRateLimited(f"The model endpoint {place} limits how much may be asked (429). {wait}.{said}", retry_after)


def unreachable(place: str, *, local: bool, named: bool = False) -> LLMError:
    if local:
        return LLMUnreachable(f"The embedded model does not answer at {place}. It may still be starting: wait a bit.")
    remedy = _IN_THE_ADMIN if named else _IN_THE_ENVIRONMENT
    return LLMUnreachable(f"The model endpoint {place} cannot be reached. {remedy.address}")


def resting(place: str, seconds: float, because: str) -> LLMError:
    """It is left alone for some seconds. `because` is the sentence of its last failure."""
    wait = f"{max(1, round(seconds))} seconds"
    return LLMResting(f"The model endpoint {place} is left alone for {wait}. Last it said: {because}", seconds)


def line_too_long(place: str, minutes: float, ahead: int) -> LLMError:
    others = f"{ahead} others are still ahead" if ahead > 1 else "it is still busy"
    return LLMLineTooLong(
        f"The model endpoint {place} was waited for in line for {minutes:g} minutes, and {others}. Ask again later."
    )


def unreadable_key(place: str) -> LLMError:
    return LLMUnauthorized(
        f"The saved key of the model endpoint {place} cannot be read with the keys in FIELD_ENCRYPTION_KEYS. "
        "The operator should type it again in the admin."
    )


def silent(place: str, seconds: float) -> LLMError:
    return LLMTimeout(f"The model endpoint {place} sent nothing for {seconds:g} seconds. Try again, or check its load.")


def too_slow(seconds: float) -> LLMError:
    return LLMTooSlow(f"The model's answer took longer than {seconds:g} seconds and was stopped. Ask for less at once.")


def cut(place: str) -> LLMError:
    return LLMCut(f"The model endpoint {place} broke off in the middle of its answer. Ask again.")


def empty(model: str) -> LLMError:
    return LLMEmpty(f"The model {model} ended its answer without writing anything. Ask again, or in other words.")


def _shortened(detail: str) -> str:
    detail = " ".join(detail.split())
    return detail if len(detail) <= DETAIL_LENGTH else detail[:DETAIL_LENGTH] + "…"
