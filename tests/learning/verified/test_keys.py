"""When two questions are the same one, and which one can be understood alone."""

import pytest

from learning.verified.keys import key_of, stands_alone


@pytest.mark.parametrize(
    "other",
    [
        "how many orders are there",
        "How  many\norders are there ?",
        "HOW MANY ORDERS ARE THERE?!",
        "How many orders are there.",
    ],
)
def test_the_same_question_is_known_however_it_is_written(other: str) -> None:
    assert key_of(other) == key_of("How many orders are there?")


@pytest.mark.parametrize("other", ["How many orders were there?", "How many orders are there in 2024?"])
def test_another_question_is_another_one(other: str) -> None:
    assert key_of(other) != key_of("How many orders are there?")


def test_a_question_that_follows_another_is_another_one() -> None:
    assert key_of("And last year?", "How many orders?") != key_of("And last year?", "How much revenue?")


@pytest.mark.parametrize(
    "question",
    [
        "How many orders are there?",
        "Which customers have never ordered?",
        "Revenue by month in 2024",
        "Top 5 products by revenue this year",
        "Average order value of stores in Austin",
        "Orders that were cancelled in May",
        "Which customers spent more than that of their city on average?",
        "How many orders are there this month?",
        "For each store, the total revenue",
        "In 2024, how many orders were cancelled?",
        "List all products without a price",
    ],
)
def test_a_whole_question_stands_alone(question: str) -> None:
    assert stands_alone(question)


@pytest.mark.parametrize(
    "question",
    [
        "And last year?",
        "What about stores in Austin?",
        "Show them by month",
        "the same for 2023",
        "only for 2024 please",
        "By month",
        "Break that down by month",
        "Show that by country",
        "What about the ones in France",
        "What are their names?",
        "Who are they, please?",
        "What's its average price",
        "Split this by region",
        "Without the cancelled ones",
        "Without cancelled orders please",
        "Exclude cancelled orders please",
        "Include the email too",
        "Give me the average as well",
        "Sort the result by name",
        "show me the first ten",
        "in euros please, not dollars",
        "How many of the customers from the last question live in Austin?",
        "und nach Monat bitte?",
    ],
)
def test_a_question_that_goes_on_does_not(question: str) -> None:
    assert not stands_alone(question)
