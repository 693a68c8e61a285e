"""What is typed after an answer: which texts correct it, which ask something. Each with the rule that decides."""

import pytest

from learning.benchmark.tasks import built_in
from learning.feedback.corrections import LONGEST, is_correction

QUESTION = "What was the revenue by city last year?"
SQL = "SELECT o.city, SUM(price) AS revenue FROM orders o JOIN stores s ON o.city = s.city WHERE created_at > 1"

CORRECTIONS = [
    ("no, exclude cancelled orders", "a no, and it goes on"),
    ("No, I want net revenue.", "a no, and it goes on"),
    ("no - only the paid ones", "a no, and it goes on"),
    ("NO! use the order date", "a no, and it goes on"),
    ("nope, without the returns", "a no, and it goes on"),
    ("no no, by store and not by city", "a no, and it goes on"),
    ("nah, that is the list price", "a no, and it goes on"),
    ("no, show net revenue without tax", "a no, and it goes on"),
    ("no that is the wrong table", "a no before a sentence"),
    ("no use paid_at", "a no before a sentence"),
    ("no i meant the other store", "a no before a sentence"),
    ("Nope.", "a no alone, of the strong kind"),
    ("not quite", "judged"),
    ("Not what I asked for", "judged"),
    ("not right, the tax is missing", "judged"),
    ("wrong: revenue means net of refunds", "wrong, and it goes on"),
    ("Wrong", "wrong alone"),
    ("wrong, use net", "wrong, and it goes on"),
    ("wrong column", "wrong with a part of a query"),
    ("wrong table, it's in order_items", "wrong with a part of a query"),
    ("incorrect.", "wrong alone"),
    ("That’s wrong", "judged; a typographic apostrophe"),
    ("thats wrong", "judged; no apostrophe"),
    ("that's not what I meant, count distinct customers", "judged"),
    ("this isn't right", "judged"),
    ("that isn't what i meant", "judged"),
    ("it's not correct", "judged"),
    ("these numbers are too high", "judged"),
    ("the total is wrong", "judged"),
    ("the totals look off", "judged"),
    ("That can't be right", "judged"),
    ("this is still wrong!", "judged"),
    ("i meant net revenue", "what was meant"),
    ("I mean the year of payment", "what was meant"),
    ("What I meant is the billing city", "what was meant"),
    ("I asked for stores, these are cities", "what was meant"),
    ("Sorry, I meant 2024", "what was meant, after a word of politeness"),
    ("you should join on store_id instead of city", "you should"),
    ("You shouldn't count returns", "you should not"),
    ("you forgot the refunds", "you did"),
    ("hmm, you counted orders twice", "you did, after a hm"),
    ("you're double counting orders", "you are doing"),
    ("you didn't exclude test accounts", "you did not"),
    ("but you must use the paid date", "you must, after a but"),
    ("You have ignored the currency", "you did"),
    ("the year should be 2024", "how it should be"),
    ("revenue should exclude shipping", "how it should be"),
    ("should be net of tax", "how it should be"),
    ("it has to use the invoice date", "how it should be"),
    ("cancelled orders must not be counted", "how it should be"),
    ("don't count returns", "what not to do"),
    ("dont count returns", "what not to do; no apostrophe"),
    ("do not include test accounts", "what not to do"),
    ("DON'T JOIN ON CITY", "what not to do; capitals"),
    ("please don't use created_at", "what not to do, politely"),
    ("stop using list prices", "what not to do"),
    ("never add shipping", "what not to do"),
    ("always exclude cancelled orders", "what always to do"),
    ("use paid_at, not created_at", "this, not that"),
    ("use paid_at", "a column by name"),
    ("Use `paid_at`", "a column by name"),
    ("actually, use the order_items table", "a table by name, after an actually"),
    ("use orders.paid_at", "a column by name"),
    ("take net price instead of gross", "this instead of that"),
    ("join on store_id rather than city", "this rather than that"),
    ("join via store_employees", "a table by name"),
    ("paid_at, not created_at", "a column instead of one in the SQL"),
    ("not city but store_id", "a column instead of one in the SQL"),
    ("unit_price instead of price", "a column instead of one in the SQL"),
    ("revenue excludes cancelled orders", "what a word means"),
    ("Revenue means net of refunds", "what a word means"),
    ("an active customer means one with an order this year", "what a word means"),
    ("our fiscal year starts in April", "what a word means"),
    ("churn is defined as no order in 90 days", "what a word means"),
    ("returns don't count", "what a word means"),
    ("revenue does not include tax", "what a word means"),
    ("prices are stored in cents", "what a word means"),
]

