import pytest

from agent.endpoint import Endpoint, choose_endpoint

NOTHING = {"base_url": "", "model": "", "openai_key": "", "hf_token": "", "local_port": 8081, "local_model": "small"}


def choose(**named: str) -> Endpoint:
    return choose_endpoint(**{**NOTHING, **named})  # type: ignore[arg-type]


def test_with_nothing_named_the_embedded_model_answers() -> None:
    assert choose() == Endpoint("http://127.0.0.1:8081/v1", "small", "local", local=True)


def test_a_hugging_face_token_alone_means_its_router_with_the_72b_model() -> None:
    endpoint = choose(hf_token="hf")
    assert (endpoint.base_url, endpoint.model) == ("https://router.huggingface.co/v1", "Qwen/Qwen2.5-72B-Instruct")
    assert endpoint.api_key == "hf"


def test_an_openai_key_alone_means_openai() -> None:
    assert choose(openai_key="sk").base_url == "https://api.openai.com/v1"


def test_an_address_goes_with_whichever_key_there_is() -> None:
    endpoint = choose(base_url="http://llm:11434/v1", model="qwen", hf_token="hf")
    assert endpoint == Endpoint("http://llm:11434/v1", "qwen", "hf")
    assert not endpoint.local


def test_an_address_without_a_model_is_refused() -> None:
    with pytest.raises(ValueError, match="MODEL_NAME"):
        choose(base_url="http://llm:11434/v1")


def test_a_key_is_not_in_what_is_logged() -> None:
    assert "sk-secret" not in repr(choose(openai_key="sk-secret"))
    assert "sk-secret" not in repr(choose(base_url="http://user:sk-secret@llm/v1", model="qwen"))


@pytest.mark.parametrize(
    ("base_url", "place"),
    [
        ("http://llm:11434/v1", "http://llm:11434/v1"),
        ("https://user:hunter2@llm/v1?key=hunter2#hunter2", "https://llm/v1"),
        ("http://hunter2@[::1]:80/v1", "http://[::1]:80/v1"),
    ],
)
def test_the_place_that_people_see_holds_no_secret(base_url: str, place: str) -> None:
    assert Endpoint(base_url, "qwen").place == place
