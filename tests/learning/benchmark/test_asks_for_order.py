"""Which questions want their rows in an order, and which only sound like it."""

import pytest

from learning.benchmark.asks_for_order import asks_for_order

ASKS = """
    List the tents, ordered by weight.
    Ordered by weight, which tents do we have?
    Which stores opened last year? The rows should be ordered by opening date.
    Order the stores by their opening date.
    Show name and price. Order by price.
    Give every supplier and order them by country, please.
    Order the results by month.
    Show the monthly revenue, sorted by month.
    Sort the staff by salary.
    Rank the stores by revenue and show them ranked by it.
    Which brands do we carry, alphabetically?
    List the brands in alphabetical order.
    Show the reviews in reverse chronological order.
    Which coupons are there, in descending order of their value?
    Give each month's refunds, ascending by month.
    Show the stores from the largest to the smallest.
    Show prices from lowest to highest.
    List the tents from the most expensive to the least expensive.
    List employees from oldest to youngest.
    Show all stores, high to low by revenue.
    Give the brands from A to Z.
    List reviews starting with the latest.
    List reviews, starting from the best.
    Show the totals for each brand, highest total first.
    Show the orders, newest first, and say who placed them.
    Put active coupons first, then those that have ended.
    Show the payments in the order in which they were made.
    Show the payments in order of their amount.
    Use ORDER BY name for the output.
"""

LEAVES_OPEN = """
    How many orders were placed in May?
    Which products were ordered by more than ten customers?
    Which tents have been ordered by somebody in Norway?
    Show products ordered by customers from Berlin.
    Which products were never ordered?
    What is the average amount per order by region?
    Give the total of each order by month.
    Which customers order the most tents by mail?
    What do we have to do in order to reach them?
    What are the five most expensive tents?
    Which store has the highest revenue?
    Which products are in the top 3 of their category?
    What was each customer's first order?
    What did the oldest customer's first order cost?
    How many orders went from New York to New Orleans?
    Which trips went from early May to late June?
    How did revenue grow from 2023 to 2024?
    Which brands start with A?
    Which coupons are valid starting from January 2024?
    What sort of products do we carry?
    Which statuses can an order have?
    What is the difference between the highest and the lowest price?
    Which products cost the least and which the most?
"""


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


@pytest.mark.parametrize("question", lines(ASKS))
def test_an_order_is_asked_for(question: str) -> None:
    assert asks_for_order(question)


@pytest.mark.parametrize("question", lines(LEAVES_OPEN))
def test_the_order_is_left_open(question: str) -> None:
    assert not asks_for_order(question)


def test_line_breaks_and_spaces_do_not_hide_it() -> None:
    assert asks_for_order("Show the tents\nordered   by weight")
    assert asks_for_order("Names of all brands.\nOrder them by name.")
