"""Which LLM endpoint answers: the operator's, or the embedded model's."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

HUGGING_FACE = "https://router.huggingface.co/v1"
HUGGING_FACE_MODEL = "Qwen/Qwen2.5-72B-Instruct"
OPENAI = "https://api.openai.com/v1"
OPENAI_MODEL = "gpt-4.1-mini"


@dataclass(frozen=True)
class Endpoint:
    """An OpenAI-compatible endpoint. `local` is true for the embedded model server; `name` is what the operator calls
    it, empty for the one that the environment names."""

    base_url: str = field(repr=False)
    model: str
    api_key: str = field(default="", repr=False)
    local: bool = False
    name: str = ""

    @property
    def place(self) -> str:
        """Where it is, for the operator: without what may be a secret there."""
        parts = urlsplit(self.base_url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def choose_endpoint(
    *, base_url: str, model: str, openai_key: str, hf_token: str, local_port: int, local_model: str
) -> Endpoint:
    """The endpoint that these settings name. Raises ValueError with a sentence for the operator."""
    if base_url:
        if not model:
            raise ValueError("MODEL_NAME must name a model when API_BASE_URL is set.")
        return Endpoint(base_url, model, openai_key or hf_token)
    if openai_key:
        return Endpoint(OPENAI, model or OPENAI_MODEL, openai_key)
    if hf_token:
        return Endpoint(HUGGING_FACE, model or HUGGING_FACE_MODEL, hf_token)
    return Endpoint(f"http://127.0.0.1:{local_port}/v1", model or local_model, "local", local=True)
