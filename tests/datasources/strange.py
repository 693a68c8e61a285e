"""Names that a database may have and that break whoever does not quote."""

NAMES = [
    '"; drop',
    "with space",
    'say "hi"',
    "it's",
    "🐘 é",
    "select",
    "UPPER",
    "back`tick",
    "a.b",
    "per%cent {0} %s",
    "--",
]


def quoted(name: str, quote: str = '"') -> str:
    return quote + name.replace(quote, quote * 2) + quote


def wide_table(name: str, columns: int = 500) -> str:
    return f"CREATE TABLE {name} ({', '.join(f'c{number} INT' for number in range(columns))})"
