"""How the ER diagram and the Data tab write things."""

from django import template

from datasources.highlight import statement_html
from datasources.wording import counted

register = template.Library()
register.filter("sql", statement_html)


@register.filter
def estimate(rows: int | None) -> str:
    """A number of rows that is the database's own estimate: no more digits than it deserves."""
    if rows is None or rows < 0:
        return ""
    if rows < 1000:
        return f"about {rows}" if rows else "none"
    magnitude: int = 10 ** (len(str(rows)) - 3)
    return f"about {round(rows / magnitude) * magnitude:,}"


@register.filter
def estimated_rows(rows: int | None) -> str:
    """about 1 row, about 250 rows, no rows; empty where the database has no estimate"""
    noun = "row" if rows == 1 else "rows"
    return f"{estimate(rows)} {noun}".replace("none", "no") if estimate(rows) else ""


register.filter("counted", counted)
