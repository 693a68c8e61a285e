"""The text of a CSV file, in UTF-8 whatever it was in."""

from pathlib import Path

from datasources.file_kinds import encoding_of

_CHUNK_CHARS = 1 << 20
# What programs on Windows in Western Europe and America write when they do not say.
_FALLBACK = "cp1252"
_ASSUMED = {
    "utf-8": "",
    "utf-8-sig": "",
    _FALLBACK: "it is not in UTF-8 and was read as Windows-1252 (Western European). If letters look wrong, save it as"
    " UTF-8 and upload it again.",
}


def as_utf8(path: Path) -> tuple[Path, str]:
    """The file, or a copy of it beside it in UTF-8, and what was assumed. Raises ValueError for what is no text: the
    message goes on after the file's name."""
    with path.open("rb") as file:
        encoding = encoding_of(file.read(4096))
    for candidate in (encoding, _FALLBACK):
        copy = path.with_name(path.name + ".utf8")
        try:
            _copy(path, copy, candidate)
        except UnicodeDecodeError:
            continue
        path.unlink()
        return copy, _ASSUMED.get(candidate, f"it was read as {candidate.upper()}.")
    raise ValueError("is not a text in an encoding that we know. Save it as UTF-8 and upload it again.")


def _copy(path: Path, copy: Path, encoding: str) -> None:
    """Raises UnicodeDecodeError, and ValueError for what is no text or nothing at all."""
    is_blank = True
    with path.open(encoding=encoding, newline="") as source, copy.open("w", encoding="utf-8", newline="") as target:
        while text := source.read(_CHUNK_CHARS):
            if "\0" in text:
                raise ValueError("is not a text: it has null characters.")
            is_blank = is_blank and not text.strip("\ufeff \t\r\n,;")
            target.write(text)
    if is_blank:
        raise ValueError("holds no data.")