QUESTIONS = [
    ("what about last year?", "asks: a question mark"),
    ("what about last year", "asks: its first word"),
    ("shouldn't it be 2024?", "asks: a question mark"),
    ("no orders in 2024?", "asks: a question mark"),
    ("which customers did not order in 2024", "asks: its first word"),
    ("how many are not paid", "asks: its first word"),
    ("Who excludes shipping", "asks: its first word"),
    ("show customers that did not order in 2024", "asks: its first word"),
    ("Show me the wrong addresses", "asks: its first word"),
    ("list products that should be reordered", "asks: its first word"),
    ("give me the orders without an address, not the paid ones", "asks: its first word"),
    ("find orders that must be shipped today", "asks: its first word"),
    ("count distinct customers", "asks: its first word"),
    ("count orders, not customers", "asks: its first word; could be either"),
    ("please list all stores", "asks, politely"),
    ("and how many of them paid", "asks: its first word after an and"),
    ("is it correct that berlin is first", "asks: its first word"),
    ("should we exclude returns", "asks: its first word"),
    ("do customers use coupons", "asks: its first word"),
    ("did you exclude returns", "asks: its first word"),
    ("can you use the paid date instead", "asks: its first word; could be either"),
    ("could you do that by month", "asks: its first word"),
    ("tell me what revenue means here", "asks: its first word"),
    ("compare it with 2023", "asks: its first word"),
    ("top 5 instead of 10", "narrows: a follow-up"),
    ("only for 2024", "narrows: a follow-up"),
    ("only the paid ones, not the cancelled ones", "narrows: a follow-up"),
    ("just berlin", "narrows: a follow-up"),
    ("and by month", "divides: a follow-up"),
    ("now by region", "divides: a follow-up"),
    ("by month instead of by year", "divides: a follow-up"),
    ("by month, not by year", "divides: a follow-up"),
    ("per store", "divides: a follow-up"),
    ("same for stores", "goes on: a follow-up"),
    ("same but for stores", "goes on: a follow-up"),
    ("then sort it by name", "goes on: a follow-up"),
    ("also the number of customers", "goes on: a follow-up"),
    ("not cancelled ones", "no rule: narrows"),
    ("not in berlin", "no rule: narrows"),
    ("without cancelled orders", "narrows; could be either"),
    ("exclude cancelled orders", "no rule: could be the next step"),
    ("include the address", "no rule: could be the next step"),
    ("ignore 2020", "no rule: could be the next step"),
    ("month instead of year", "this instead of that, but plain words"),
    ("gross, not net", "this, not that, but not in the SQL"),
    ("don't show the price", "what not to do, but only a wish how to show it"),
    ("use a bar chart", "use, but no name of a column"),
    ("no orders since march", "a no that counts"),
    ("no", "a no alone says nothing that could be done"),
    ("No. of orders per store", "a No. that is a number"),
    ("no, which customers ordered most", "a no, but it asks"),
    ("customers that did not order in 2024", "no rule: merely contains a not"),
    ("products not sold since March", "no rule: merely contains a not"),
    ("orders that should be shipped this week", "should, but of a relative clause"),
    ("customers who must include a tax number", "must, but of a relative clause"),
    ("wrong deliveries by month", "wrong, but no part of a query"),
    ("wrong orders", "wrong, but no part of a query"),
    ("average order value", "no rule"),
    ("revenue including shipping", "no rule: narrows"),
    ("the ten dearest products", "no rule"),
    ("these as percentages", "no rule: a follow-up"),
    ("that by month", "no rule: a follow-up"),
    ("I want revenue by month", "no rule: a wish"),
    ("i need the number of open invoices", "no rule: a wish"),
    ("customers that use coupons instead of cards", "use, but not first"),
    ("revnue exclods cancelled orders", "no rule: typed wrong, missed"),
    ("shoud be 2024", "no rule: typed wrong, missed"),
    ("nein, ohne stornierte Bestellungen", "not English"),
    ("falsch: Umsatz heißt netto", "not English"),
    ("bitte paid_at statt created_at", "not English"),
    ("non, sans les commandes annulées", "not English"),
    ("no, usa paid_at en vez de created_at", "not English, though it begins with a no"),
    ("no, sin los pedidos cancelados", "not English, though it begins with a no"),
    ("that is right", "judged, but right"),
    ("this is correct, now by month", "judged, but right"),
    ("products we have to reorder", "have to, but of a relative clause"),
    ("thanks", "no rule"),
    ("", "nothing"),
    ("...", "nothing"),
]


@pytest.mark.parametrize(("text", "why"), CORRECTIONS, ids=[text for text, _ in CORRECTIONS])
def test_corrections(text: str, why: str) -> None:
    assert is_correction(text, QUESTION, SQL), why


@pytest.mark.parametrize(("text", "why"), QUESTIONS, ids=[text for text, _ in QUESTIONS])
def test_questions(text: str, why: str) -> None:
    assert not is_correction(text, QUESTION, SQL), why


@pytest.mark.parametrize("text", [text for text, _ in CORRECTIONS])
def test_nothing_corrects_where_nothing_was_asked(text: str) -> None:
    assert not is_correction(text, "", "")


def test_what_is_long_asks() -> None:
    assert not is_correction("wrong: " + "x" * LONGEST, QUESTION, SQL)


def test_no_question_of_the_benchmark_is_taken_as_a_correction() -> None:
    asked = [task.question for task in built_in()]
    assert len(asked) > 50
    assert [text for text in asked if is_correction(text, QUESTION, SQL)] == []
