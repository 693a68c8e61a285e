"""The LLM that this site asks."""

from functools import cache

from django.conf import settings

from agent.llm import LLM
from agent.openai_llm import OpenAILLM


@cache
def llm() -> LLM:
    """The operator's endpoint or the embedded model's, as the settings say; one client for the process."""
    return OpenAILLM(settings.LLM_ENDPOINT)
