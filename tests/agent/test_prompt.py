import pytest

from agent import prompt
from agent.budget import Budget, tokens
from agent.errors import ErrorClass
from agent.llm import Message
from agent.repairs import REPAIRS, Strategy, instruction
from datasources.introspect import Column, Schema, Table

SCHEMA = "CREATE TABLE t (id INTEGER)"


def test_the_prefix_is_the_same_bytes_whatever_is_asked() -> None:
    system = prompt.system_prompt(SCHEMA, "sqlite", prompt.seed())
    first = prompt.opening(system, [], "How many?")
    second = prompt.opening(prompt.system_prompt(SCHEMA, "sqlite", prompt.seed()), [], "Which ones?")
    assert first[0].content.encode() == second[0].content.encode()


def test_what_changes_least_comes_first() -> None:
    system = prompt.system_prompt(SCHEMA, "sqlite", "GENERATION", "NOTES")
    places = [system.index(text) for text in ("read-only", SCHEMA, "SQLite", "GENERATION", "NOTES")]
    assert places == sorted(places)


def test_braces_in_people_s_texts_change_nothing() -> None:
    notes = "{revenue} means {{ amount }} {% if x %} `paid` %s"
    assert notes in prompt.system_prompt(SCHEMA, "sqlite", "{schema}", notes)


def test_a_repair_tells_the_failure_and_the_strategy() -> None:
    failed = prompt.failure(ErrorClass.NO_SUCH_COLUMN, "no such column: x", "x is in t.")
    request = prompt.repair_request(failed, Strategy.FIX_COLUMN).content
    assert "no such column: x" in request
    assert "x is in t." in request
    assert instruction(Strategy.FIX_COLUMN) in request


def test_every_repair_has_its_instruction() -> None:
    assert len({instruction(strategy) for strategy in REPAIRS}) == 8


def test_a_fruitless_turn_is_told_without_its_sql() -> None:
    history = [prompt.Turn("How many?", "SELECT 1"), prompt.Turn("Which are Red?", "")]
    messages = prompt.opening("system", history, "And lower-case red?")

    assert [message.role for message in messages] == ["system", "user", "assistant", "user"]
    assert "no rows were found: Which are Red?" in messages[-1].content
    assert messages[-1].content.endswith("And lower-case red?")


def test_a_turn_whose_answer_was_wrong_is_told_as_that_and_without_its_sql() -> None:
    messages = prompt.opening("system", [prompt.Turn("Which are red?", "", is_wrong=True)], "And lower-case red?")
    assert messages[-1].content == "(Asked before, and the answer was not right: Which are red?)\n\nAnd lower-case red?"


ONE_TABLE = Schema((Table("t", (Column("id", "INTEGER"),)),))


def asked_with(context: int = 8192, notes: str = "") -> prompt.Prompt:
    return prompt.Prompt.of(ONE_TABLE, "sqlite", "GENERATION", notes, Budget.of(context))


def test_a_schema_within_the_budget_stands_whole_in_the_prefix() -> None:
    text = prompt.system_prompt(ONE_TABLE.to_prompt(), "sqlite", "GENERATION", "NOTES")
    assert asked_with(notes="NOTES").system == text


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mysql", "duckdb"])
def test_every_dialect_has_its_notes(dialect: str) -> None:
    assert "The dialect is" in prompt.system_prompt(SCHEMA, dialect, "GENERATION")


def test_long_notes_are_cut_at_a_line_and_say_so() -> None:
    notes = "\n".join(f"Rule {number}: revenue means paid orders only." for number in range(500))
    system = asked_with(notes=notes).system

    assert tokens(system) < 1200
    assert system.endswith("paid orders only.\n(The rest was left out: it is too long.)")


def test_of_a_long_history_the_last_turns_stay() -> None:
    history = [prompt.Turn(f"Question {number}", f"SELECT {number}, {'x' * 600}") for number in range(20)]
    messages = asked_with().opening(history, "And now?")

    kept = [message.content for message in messages if message.content.startswith("Question")]
    assert 0 < len(kept) < 10
    assert kept == [turn.question for turn in history[-len(kept) :]]
    assert messages[-1].content == "And now?"


def test_the_oldest_failures_are_left_out_when_the_context_is_full() -> None:
    asked = asked_with(context=2048)
    opening = asked.opening([], "How many?")
    repairs = [Message(role, f"{number} {'x' * 1500}") for number in range(4) for role in ("assistant", "user")]
    kept = asked.fitting([*opening, *repairs], len(opening), 700)

    assert kept[: len(opening)] == opening
    assert kept[len(opening) :] == repairs[-2:]


def test_nothing_is_left_out_while_the_context_holds_it() -> None:
    asked = asked_with()
    opening = asked.opening([], "How many?")
    messages = [*opening, prompt.reply("SELECT 1"), Message("user", "That failed.")]
    assert asked.fitting(messages, len(opening), 700) == messages


def test_a_long_message_of_a_database_is_cut() -> None:
    assert len(prompt.failure(ErrorClass.OTHER, "x" * 100_000, "y" * 100_000)) < 2100


LONG = prompt.generation_text(
    "Answer well. " * 230, [f"Rule {number}: {'paid orders only ' * 58}" for number in range(12)]
)
"""As long as one may be: 3,000 characters of instructions, and 12 rules of 1,000."""


@pytest.mark.parametrize("share", [20, 44, 90], ids=["small", "as large as may be", "large"])
@pytest.mark.parametrize("context", [8192, 32_768])
def test_however_much_was_learned_the_context_holds_it_all_and_the_reply(context: int, share: int) -> None:
    tables: list[Table] = []
    while tokens(Schema(tuple(tables)).to_prompt("sqlite")) < context * share // 100 - 60:
        tables.append(Table(f"t{len(tables)}", tuple(Column(f"column_{number}", "INTEGER") for number in range(12))))
    lines = [f"Line {number}: revenue means paid orders only." for number in range(900)]
    asked = prompt.Prompt.of(Schema(tuple(tables)), "sqlite", LONG, "\n".join(lines), Budget.of(context), lines)
    history = [prompt.Turn(f"Question {number}", f"SELECT {number}, {'x' * 300}") for number in range(40)]
    examples = [prompt.Example(f"Question {number}", f"SELECT {number}, {'x' * 300}") for number in range(40)]

    messages = asked.opening(history, "How many are there in t0?", examples)
    assert sum(tokens(message.content) for message in messages) + 700 <= context


def test_what_was_learned_within_its_share_leaves_the_schema_whole() -> None:
    tables: list[Table] = []
    while tokens(Schema(tuple(tables)).to_prompt("sqlite")) < 8192 * 44 // 100 - 60:
        tables.append(Table(f"t{len(tables)}", tuple(Column(f"column_{number}", "INTEGER") for number in range(12))))
    learned = prompt.generation_text(
        prompt.seed(), [f"Rule {number}: revenue means paid orders." for number in range(12)]
    )
    assert prompt.Prompt.of(Schema(tuple(tables)), "sqlite", learned, "", Budget.of(8192)).is_whole
