"""Three years of orders and what follows from them: payments, refunds, reviews."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from datasources.sample.catalogue import Product
from datasources.sample.people import Customer, Staff
from datasources.sample.source import records

FIRST_DAY, LAST_DAY = date(2023, 1, 1), date(2025, 12, 31)
_ORDERS_PER_DAY = 9.0
_GROWTH_PER_YEAR = 1.28
_MONTHS = (0.75, 0.7, 0.8, 0.95, 1.15, 1.3, 1.25, 1.05, 0.85, 0.8, 1.2, 1.55)
_SUMMER = (0.3, 0.3, 0.6, 1.0, 1.5, 1.9, 1.8, 1.4, 0.8, 0.5, 0.4, 0.5)
_WINTER = (1.7, 1.4, 0.9, 0.5, 0.3, 0.2, 0.2, 0.3, 0.7, 1.2, 1.8, 2.0)
_PRICE_LEVEL = {2023: 0.92, 2024: 0.96, 2025: 1.0}
_METHODS = ("credit_card", "paypal", "gift_card", "cash", "bank_transfer")
_REASONS = ("damaged", "wrong size", "changed mind", "late delivery", None)

Row = tuple[object, ...]


class Sales:
    """Fills its tables day by day."""

    def __init__(
        self, random: Random, products: Sequence[Product], customers: Sequence[Customer], staff: Staff
    ) -> None:
        self._random = random
        self._products = products
        self._customers = customers
        self._staff = staff
        self._openings = [date.fromisoformat(str(store[3])) for store in staff.stores]
        self._sign_ups = [customer.signed_up_on for customer in customers]
        self._appetites = list(accumulate(customer.appetite for customer in customers))
        self._opinions = records("reviews")
        self.orders: list[Row] = []
        self.items: list[Row] = []
        self.payments: list[Row] = []
        self.refunds: list[Row] = []
        self.reviews: list[Row] = []

    def tables(self) -> dict[str, list[Row]]:
        for number in range((LAST_DAY - FIRST_DAY).days + 1):
            self._sell(FIRST_DAY + timedelta(days=number))
        return {
            "orders": self.orders,
            "order_items": self.items,
            "payments": self.payments,
            "refunds": self.refunds,
            "reviews": self.reviews,
        }

    def _sell(self, day: date) -> None:
        offered = [product for product in self._products if product.added_on <= day]
        weights = list(accumulate(product.popularity * _season(product, day) for product in offered))
        for _ in range(self._orders_on(day)):
            basket = self._random.choices(offered, cum_weights=weights, k=self._random.choice((1, 1, 1, 2, 2, 3, 4)))
            self._order(day, self._customer_on(day), list(dict.fromkeys(basket)))

    def _orders_on(self, day: date) -> int:
        growth = _GROWTH_PER_YEAR ** ((day - FIRST_DAY).days / 365)
        weekend = 1.3 if day.weekday() >= 5 else 0.9
        mean = _ORDERS_PER_DAY * growth * _MONTHS[day.month - 1] * weekend
        return max(0, round(self._random.gauss(mean, mean**0.5)))

    def _customer_on(self, day: date) -> Customer:
        """One who has signed up by then, by appetite."""
        known = bisect_right(self._sign_ups, day)
        return self._customers[bisect_right(self._appetites, self._random.random() * self._appetites[known - 1])]

    def _order(self, day: date, customer: Customer, basket: list[Product]) -> None:
        number = len(self.orders) + 1
        goods = round(sum(self._item(number, product, day) for product in basket), 2)
        store, seller, channel = self._where(day)
        shipping = 0.0 if store or goods >= 150 else self._random.choice((4.95, 7.95))
        total = round(goods + shipping, 2)
        status = self._status(day)
        self.orders.append((customer.number, store, seller, day.isoformat(), channel, status, shipping, total))
        self._settle(number, day, status, total)
        if status == "completed":
            self._review(customer, basket, day)

    def _item(self, order: int, product: Product, day: date) -> float:
        quantity = self._random.choices((1, 2, 3, 4), (82, 12, 4, 2))[0]
        discount = self._random.choices((1, 0.9, 0.8), (80, 14, 6))[0]
        price = round(product.price * _PRICE_LEVEL[day.year] * discount, 2)
        self.items.append((order, product.number, quantity, price))
        return quantity * price

    def _where(self, day: date) -> tuple[int | None, int | None, str]:
        """More and more is sold online; there nobody sells, and in a shop it is not always noted who did."""
        if self._random.random() < {2023: 0.46, 2024: 0.53, 2025: 0.6}[day.year]:
            return None, None, self._random.choices(("web", "mobile"), (70, 30))[0]
        store = self._random.choice([number for number, day_ in enumerate(self._openings, start=1) if day_ <= day])
        seller = None if self._random.random() < 0.03 else self._random.choice(self._staff.sellers[store])
        return store, seller, "store"

    def _status(self, day: date) -> str:
        age = (LAST_DAY - day).days
        if self._random.random() < 0.045:
            return "cancelled"
        if age < 12:
            return self._random.choice(("pending", "shipped", "completed"))
        return "pending" if self._random.random() < 0.006 else "completed"

    def _settle(self, order: int, day: date, status: str, total: float) -> None:
        """Cancelled orders were paid only now and then, pending ones never, and of the others a few are still owed."""
        paid = {"pending": 0.0, "cancelled": 0.3}.get(status, 0.985)
        if self._random.random() >= paid:
            return
        self._pay(order, day, total)
        if status == "cancelled":
            self._refund(order, day, total, "order cancelled")
        elif self._random.random() < 0.04:
            share = self._random.choice((1, 1, 0.5, 0.25))
            self._refund(order, day, round(total * share, 2), self._random.choice(_REASONS))

    def _pay(self, order: int, day: date, total: float) -> None:
        paid_on = min(LAST_DAY, day + timedelta(days=self._random.choices((0, 1, 3, 14), (85, 8, 4, 3))[0])).isoformat()
        first = round(total * 0.4, 2) if self._random.random() < 0.03 else total
        for amount in (first, round(total - first, 2)):
            if amount:
                method = self._random.choices(_METHODS, (58, 22, 6, 9, 5))[0]
                self.payments.append((order, paid_on, method, amount))

    def _refund(self, order: int, day: date, amount: float, reason: str | None) -> None:
        refunded_on = min(LAST_DAY, day + timedelta(days=self._random.randint(1, 28)))
        self.refunds.append((order, refunded_on.isoformat(), reason, amount))

    def _review(self, customer: Customer, basket: list[Product], day: date) -> None:
        if self._random.random() > 0.22:
            return
        opinion = self._random.choices(self._opinions, [int(opinion["rating"]) for opinion in self._opinions])[0]
        body = None if self._random.random() < 0.3 else opinion["body"]
        reviewed_on = min(LAST_DAY, day + timedelta(days=self._random.randint(3, 45))).isoformat()
        product = self._random.choice(basket).number
        self.reviews.append((product, customer.number, int(opinion["rating"]), body, reviewed_on))


def _season(product: Product, day: date) -> float:
    months = {"summer": _SUMMER, "winter": _WINTER}.get(product.season)
    return months[day.month - 1] if months else 1.0
