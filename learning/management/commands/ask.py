"""`manage.py ask CONNECTION "question" [--json]`: the same agent and the same events as the chat."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from asgiref.sync import sync_to_async
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from agent.events import (
    AttemptStarted,
    BegunAnew,
    DiagnosisDelta,
    EpisodeDone,
    Event,
    QueryError,
    QueryOk,
    ReadingsDone,
    SqlDelta,
    SqlFixed,
    SqlReady,
    Waiting,
)
from agent.llm import LLM
from datasources.engine import Cell, ResultSet
from datasources.models import Connection
from datasources.wording import minus
from learning.confidence import assurance
from learning.confidence.assurance import Assurance
from learning.endpoints import llm
from learning.models import Episode
from learning.recorder import BadQuestion, answer, begin
from learning.results import to_json

WIDEST_COLUMN = 40
# All but tab and line feed: what a terminal would obey.
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Command(BaseCommand):
    help = "Ask a connection a question in plain English; SQL and rows stream to the terminal."
    _streamed = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("connection", help="name or number of a connection")
        parser.add_argument("question")
        parser.add_argument("--json", action="store_true", help="one JSON object a line for each event")

    def handle(self, *args: Any, **options: Any) -> None:
        connection = find_connection(options["connection"])
        model = llm(connection)
        try:
            record = begin(connection, options["question"], llm=model, source=Episode.Source.COMMAND)
        except BadQuestion as error:
            raise CommandError(str(error)) from None
        show = self._print_json if options["json"] else self._print
        try:
            answered = asyncio.run(self._follow(record, model, show))
        except KeyboardInterrupt:
            raise CommandError("Stopped.") from None
        if not answered:
            sys.exit(1)

    async def _follow(self, record: Episode, model: LLM, show: Callable[[Event | Assurance], None]) -> bool:
        async for event in answer(record, model):
            if isinstance(event, EpisodeDone) and (sure := await sync_to_async(_sure)(record)):
                show(sure)
            show(event)
        return record.status == Episode.Status.SUCCEEDED

    def _print_json(self, event: Event | Assurance) -> None:
        data = sure_json(event) if isinstance(event, Assurance) else event_json(event)
        self.stdout.write(json.dumps(data, ensure_ascii=False))
        self.stdout.flush()

    def _print(self, event: Event | Assurance) -> None:
        match event:
            case Assurance():
                self._line(str(event))
            case AttemptStarted(number, strategy, scores) if number > 1:
                belief = f" (score {minus(scores[strategy])})" if strategy in scores else ""
                self._line(f"\n-- attempt {number}: {strategy}{belief}")
            case QueryError(error_class, message, hint):
                self._line(f"\n-- failed ({error_class}): {message}" + (f"\n-- hint: {hint}" if hint else ""))
            case QueryOk(result):
                self._line("\n\n" + table_text(result))
            case EpisodeDone(success=False, error=error):
                self.stderr.write(printable(error))
            case _:
                self._print_writing(event)

    def _print_writing(self, event: Event | Assurance) -> None:
        """How a statement comes to be."""
        match event:
            case SqlReady(sql) if not self._streamed:
                self._line(f"-- from a verified query\n{sql}")
            case SqlDelta(text) | DiagnosisDelta(text):
                self._streamed = True
                self.stdout.write(printable(text), ending="")
                self.stdout.flush()
            case SqlFixed(sql, why):
                self._line(f"\n-- put right: {why}\n{sql}")
            case ReadingsDone(readings, chosen) if chosen and chosen is not readings[0]:
                self._line(f"\n-- chosen of {len(readings)} readings\n{chosen.sql}")
            case BegunAnew(why):
                self._line(f"\n-- {why}")
            case Waiting(int(ahead)):
                self._line(f"-- waiting for the model, {ahead} ahead" if ahead else "-- waiting for the model, next")

    def _line(self, text: str) -> None:
        self.stdout.write(printable(text))


def _sure(record: Episode) -> Assurance | None:
    """Before the episode's last event, which comes after all that is told of it."""
    return assurance.of([record]).get(record.pk)


def find_connection(wanted: str) -> Connection:
    """By number or name. Raises CommandError, which lists what there is."""
    known = Connection.objects.of_people().select_related("team")
    try:
        found = list(known.filter(pk=wanted) if re.fullmatch("[0-9]{1,18}", wanted) else known.filter(name=wanted))
    except DatabaseError:
        if connection.connection is None:  # it could not even be opened, which the error itself says best
            raise
        raise CommandError("There is no application database yet: run “make run” or manage.py setup first.") from None
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(
            printable(f"Several teams have a connection {wanted}: name it by number, {_numbers(found)}.")
        )
    names = _numbers(known) or "none: run manage.py setup"
    raise CommandError(printable(f"There is no connection {wanted}. There are: {names}."))


def printable(text: str) -> str:
    """Without what would steer a terminal: models, databases and people wrote this."""
    return _CONTROL_CHARACTERS.sub("", text)


def event_json(event: Event) -> dict[str, Any]:
    """An event as plain data, its class under "event"."""
    data = {"result": to_json(event.result)} if isinstance(event, QueryOk) else asdict(event)
    return {"event": type(event).__name__, **data}


def sure_json(sure: Assurance) -> dict[str, Any]:
    """How sure the answer is: no event of the episode's, but told like one."""
    told = {"confidence": round(sure.confidence, 4), "level": sure.level, "counted": sure.counted}
    return {"event": "Confidence", **told, "here": asdict(sure.here), "tested": asdict(sure.tested)}


def table_text(result: ResultSet) -> str:
    """The rows in columns, for a terminal."""
    columns = [_cell(name) for name in result.columns]
    rows = [[_cell(value) for value in row] for row in result.rows]
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    lines = [_row(columns, widths), _row(["-" * width for width in widths], widths)]
    lines += [_row(row, widths) for row in rows]
    count = f"{len(rows):,} row{'' if len(rows) == 1 else 's'}"
    cut = ", cut here: there are more" if result.truncated else ""
    return "\n".join([*lines, f"({count}{cut}, {result.elapsed * 1000:.0f} ms)"])


def _row(cells: Sequence[str], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _cell(value: Cell) -> str:
    text = "NULL" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)
    text = printable(" ".join(text.split()))
    return text if len(text) <= WIDEST_COLUMN else text[: WIDEST_COLUMN - 1] + "…"


def _numbers(connections: Iterable[Connection]) -> str:
    return ", ".join(f"{connection.pk} ({connection.team.name}: {connection.name})" for connection in connections)
