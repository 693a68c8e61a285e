from agent import prompt
from agent.errors import ErrorClass
from agent.repairs import REPAIRS, Strategy, instruction

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
