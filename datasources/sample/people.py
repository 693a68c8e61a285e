"""Who works in the shop and who buys there, with the dirt that such lists gather."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from datasources.sample.source import records, words

_CUSTOMERS = 3000
_DUPLICATES = 25
_FIRST_SIGN_UP, _LAST_SIGN_UP = date(2021, 1, 4), date(2025, 12, 20)
_HEAD_OFFICE = (("Chief Executive", 182_000, None), ("Head of Retail", 128_000, 1), ("Head of Online", 124_000, 1))
_STORE_ROLES = (("Sales Associate", 39_000), ("Sales Associate", 39_000), ("Cashier", 34_000))
_CITIES = records("cities")
_CITY_WEIGHTS = [float(city["weight"]) for city in _CITIES]
_FIRST_NAMES, _LAST_NAMES = words("first_names"), words("last_names")


@dataclass(frozen=True, slots=True)
class Staff:
    """`sellers` are the numbers of the employees who sell, by store number."""

    stores: tuple[tuple[object, ...], ...]
    employees: tuple[tuple[object, ...], ...]
    sellers: dict[int, list[int]]


@dataclass(frozen=True, slots=True)
class Customer:
    """`appetite` weighs how often they buy; some never do."""

    number: int
    row: tuple[object, ...]
    signed_up_on: date
    state: str | None
    appetite: float


def staff(random: Random) -> Staff:
    stores = records("stores")
    payroll = _Payroll(random)
    for title, pay, manager in _HEAD_OFFICE:
        payroll.hire(title, pay, None, manager, date(2009, 1, 12))
    sellers = {
        number: payroll.hire_for_store(number, date.fromisoformat(store["opened_on"]))
        for number, store in enumerate(stores, start=1)
    }
    for title in ("Web Analyst", "Support Agent", "Support Agent"):
        payroll.hire(title, 58_000, None, 3, date(2019, 1, 7))
    return Staff(tuple(tuple(store.values()) for store in stores), tuple(payroll.employees), sellers)


class _Payroll:
    def __init__(self, random: Random) -> None:
        self._random = random
        self.employees: list[tuple[object, ...]] = []

    def hire(self, title: str, pay: float, store: int | None, manager: int | None, since: date) -> int:
        """Before the sales begin, so that nobody sells before being hired. Returns the employee's number."""
        days = max(0, (date(2022, 12, 31) - since).days)
        hired_on = since + timedelta(days=self._random.randint(0, days))
        salary = round(pay * self._random.uniform(0.92, 1.12), -2)
        self.employees.append((_name(self._random), title, store, manager, hired_on.isoformat(), salary))
        return len(self.employees)

    def hire_for_store(self, store: int, opened_on: date) -> list[int]:
        manager = self.hire("Store Manager", 74_000, store, 2, opened_on)
        lead = self.hire("Shift Lead", 52_000, store, manager, opened_on)
        return [manager, lead, *(self.hire(title, pay, store, lead, opened_on) for title, pay in _STORE_ROLES)]


def customers(random: Random) -> tuple[Customer, ...]:
    """In the order of their sign-up; the duplicates are people who signed up twice."""
    span = (_LAST_SIGN_UP - _FIRST_SIGN_UP).days
    days = sorted(int(span * random.random() ** 0.8) for _ in range(_CUSTOMERS))
    rows = [_customer_row(random, _FIRST_SIGN_UP + timedelta(days=day)) for day in days]
    for first in random.sample(range(_CUSTOMERS // 2), _DUPLICATES):
        again = random.randrange(_CUSTOMERS // 2, _CUSTOMERS)
        rows[again] = _signed_up_again(random, rows[first], rows[again])
    return tuple(_customer(random, number, row) for number, row in enumerate(rows, start=1))


def _customer(random: Random, number: int, row: tuple[object, ...]) -> Customer:
    appetite = 0.0 if random.random() < 0.08 else random.lognormvariate(0, 0.9)
    state = row[4] if isinstance(row[4], str) else None
    return Customer(number, row, date.fromisoformat(str(row[-1])), state, appetite)


def _customer_row(random: Random, day: date) -> tuple[object, ...]:
    name = _name(random)
    [place] = random.choices(_CITIES, _CITY_WEIGHTS)
    city, state = (place["city"], place["state"]) if random.random() > 0.03 else (None, None)
    is_member = int(random.random() < 0.35)
    return name, _email(random, name), _phone(random), _untidy(random, city), state, is_member, day.isoformat()


def _signed_up_again(random: Random, first: tuple[object, ...], later: tuple[object, ...]) -> tuple[object, ...]:
    """The same person with another spelling, keeping the later date."""
    name, email, phone, city, state, is_member, _ = first
    other_name = random.choice((str(name).upper(), str(name), f"{name} "))
    return other_name, str(email).upper() if email else None, phone, city, state, is_member, later[-1]


def _name(random: Random) -> str:
    return f"{random.choice(_FIRST_NAMES)} {random.choice(_LAST_NAMES)}"


def _email(random: Random, name: str) -> str | None:
    if random.random() < 0.04:
        return None
    first, last = name.lower().split()
    number = random.choice(("", "", str(random.randint(1, 99))))
    separator = random.choice((".", "_", ""))
    return _untidy(random, f"{first}{separator}{last}{number}@{random.choice(('mail', 'post', 'inbox'))}.example")


def _phone(random: Random) -> str | None:
    if random.random() < 0.15:
        return None
    digits = random.randint(200, 989), random.randint(0, 99)
    return random.choice(("{0}-555-{1:04}", "({0}) 555-{1:04}", "{0}555{1:04}")).format(*digits)


def _untidy(random: Random, text: str | None) -> str | None:
    """As people type: a few in capitals, without them, or with blanks around."""
    if text is None or random.random() > 0.06:
        return text
    habits: tuple[Callable[[str], str], ...] = (str.upper, str.lower, lambda text: f" {text}", lambda text: f"{text}  ")
    return random.choice(habits)(text)
