"""How much of a result is read for its page, and how much for an export."""

from django.conf import settings

from datasources.engine import Limits

CELL_CHARS = 100_000
CHART_ROWS = 10_000
"""That a chart is drawn from."""
MOST_COLUMNS = 1_900
"""That a file of SQLite holds."""


def of_page() -> Limits:
    return Limits(
        seconds=settings.QUERY_SECONDS,
        rows=settings.RESULT_ROWS,
        result_bytes=settings.RESULT_MB * 1_000_000,
        cell_chars=CELL_CHARS,
    )


def of_export(rows: int) -> Limits:
    """As long as there are rows, whatever they weigh: none of them is kept."""
    return Limits(
        seconds=settings.EXPORT_SECONDS,
        rows=rows,
        result_bytes=1 << 40,
        cell_chars=CELL_CHARS,
    )
