"""A model of a few kilobytes in wheels of the same shape as the real one's, for pip to find in a directory."""

import hashlib
import zipfile
from pathlib import Path

from embedded.catalogue import Model

PACKAGE = "sqlagent-test-part"
VERSION = "1.0"
PIECES = (b"GGUF" + bytes(1000), b"middle" * 500, b"end")
CONTENT = b"".join(PIECES)


def small_model(*, sha256: str = hashlib.sha256(CONTENT).hexdigest(), size: int = len(CONTENT)) -> Model:
    return Model("small", "A small model", size, sha256, PACKAGE, VERSION, len(PIECES), hugging_face="")


def write_wheels(directory: Path) -> None:
    directory.mkdir(exist_ok=True)
    for number in range(1, len(PIECES) + 1):
        write_wheel(directory, number)


def write_wheel(directory: Path, number: int, *, data_files: int = 1) -> Path:
    name = PACKAGE.replace("-", "_") + str(number)
    info = f"{name}-{VERSION}.dist-info"
    path = directory / f"{name}-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", "")
        for copy in range(data_files):
            wheel.writestr(f"{name}/data/part{number}-{copy}.bin", PIECES[number - 1])
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {PACKAGE}{number}\nVersion: {VERSION}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


def from_directory(directory: Path) -> tuple[str, ...]:
    """Arguments that let pip look nowhere else."""
    return ("--no-index", "--find-links", str(directory))
