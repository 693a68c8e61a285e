"""`manage.py backup` and `manage.py restore`: everything is there again, or nothing has changed."""

import io
import json
import re
import socket
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from operations.backup import archive
from operations.backup.manifest import BadBackup, Manifest
from operations.backup.swapping import Swap, put_back
from tests.migrated import TEMPLATE, NewDataDir
from tests.operations.installations import FILL, WRITE, Install, Installation, install, new_database
from tests.postgres import PostgresServer


@pytest.fixture(scope="module")
def new(
    request: pytest.FixtureRequest, new_data_dir: NewDataDir, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Install]:
    """`new("sqlite")`: an installation with tables; with `empty=True`, without."""
    with ExitStack() as stack:

        def make(engine: str, *, empty: bool = False) -> Installation:
            address = ""
            if engine == "postgres":
                server: PostgresServer = request.getfixturevalue("postgres_template")
                address = new_database(server, "template1" if empty else TEMPLATE)
            data_dir = tmp_path_factory.mktemp("data") if address or empty else new_data_dir()
            made = install(data_dir, address)
            stack.callback(lambda: made.shell.close())
            return made

        yield make


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def filled(engine: str, new: Install) -> Installation:
    """One with a person, an upload, and a server's password."""
    made = new(engine)
    made.run(FILL)
    return made


