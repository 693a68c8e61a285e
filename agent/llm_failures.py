"""The sentences that a person reads when the model's endpoint fails: what happened, and which setting to look at."""

from agent.llm import (
    LLMBadRequest,
    LLMCut,
    LLMEmpty,
    LLMError,
    LLMModelUnknown,
    LLMRateLimited,
    LLMServerFailed,
    LLMTimeout,
    LLMTooSlow,
    LLMUnauthorized,
    LLMUnreachable,
)

DETAIL_LENGTH = 300


def refused(status: int, *, model: str, place: str, detail: str = "", retry_after: float | None = None) -> LLMError:
    """The error for an HTTP status. `detail` is the endpoint's own message, `place` its address."""
    said = f" It says: {_shortened(detail)}" if detail else ""
    if status in (401, 403):
        return LLMUnauthorized(
            f"The model endpoint {place} refused the key ({status}). Check OPENAI_API_KEY or HF_TOKEN, "
            f"and that the key may use the model {model}."
        )
    if status == 404:
        return LLMModelUnknown(
            f"The model endpoint {place} does not know the model {model} (404). "
            f"Check MODEL_NAME and API_BASE_URL.{said}"
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


def unreachable(place: str, *, local: bool) -> LLMError:
    if local:
        return LLMUnreachable(f"The embedded model does not answer at {place}. It may still be starting: wait a bit.")
    return LLMUnreachable(f"The model endpoint {place} cannot be reached. Check API_BASE_URL and that the server runs.")


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
