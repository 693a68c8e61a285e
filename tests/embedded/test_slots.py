"""Prefixes kept on disk: by whom they may be used, and how many."""

import os
import socket
from pathlib import Path

import pytest
from openai import OpenAI

from embedded.server import ServerSettings, running
from embedded.slots import SlotError, SlotStore, forget_old_slots, prepare_slots_dir
from tests.weights import small_weights

PREFIX = "\n".join(f"CREATE TABLE table_{n} (id INTEGER PRIMARY KEY, name TEXT, amount REAL);" for n in range(25))


def slot_file(directory: Path, name: str, age: int = 0) -> Path:
    path = directory / f"{name}.slot"
    path.write_text("state")
    os.utime(path, (1_000_000 - age, 1_000_000 - age))
    return path


def test_slots_of_the_same_model_stay(tmp_path: Path) -> None:
    prepare_slots_dir(tmp_path, "model A")
    kept = slot_file(tmp_path, "a")

    prepare_slots_dir(tmp_path, "model A")

    assert kept.exists()


def test_slots_of_another_model_and_drafts_go(tmp_path: Path) -> None:
    prepare_slots_dir(tmp_path, "model A")
    other = slot_file(tmp_path, "a")
    (tmp_path / "b.draft").touch()

    prepare_slots_dir(tmp_path, "model B")

    assert not other.exists()
    assert not (tmp_path / "b.draft").exists()


def test_those_used_last_are_kept(tmp_path: Path) -> None:
    for age in range(4):
        slot_file(tmp_path, f"s{age}", age)

    forget_old_slots(tmp_path, keep=2)

    assert {path.name for path in tmp_path.iterdir()} == {"s0.slot", "s1.slot"}


def test_unknown_key_is_not_restored(tmp_path: Path) -> None:
    assert SlotStore("http://127.0.0.1:9/v1", tmp_path).restore("unknown", 0) is False


def test_server_that_is_not_there_is_a_slot_error(tmp_path: Path) -> None:
    slot_file(tmp_path, "known")

    with pytest.raises(SlotError):
        SlotStore("http://127.0.0.1:9/v1", tmp_path).restore("known", 0)


@pytest.mark.parametrize("key", ["../secret", "a/b", ""])
def test_key_is_no_path(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        SlotStore("http://127.0.0.1:9/v1", tmp_path).has(key)


@pytest.fixture
def server(tmp_path: Path) -> ServerSettings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return ServerSettings(small_weights(), port, slots_dir=tmp_path / "slots", alias="small", context=4096)


def ask(base_url: str, question: str, slot: int) -> tuple[int, int]:
    """Tokens of the prompt, and how many of them the server knew already."""
    answer = OpenAI(base_url=base_url, api_key="local").chat.completions.create(
        model="small",
        messages=[{"role": "system", "content": PREFIX}, {"role": "user", "content": question}],
        max_tokens=1,
        extra_body={"id_slot": slot},
    )
    assert answer.usage is not None
    assert answer.usage.prompt_tokens_details is not None
    return answer.usage.prompt_tokens, answer.usage.prompt_tokens_details.cached_tokens or 0


@pytest.mark.model
def test_prefix_survives_a_restart_and_reaches_the_other_slot(server: ServerSettings) -> None:
    with running(server) as base_url:
        store = SlotStore(base_url, server.slots_dir)
        prompt, known = ask(base_url, "How many tables?", 0)
        assert known == 0
        assert store.save("prefix", 0, tokens=prompt)
        assert not store.save("else", 0, tokens=prompt - 100)
        assert not store.save("else", 1, tokens=prompt)
    with running(server) as base_url:
        store = SlotStore(base_url, server.slots_dir)
        assert store.idle() == [0, 1]
        for slot in store.idle():
            assert store.restore("prefix", slot)
            prompt, known = ask(base_url, "Which table is the largest?", slot)
            assert known > 0.9 * prompt
    assert [path.name for path in server.slots_dir.glob("*.slot")] == ["prefix.slot"]
