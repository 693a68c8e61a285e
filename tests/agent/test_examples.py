"""What of a model's reply is an example question."""

import pytest

from agent.budget import Budget
from agent.examples import parse, request
from agent.prompt import Prompt
from tests.agent.many_tables import many_tables

# As small models have written it.
NUMBERED = """Sure, here are 3 questions about the database:

1. How many doctors are there in the database?
2. **Which ward has the most beds?**
3) "What is the average cost of a stay?"

I hope that helps!"""

HEADINGS = """Question 1: How many stays are there per month?
- **Costs**: What is the total cost of all stays?
* List the five most expensive stays.
Q3. Which doctor has the most treatments? (SELECT doctor_id FROM treatments)"""

SQL = """```sql
-- 1. How many patients are there?
SELECT COUNT(*) FROM patients;
```"""


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (
            NUMBERED,
            [
                "How many doctors are there?",
                "Which ward has the most beds?",
                "What is the average cost of a stay?",
            ],
        ),
        (
            HEADINGS,
            [
                "How many stays are there per month?",
                "What is the total cost of all stays?",
                "List the five most expensive stays.",
                "Which doctor has the most treatments?",
            ],
        ),
        (SQL, ["How many patients are there?"]),
        ("How many wards?\nhow many wards?\n", ["How many wards?"]),
        ("how many wards are there?", ["How many wards are there?"]),
        ("I cannot help with that.", []),
        ("List of questions:", []),
        ("Why?", []),
        (f"How many {'very ' * 50}old patients are there?", []),
        ("", []),
    ],
)
def test_questions_are_found_whatever_stands_around_them(reply: str, expected: list[str]) -> None:
    assert parse(reply) == expected


def test_of_a_large_schema_the_most_connected_tables_are_asked_about() -> None:
    prompt = Prompt.of(many_tables(), "postgres", "GENERATION", "", Budget.of(8192))
    system, user = request(prompt)
    assert prompt.system.startswith(system.content)
    assert "CREATE TABLE orders (" in user.content


def test_nothing_tells_the_model_to_reply_with_sql() -> None:
    prompt = Prompt.of(many_tables(), "postgres", "Reply with the SQL in one ```sql block.", "", Budget.of(100_000))
    assert "```sql" not in "".join(message.content for message in request(prompt))
