"""One export from its beginning to its end: recorded, audited, told of while it runs."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter.exceptions
from django.conf import settings
from django.utils import timezone
from django.utils.text import slugify

from datasources import audit
from datasources.errors import QueryCancelled, SQLError
from workbench.results.exports import as_parquet, as_text, as_workbook
from workbench.results.exports.taking import Leaving, Taken, taken
from workbench.results.models import Export, Result

Pieces = Generator[bytes, None, None]
_PIECE = 256 * 1024
_SECONDS_BETWEEN_SIGNS = 2.0
_Texts = Callable[[Result, Taken], Iterator[str]]
_TEXTS: dict[str, _Texts] = {Export.Format.CSV: as_text.csv, Export.Format.JSON: as_text.json_text}
_FILES: dict[str, Callable[[Taken, Path], None]] = {
    Export.Format.XLSX: as_workbook.write,
    Export.Format.PARQUET: as_parquet.write,
}
_CONTENT_TYPES: dict[str, str] = {
    Export.Format.CSV: "text/csv; charset=utf-8",
    Export.Format.JSON: "application/json",
    Export.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Export.Format.PARQUET: "application/vnd.apache.parquet",
}


class NotExported(Exception):
    """The message is a sentence for a person."""


@dataclass(frozen=True)
class Download:
    """`pieces` come as they are taken; closing them ends the export. `size` is known of files only."""

    name: str
    content_type: str
    pieces: Pieces
    size: int | None = None


def begin(result: Result, format_: str, leaving: Leaving) -> Download:
    """What can go wrong at once goes wrong here; a file is written here, too. Raises SQLError and NotExported."""
    export = Export.objects.create(result=result, format=format_)
    audit.record(result.connection, result.user, audit.Action.EXPORT, f"{export.get_format_display()} of {result}")
    make = _text if format_ in _TEXTS else _file
    with ExitStack() as opened:
        opened.enter_context(_Ending(export, leaving))
        source = opened.enter_context(taken(result, most_rows(format_), leaving))
        source.note = _Progress(export)
        return make(export, source, leaving, opened)


def most_rows(format_: str) -> int:
    most: int = settings.EXPORT_ROWS
    return min(most, as_workbook.MOST_ROWS) if format_ == Export.Format.XLSX else most


def _text(export: Export, source: Taken, leaving: Leaving, opened: ExitStack) -> Download:
    """What it says of more rows than there may be, it says before it knows."""
    name = _name(export, "" if source.is_whole else f"-up-to-{source.most}-rows")
    pieces = _TEXTS[export.format](export.result, source)
    sent = _sent((text.encode() for text in pieces), export, source, opened.pop_all())
    next(sent)
    return Download(name, _CONTENT_TYPES[export.format], sent)


def _file(export: Export, source: Taken, leaving: Leaving, opened: ExitStack) -> Download:
    if export.format == Export.Format.XLSX and len(source.columns) > as_workbook.MOST_COLUMNS:
        raise NotExported(f"Excel takes {as_workbook.MOST_COLUMNS:,} columns, and this has {len(source.columns):,}.")
    path = _new_file(export.format)
    opened.callback(path.unlink, missing_ok=True)
    try:
        _FILES[export.format](source, path)
    except (OSError, as_parquet.NotWritten, xlsxwriter.exceptions.XlsxWriterException) as error:
        raise NotExported(f"The file could not be written: {error}") from error
    # Whoever has the last byte may ask before it is noted that all were taken.
    Export.objects.filter(pk=export.pk).update(rows=source.rows, is_cut=source.is_cut)
    name = _name(export, f"-first-{source.rows}-rows" if source.is_cut else "")
    size = path.stat().st_size
    sent = _sent(_read(path), export, source, opened.pop_all())
    next(sent)
    return Download(name, _CONTENT_TYPES[export.format], sent, size)


def _sent(pieces: Iterator[bytes], export: Export, source: Taken, opened: ExitStack) -> Pieces:
    """The first one is empty: from then on, closing it closes all."""
    with opened:
        yield b""
        yield from pieces
        export.rows, export.is_cut = source.rows, source.is_cut


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


class _Ending:
    """Notes how an export ended, however it does."""

    def __init__(self, export: Export, leaving: Leaving) -> None:
        self._export = export
        self._leaving = leaving

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        export = self._export
        export.state, export.ended_at = Export.State.DONE, timezone.now()
        if isinstance(error, GeneratorExit | QueryCancelled) or (error and self._leaving.has_left):
            export.state = Export.State.LEFT
        elif error:
            export.state = Export.State.FAILED
            export.error = error.message if isinstance(error, SQLError) else str(error)
        with audit.application_database():
            Export.objects.filter(pk=export.pk).update(
                state=export.state,
                ended_at=export.ended_at,
                error=export.error,
                rows=export.rows,
                is_cut=export.is_cut,
            )


class _Progress:
    """Told of each part, tells the page every other second."""

    def __init__(self, export: Export) -> None:
        self._export = export
        self._next = time.monotonic() + _SECONDS_BETWEEN_SIGNS

    def __call__(self, rows: int) -> None:
        self._export.rows = rows
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS_BETWEEN_SIGNS
            with audit.application_database():
                Export.objects.filter(pk=self._export.pk).update(rows=rows)


def _new_file(format_: str) -> Path:
    directory: Path = settings.DATA_DIR / "results"
    directory.mkdir(mode=0o700, exist_ok=True)
    handle, name = tempfile.mkstemp(f".{format_}.part", dir=directory)
    os.close(handle)
    return Path(name)


def _name(export: Export, more: str) -> str:
    result = export.result
    name = slugify(result.name)[:60].strip("-") or slugify(result.connection.name) or "result"
    return f"{name}{more}.{export.format}"
