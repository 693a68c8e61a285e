"""What the shop sells."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from datasources.sample.source import records, words

_FIRST_YEAR, _LAST_YEAR = 2023, 2025
_LINES_PER_NOUN = 2


@dataclass(frozen=True, slots=True)
class Product:
    """`season` is summer, winter or all; `popularity` is a weight."""

    number: int
    row: tuple[object, ...]
    price: float
    season: str
    popularity: float
    added_on: date


@dataclass(frozen=True, slots=True)
class Catalogue:
    suppliers: tuple[tuple[object, ...], ...]
    categories: tuple[tuple[object, ...], ...]
    products: tuple[Product, ...]


def catalogue(random: Random) -> Catalogue:
    kinds = records("categories")
    suppliers = records("suppliers")
    parents = list(dict.fromkeys(kind["parent"] for kind in kinds))
    categories: list[tuple[object, ...]] = [(parent, None) for parent in parents]
    supplier_ids = {supplier["name"]: number for number, supplier in enumerate(suppliers, start=1)}
    products: list[Product] = []
    for kind in kinds:
        categories.append((kind["name"], parents.index(kind["parent"]) + 1))
        for noun in kind["nouns"].split(";"):
            for line in random.sample(words("product_lines"), _LINES_PER_NOUN):
                keys = (len(categories), supplier_ids[kind["supplier"]])
                products.append(_product(random, len(products) + 1, f"{line} {noun}", kind, keys))
    return Catalogue(tuple(_supplier(random, row) for row in suppliers), tuple(categories), tuple(products))


def _product(random: Random, number: int, name: str, kind: dict[str, str], keys: tuple[int, int]) -> Product:
    price = _shelf_price(random.triangular(float(kind["low"]), float(kind["high"])))
    cost = round(price * random.uniform(0.45, 0.68), 2)
    added_on = _added_on(random)
    stock = 0 if random.random() < 0.05 else random.randint(2, 140)
    row = (name, *keys, price, cost, stock, added_on.isoformat())
    return Product(number, row, price, kind["season"], random.lognormvariate(0, 0.8) * 100 / (price + 60), added_on)


def _shelf_price(amount: float) -> float:
    """Ends in .95, or in .50 when it is small."""
    return int(amount) + (0.95 if amount >= 20 else 0.5)


def _added_on(random: Random) -> date:
    """Most of the catalogue is older than the sales; the rest came in since."""
    if random.random() < 0.7:
        return date(_FIRST_YEAR, 1, 1) - timedelta(days=random.randint(20, 1500))
    return date(random.randint(_FIRST_YEAR, _LAST_YEAR), random.randint(1, 10), random.randint(1, 28))


def _supplier(random: Random, supplier: dict[str, str]) -> tuple[object, ...]:
    domain = supplier["name"].lower().replace(" ", "")
    return supplier["name"], supplier["country"], None if random.random() < 0.15 else f"sales@{domain}.example"
