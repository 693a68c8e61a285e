"""The file that an evaluation is kept in, and gone on with."""

import json
import os
import resource
from pathlib import Path

import pytest

from learning.benchmark.command.records import BadRecord, read, writing
from learning.benchmark.tasks import Task
from tests.learning.benchmark.command.setups import setup
from tests.learning.benchmark.outcomes import outcome

TASK = Task("one", "Which products?", ("SELECT 1",), database="shop")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept.jsonl"


@pytest.fixture
def kept(path: Path) -> Path:
    """With one outcome in it."""
    with writing(path, setup()) as record:
        record.add(TASK, outcome("one", "syntax_error"))
    return path


def test_a_new_file_begins_with_the_setup(kept: Path) -> None:
    first, second = map(json.loads, kept.read_text().splitlines())
    assert first["setup"]["model"] == "small"
    assert (second["task"], second["database"], second["question"]) == ("one", "shop", "Which products?")


def test_what_is_kept_is_there_when_it_is_opened_again(kept: Path) -> None:
    with writing(kept, setup()) as record:
        assert record.outcomes == {"one": outcome("one", "syntax_error")}
        record.add(Task("two", "Which?", ("SELECT 1",)), outcome("two"))
    assert [found.task for found in read(kept)[1]] == ["one", "two"]


def test_each_outcome_is_in_the_file_as_soon_as_it_is_added(path: Path) -> None:
    with writing(path, setup()) as record:
        record.add(TASK, outcome("one"))
        assert len(read(path)[1]) == 1


@pytest.mark.parametrize("cut", ['{"task": "two", "sco', '{"task": "zwei \N{SNOWMAN}'])
def test_a_last_line_that_was_cut_is_dropped(kept: Path, cut: str) -> None:
    whole = kept.read_bytes()
    kept.write_bytes(whole + cut.encode()[:-1])
    with writing(kept, setup()) as record:
        assert list(record.outcomes) == ["one"]
    assert kept.read_bytes() == whole


@pytest.mark.parametrize("cut", ["", '{"se', '{"setup": {"dataset": "que'])
def test_a_file_that_was_cut_in_its_first_line_is_begun_anew(path: Path, cut: str) -> None:
    path.write_text(cut)
    with writing(path, setup()) as record:
        assert not record.outcomes
    assert read(path)[0] == setup()


@pytest.mark.parametrize("text", ["notes", "notes\n", '{"task": "one"}\n', "[]\n", '{"setup": {"model": "x"}}\n'])
def test_any_other_file_is_left_alone(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(BadRecord, match="something else than an evaluation"), writing(path, setup()):
        pass
    assert path.read_text() == text


def test_another_setup_is_refused_with_what_differs(kept: Path) -> None:
    other = setup(model="large", attempts=1, seed=3, learning=True)
    with pytest.raises(BadRecord) as refused, writing(kept, other):
        pass
    assert (
        "model small there and large now; learning off there and on now; attempts 5 there and 1 now; "
        "seed not set there and 3 now"
    ) in str(refused.value)


def test_other_questions_and_prompts_are_refused(kept: Path) -> None:
    with pytest.raises(BadRecord, match=r"the questions of questions\.jsonl .*; other prompts there than now"):
        with writing(kept, setup(sha256="other", prompts="other")):
            pass


def test_the_same_questions_may_have_another_file_name(kept: Path) -> None:
    with writing(kept, setup(dataset="moved.jsonl")) as record:
        assert record.outcomes


def test_a_line_that_is_broken_is_named(kept: Path) -> None:
    kept.write_text(kept.read_text() + '{"task": "two"}\n')
    with pytest.raises(BadRecord, match="line 3: it is no outcome"), writing(kept, setup()):
        pass


def test_two_evaluations_never_write_to_one_file(path: Path) -> None:
    with writing(path, setup()):
        with pytest.raises(BadRecord, match="Another evaluation is writing"), writing(path, setup()):
            pass


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadRecord, match=r"cannot be written: No such file"), writing(tmp_path / "no" / "x", setup()):
        pass


def test_what_is_no_ordinary_file_is_not_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path, tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(BadRecord, match="it is no ordinary file"), writing(place, setup()):
            pass


def test_a_full_disk_is_a_sentence_and_keeps_what_is_there(kept: Path) -> None:
    before, limits = kept.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    with pytest.raises(BadRecord, match="cannot be written any more"), writing(kept, setup()) as record:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, limits[1]))
        try:
            record.add(TASK, outcome("two"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    with writing(kept, setup()) as record:
        assert list(record.outcomes) == ["one"]
    assert kept.read_bytes() == before


def test_reading_a_file_that_is_not_there_is_a_sentence(path: Path) -> None:
    with pytest.raises(BadRecord, match="cannot be read"):
        read(path)
