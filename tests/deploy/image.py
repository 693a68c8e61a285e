"""The image without an engine: the steps of the Dockerfile, carried out below a directory."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from tests.processes import ROOT

OURS = re.compile(r"(?<![\w/.-])(?=/(?:app|build|data|opt)\b)")
"""Where a path of the image begins that this directory has; every other is the system's, as in the image."""
USER = 1000
EXACTLY = bool(os.environ.get("EXACT_IMAGE"))
"""Whether pip installs the packages as it does for the image."""


@dataclass(frozen=True)
class Step:
    """An instruction: `RUN`, and what follows it."""

    name: str
    words: str


@dataclass
class Image:
    """What became of the last stage. `root` stands for its `/`."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    directory: str = "/"
    user: str = "root"
    volume: str = ""
    port: str = ""
    packages: str = ""
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    def here(self, text: str) -> str:
        """With the paths of the image as those of this machine."""
        return OURS.sub(lambda found: str(self.root), text)

    def start(self, command: list[str], **settings: str) -> "subprocess.Popen[str]":
        """As the image's user and with nothing but its environment. Without tini, which this machine may not have."""
        named = {name: self.here(value) for name, value in self.environment.items()} | settings
        program = shutil.which(command[0], path=named["PATH"]) or command[0]
        return subprocess.Popen(
            [*_as_user(), program, *command[1:]],
            cwd=self.here(self.directory),
            env=named,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )


def _as_user() -> list[str]:
    """Root becomes the image's user, who may read what root's Python needs, and write only what is theirs."""
    if os.geteuid() != 0:
        return []
    reading = "+dac_read_search"
    who = [f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    return ["setpriv", *who, f"--inh-caps={reading}", f"--ambient-caps={reading}"]


def read(dockerfile: Path) -> list[Step]:
    lines = [line for line in dockerfile.read_text().splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [Step(*line.split(maxsplit=1)) for line in joined.splitlines()]


def build(place: Path) -> Image:
    """Every stage in a directory below `place`. The system's own packages and users are left out: they are not ours."""
    stages: list[Image] = []
    for step in read(ROOT / "Dockerfile"):
        if step.name == "FROM":
            stages.append(Image(place / f"stage{len(stages)}"))
            stages[-1].root.mkdir()
        else:
            _carry_out(step, stages[-1], stages)
    return stages[-1]


def _carry_out(step: Step, image: Image, stages: list[Image]) -> None:
    match step.name:
        case "RUN":
            _run(step.words, image)
        case "COPY":
            _copy(step.words, image, stages)
        case "ENV":
            pairs = dict(pair.split("=", 1) for pair in shlex.split(step.words))
            image.environment |= {name: value.replace("$PATH", os.defpath) for name, value in pairs.items()}
        case "HEALTHCHECK":
            image.health = json.loads(step.words.split(" CMD ")[1])
        case "ENTRYPOINT" | "CMD":
            setattr(image, {"CMD": "command"}.get(step.name, "entrypoint"), json.loads(step.words))
        case name:
            setattr(
                image, {"WORKDIR": "directory", "USER": "user", "VOLUME": "volume", "EXPOSE": "port"}[name], step.words
            )


def _run(words: str, image: Image) -> None:
    if words.startswith("apt-get"):
        image.packages += words
        return
    if words.startswith("useradd"):
        data = image.root / "data"
        data.mkdir(0o700)
        if os.geteuid() == 0:
            os.chown(data, USER, USER)
        return
    command = image.here(words).replace("python -m venv", f"{sys.executable} -m venv")
    place = image.here(image.directory) if image.directory != "/" else "/"
    if "pip install" in command and not EXACTLY:
        command, lock = command.split(" && ")[0], command.split()[-1]
        subprocess.run(f"{command} --without-pip", shell=True, check=True)
        _install(Path(lock), Path(image.here("/opt/venv")))
    else:
        subprocess.run(command, shell=True, check=True, cwd=place)


def _install(lock: Path, venv: Path) -> None:
    """What the lock names, from the environment of the tests, which has it by the same lock: pip would work for half a
    minute. What only the tools of tests and checks have is not there."""
    target = venv / "lib/python3.11/site-packages"
    for name in re.findall(r"^([\w.-]+)==", lock.read_text(), re.MULTILINE):
        package = metadata.distribution(name)
        tops = {Path(file).parts[0] for file in package.files or ()} - {"..", "__pycache__"}
        for top in tops:
            if not (target / top).exists():
                (target / top).symlink_to(Path(str(package.locate_file(top))).resolve())


def _copy(words: str, image: Image, stages: list[Image]) -> None:
    *options, source, target = words.split()
    destination = Path(image.here(target))
    destination.parent.mkdir(parents=True, exist_ok=True)
    if options:
        Path(stages[0].here(source)).rename(destination)
    elif source == ".":
        _copy_context(destination)
    else:
        shutil.copy(ROOT / source, destination)


def _copy_context(destination: Path) -> None:
    for path in in_context():
        target = destination / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, target)


def in_context() -> list[Path]:
    """What .dockerignore leaves of this directory. The last of its lines that bears on a path decides."""
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    wanted = [line[1:] for line in rules if line.startswith("!")]
    found = [path for name in wanted for path in [ROOT / name, *(ROOT / name).rglob("*")] if path.is_file()]
    return [path.relative_to(ROOT) for path in found if not _is_ignored(path.relative_to(ROOT), rules)]


def _is_ignored(path: Path, rules: list[str]) -> bool:
    ignored = False
    for rule in rules:
        pattern = re.escape(rule.lstrip("!")).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
        if any(re.fullmatch(pattern, str(each)) for each in (path, *path.parents)):
            ignored = not rule.startswith("!")
    return ignored