@pytest.fixture(scope="module")
def backup(filled: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that was made while episodes were written."""
    file = tmp_path_factory.mktemp("backups") / "backup.tar.gz"
    said = filled.command("backup", file, before=WRITE, after="writing.join()")
    assert "backup.tar.gz" in said
    return file


@pytest.fixture(scope="module")
def restored(engine: str, new: Install, backup: Path) -> Installation:
    """Another, with that backup, after its next start."""
    made = new(engine, empty=True)
    said = made.command("restore", backup)
    assert "Restored: 1 people, 2 connections. Saved credentials can be read." in said
    made.start_again()
    return made


def test_a_person_can_log_in(restored: Installation) -> None:
    code = "from accounts.models import User; print(User.objects.get().check_password('only for tests'))"

    assert restored.run(code) == "True\n"


def test_saved_credentials_can_be_read(restored: Installation) -> None:
    code = "from datasources.models import Connection; print(Connection.objects.get(name='server').address.password)"

    assert restored.run(code) == "hunter2\n"


def test_an_upload_is_there_and_its_connection_leads_to_it(restored: Installation) -> None:
    path = Path(
        restored.run("from datasources.models import Connection; print(Connection.objects.get(name='uploaded').path)")[
            :-1
        ]
    )

    assert path.is_relative_to(restored.data_dir)
    assert path.read_bytes() == b"rows of theirs"


def test_it_is_of_one_moment_though_episodes_were_written(restored: Installation) -> None:
    code = (
        "from learning.models import Attempt, Episode;"
        "print(Episode.objects.count(), Episode.objects.filter(attempts=None).count())"
    )
    episodes, without_attempt = map(int, restored.run(code).split())

    assert episodes <= 100
    assert without_attempt == 0


def test_rows_can_be_added_afterwards(restored: Installation) -> None:
    code = "from accounts.models import Team; print(Team.objects.create(name='Later').pk)"

    assert int(restored.run(code)) > 1


def test_nothing_is_replaced_unasked(restored: Installation, backup: Path) -> None:
    assert "With --replace the backup takes its place." in restored.command("restore", backup)


@pytest.fixture(scope="module")
def lived_in(engine: str, restored: Installation) -> Installation:
    """It has one person more than the backup."""
    restored.run("from accounts.models import User; User.objects.create_user('ben')")
    return restored


def test_a_damaged_backup_changes_nothing(lived_in: Installation, backup: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.tar.gz"
    damaged.write_bytes(backup.read_bytes()[:-2000])

    assert "damaged or not whole" in lived_in.command("restore", damaged, replace=True)
    assert lived_in.people() == "ada ben"
    assert (lived_in.data_dir / "uploads").is_dir()


@pytest.mark.parametrize("end", [0, 0.7])
def test_a_database_that_is_cut_or_spoilt_changes_nothing(
    engine: str, lived_in: Installation, backup: Path, tmp_path: Path, end: float
) -> None:
    def spoil(content: bytes) -> bytes:
        rest = content[int(len(content) * end) :] if end else b""
        return content[: int(len(content) * 0.3)] + b"nonsense;\n" * 100 + rest

    name = archive.DATABASES["sqlite" if engine == "sqlite" else "postgresql"]
    said = lived_in.command("restore", _changed(backup, tmp_path, name, spoil), replace=True)

    assert "damaged" in said or "psql did not succeed" in said
    assert lived_in.people() == "ada ben"
    assert list(lived_in.data_dir.rglob("*.sqlite")) == list((lived_in.data_dir / "uploads").rglob("*.sqlite")) != []


def test_what_was_there_is_replaced_when_asked_and_kept_beside_it(lived_in: Installation, backup: Path) -> None:
    said = lived_in.command("restore", backup, replace=True)

    assert "delete it when all is well" in said
    assert lived_in.people() == "ada"
    assert list(lived_in.data_dir.glob("uploads.before-*"))


def test_a_backup_of_a_newer_version_is_refused(lived_in: Installation, backup: Path, tmp_path: Path) -> None:
    newer = _changed(
        backup, tmp_path, archive.MANIFEST, lambda text: text.replace(b'"learning.0001', b'"learning.9001')
    )

    said = lived_in.command("restore", newer, replace=True)

    assert said == "The backup is of a newer version: learning.9001_initial is not known here. Update first."


def test_a_backup_of_an_older_version_is_brought_up_to_date(new: Install, tmp_path: Path) -> None:
    place = new("sqlite")
    code = "from operations.backup.databases import applied; print(*applied())"
    up_to_date = place.run(code)
    place.run("from django.core.management import call_command; call_command('migrate', 'envapi', '0001', verbosity=0)")
    place.command("backup", tmp_path / "older.tar.gz")

    place.command("restore", tmp_path / "older.tar.gz", replace=True)

    assert place.run(code) == up_to_date


def test_no_restore_while_the_site_is_served(lived_in: Installation, backup: Path) -> None:
    with socket.create_server(("127.0.0.1", lived_in.port)):
        said = lived_in.command("restore", backup, replace=True)

    assert said.startswith(f"Something answers on port {lived_in.port}. Stop the site first")


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_no_restore_while_a_worker_of_another_machine_works(lived_in: Installation, backup: Path) -> None:
    lived_in.run(
        "from operations.models import Worker\nWorker.objects.create(id='w', host='elsewhere', pid=1, queues='default')"
    )

    said = lived_in.command("restore", backup, replace=True)

    lived_in.run("from operations.models import Worker; Worker.objects.all().delete()")
    assert said.startswith("Background workers are at work, or were 30 seconds ago. Stop the site first")


def test_the_other_kind_of_database_is_one_clear_line(lived_in: Installation, backup: Path, tmp_path: Path) -> None:
    others = re.compile(rb'"engine": "\w+"')
    other = _changed(backup, tmp_path, archive.MANIFEST, lambda text: others.sub(b'"engine": "mysql"', text))

    assert lived_in.command("restore", other, replace=True).startswith("The backup is of a mysql database")


def test_no_backup_takes_the_place_of_another_file(filled: Installation, backup: Path) -> None:
    before = backup.read_bytes()

    assert "is there already" in filled.command("backup", backup)
    assert backup.read_bytes() == before


def test_only_its_owner_may_read_it_and_nothing_half_stays(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]


def test_a_file_that_is_no_backup_is_one_clear_line(filled: Installation, tmp_path: Path) -> None:
    (tmp_path / "text.tar.gz").write_text("hello")

    assert "damaged or not whole" in filled.command("restore", tmp_path / "text.tar.gz", replace=True)


@pytest.mark.parametrize("name", ["../app.sqlite3", "/etc/passwd", "uploads/../../x", "static/x", "uploads/.."])
def test_nothing_is_taken_out_to_where_it_does_not_belong(tmp_path: Path, name: str) -> None:
    packed = io.BytesIO()
    about = Manifest("now", "sqlite", (), "/data", 1, False, False)
    (tmp_path / "file").write_text("x")
    archive.write(packed, about, [(name, tmp_path / "file")], lambda size: None)
    packed.seek(0)

    with pytest.raises(BadBackup, match="does not belong"), archive.reading(packed) as (_, extract):
        extract(tmp_path / "out", lambda size: None)


def test_a_swap_that_fails_halfway_is_taken_back(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("old")
    (tmp_path / "new one").write_text("new")
    swap = Swap(
        tmp_path / "note",
        "before",
        [(tmp_path / "one", tmp_path / "new one"), (tmp_path / "two", tmp_path / "is not there")],
    )

    with pytest.raises(FileNotFoundError):
        swap.do()

    assert (tmp_path / "one").read_text() == "old"
    assert not (tmp_path / "note").exists()


def test_a_swap_whose_process_was_killed_is_taken_back_later(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("old")
    (tmp_path / "new").write_text("new")
    (tmp_path / "other").write_text("new")
    Swap(
        tmp_path / "note",
        "before",
        [(tmp_path / "one", tmp_path / "new"), (tmp_path / "was not there", tmp_path / "other")],
    ).do()

    assert put_back(tmp_path / "note")
    assert (tmp_path / "one").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def _changed(backup: Path, place: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """A backup in which one file is another."""
    target = place / "changed.tar.gz"
    with tarfile.open(backup) as source, tarfile.open(target, "w:gz") as tar:
        for entry in source:
            stream = source.extractfile(entry)
            assert stream
            content = stream.read()
            content = change(content) if entry.name == name else content
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return target


def test_what_a_backup_says_of_itself_is_plain_json(backup: Path) -> None:
    with tarfile.open(backup) as tar:
        first = tar.next()
        stream = tar.extractfile(first) if first else None
        assert stream
        assert json.loads(stream.read())["format"] == 1
