"""Beekeepers' records: another database than the sample, with dates that are kept in several ways, tables without keys
and texts that are spelled oddly."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

TABLES = """
CREATE TABLE keepers (
    keeper_id INTEGER PRIMARY KEY, full_name TEXT NOT NULL, email TEXT, joined_on TEXT, licence_no TEXT,
    is_active INTEGER NOT NULL
);
CREATE TABLE apiaries (
    apiary_id INTEGER PRIMARY KEY, apiary_name TEXT NOT NULL, region TEXT NOT NULL, altitude_m INTEGER,
    keeper_id INTEGER REFERENCES keepers (keeper_id)
);
CREATE TABLE hives (
    hive_id INTEGER PRIMARY KEY, apiary_id INTEGER REFERENCES apiaries (apiary_id), hive_type TEXT, frames INTEGER,
    built_year INTEGER, status TEXT, insured_value NUMERIC(10, 2)
);
CREATE TABLE queens (
    queen_id INTEGER PRIMARY KEY, hive_id INTEGER UNIQUE REFERENCES hives (hive_id), breed TEXT, born_on TEXT,
    mother_id INTEGER REFERENCES queens (queen_id)
);
CREATE TABLE inspections (
    inspection_id INTEGER PRIMARY KEY, hive_id INTEGER NOT NULL REFERENCES hives (hive_id),
    keeper_id INTEGER REFERENCES keepers (keeper_id), inspected_on TEXT, mite_count INTEGER, temper TEXT, remark TEXT
);
CREATE TABLE harvests (
    harvest_id INTEGER PRIMARY KEY, hive_id INTEGER NOT NULL REFERENCES hives (hive_id), harvested_on TEXT,
    kilograms NUMERIC(8, 2), honey_kind TEXT, moisture_percent NUMERIC(5, 2)
);
CREATE TABLE treatments (
    treatment_id INTEGER PRIMARY KEY, treatment_name TEXT NOT NULL, substance TEXT, days INTEGER
);
CREATE TABLE hive_treatments (
    hive_id INTEGER NOT NULL REFERENCES hives (hive_id),
    treatment_id INTEGER NOT NULL REFERENCES treatments (treatment_id), started_on TEXT NOT NULL, dose NUMERIC(6, 2),
    PRIMARY KEY (hive_id, treatment_id, started_on)
);
CREATE TABLE jars_sold (
    sale_id INTEGER PRIMARY KEY, harvest_id INTEGER NOT NULL REFERENCES harvests (harvest_id), jars INTEGER,
    jar_price NUMERIC(6, 2), buyer TEXT, sold_at TEXT
);
CREATE TABLE rainfall (apiary_id INTEGER, rain_day TEXT, rain_mm NUMERIC(6, 1));
"""
TREES = ("Alder", "Birch", "Clover", "Dogwood", "Elm", "Fern", "Gorse", "Hazel", "Ivy", "Juniper", "Kelp", "Larch")
Rows = list[tuple[object, ...]]


def script(seed: int = 7) -> str:
    """The same for SQLite and PostgreSQL."""
    filled = (_insert(table, rows) for table, rows in _rows(Random(seed)).items())
    return "\n".join([TABLES, *filled])


def _insert(table: str, rows: Sequence[tuple[object, ...]]) -> str:
    values = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
    return f"INSERT INTO {table} VALUES {values};"


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def _rows(random: Random) -> dict[str, Rows]:
    names = ("Ilse Brandt", "Oton Kral", "Mina O'Dea", "Yusuf Aydin", "Petra Holm", "Lars Vik", "Nia Morgan", "Tam Ng")
    regions = ("North Ridge", "Lower Marsh", "Heath", "Orchard Belt")
    keepers: Rows = [
        (n, name, f"keeper{n}@bees.example" if n % 3 else None, _day(random, 2012, 2021), f"L-{100 + n}", int(n != 4))
        for n, name in enumerate(names, 1)
    ]
    apiaries: Rows = [
        (n, f"{word} Yard", regions[n % 4], 120 + 40 * n, None if n in (5, 11) else 1 + n % 6)
        for n, word in enumerate(TREES, 1)
    ]
    hives: Rows = [
        (
            n,
            None if n == 60 else 1 + n % 11,
            ("Langstroth", "Warre", "Top Bar")[n % 3],
            8 + n % 5,
            2010 + n % 12,
            ("strong", "weak", "lost")[n % 7 % 3],
            150 + 5 * (n % 20),
        )
        for n in range(1, 61)
    ]
    queens: Rows = [
        (
            n,
            n if n <= 48 else None,
            ("Carniolan", "Buckfast", "Italian")[n % 3],
            _day(random, 2019, 2022),
            n - 10 if n > 12 else None,
        )
        for n in range(1, 56)
    ]
    inspections: Rows = [
        (
            n,
            1 + random.randrange(55),
            None if n % 9 == 0 else 1 + random.randrange(7),
            "04/03/2022" if n == 17 else _slashed(random),
            random.randrange(0, 40),
            ("calm", "nervous", "hot")[n % 3],
            "swarm cells" if n % 11 == 0 else None,
        )
        for n in range(1, 301)
    ]
    harvests: Rows = [
        (
            n,
            1 + random.randrange(50),
            _day(random, 2020, 2023),
            random.randrange(400, 2600) / 100,
            ("Acacia", "Linden", "Heather", "Wildflower")[n % 4],
            random.randrange(1500, 2000) / 100,
        )
        for n in range(1, 181)
    ]
    treatments: Rows = [
        (1, "Oxalic Dribble", "oxalic acid", 1),
        (2, "Formic Pads", "formic acid", 14),
        (3, "Thymol Gel", "thymol", 28),
        (4, "Drone Removal", None, 3),
    ]
    given: Rows = sorted(
        {(1 + random.randrange(55), 1 + random.randrange(3), _day(random, 2021, 2022)) for _ in range(120)}
    )
    sold: Rows = [
        (
            n,
            1 + random.randrange(150),
            random.randrange(1, 30),
            random.choice((5.5, 6, 7.5)),
            ("Corner Shop", "Market Stall", "Hotel Aurora")[n % 3],
            f"{_day(random, 2021, 2023)} {8 + n % 10:02}:30",
        )
        for n in range(1, 261)
    ]
    rain: Rows = [(n % 12 + 1, _day(random, 2022, 2022), random.randrange(0, 300) / 10) for n in range(200)]
    return {
        "keepers": keepers,
        "apiaries": apiaries,
        "hives": hives,
        "queens": queens,
        "inspections": inspections,
        "harvests": harvests,
        "treatments": treatments,
        "hive_treatments": [(*row, 2.5) for row in given],
        "jars_sold": sold,
        "rainfall": rain,
    }


def _day(random: Random, first: int, last: int) -> str:
    return f"{random.randint(first, last)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def _slashed(random: Random) -> str:
    return f"{random.randint(1, 28):02}/{random.randint(1, 12):02}/{random.randint(2021, 2023)}"
