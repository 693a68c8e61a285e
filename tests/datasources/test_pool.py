"""The processes in which statements run: what they survive, and what ends them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from datasources import asked, children
from datasources.children import Child, ChildGone, DeadlinePassed, Source
from datasources.engine import SqliteDatabase
from datasources.errors import ConnectFailed, DatabaseBusy, QueryFailed
from datasources.pool import AllBusy, Pool, Turn
from datasources.wire import Failure
from tests.datasources.conftest import OpenDatabase
from tests.datasources.test_engine import ENDLESS


@pytest.fixture
def source(path: Path) -> Source:
    return Source("sqlite", (("path", str(path)),))


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool(running_per_place=2, idle=2, idle_seconds=60)
    yield pool
    pool.close()


def _run(child: Child, sql: str, seconds: float = 5) -> object:
    return child.ask(("run", sql, (), seconds, 10, 10_000, 100), seconds)


def _pid(pool: Pool, source: Source, turn: Turn | None = None, seconds_to_wait: float = 5) -> int:
    with pool.lend(source, turn or Turn(), seconds_to_wait) as child:
        return child.pid


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _ends(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while _is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not _is_running(pid)


def _send(database: SqliteDatabase, number: signal.Signals) -> None:
    [turn] = database._turns
    assert turn._child
    os.kill(turn._child.pid, number)


def test_a_child_is_used_again(pool: Pool, source: Source) -> None:
    assert _pid(pool, source) == _pid(pool, source)


def test_a_failed_statement_does_not_spend_its_child(pool: Pool, source: Source) -> None:
    with pool.lend(source, Turn(), 1) as child:
        assert isinstance(_run(child, "SELECT foo"), Failure)
        pid = child.pid
    assert _pid(pool, source) == pid


def test_a_child_that_was_too_late_is_replaced(pool: Pool, source: Source) -> None:
    with pool.lend(source, Turn(), 1) as child, pytest.raises(DeadlinePassed):
        child.ask(("run", ENDLESS, (), 60, 1, 1, 1), 0.1)
    assert not _is_running(child.pid)
    assert _pid(pool, source) != child.pid


def test_a_child_that_died_while_idle_is_replaced(pool: Pool, source: Source) -> None:
    with pool.lend(source, Turn(), 1) as child:
        pass
    child.kill()
    while child.is_alive():
        time.sleep(0.01)
    assert _pid(pool, source) != child.pid


def test_a_child_that_dies_the_moment_it_is_lent_is_replaced(
    database: SqliteDatabase, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "pool", pool)
    with pool.lend(database._source(), Turn(), 1), pool.lend(database._source(), Turn(), 1):
        pass
    for child in pool._idle:
        os.kill(child.pid, signal.SIGKILL)
    # The pool has looked at them just before.
    monkeypatch.setattr(Child, "is_alive", lambda child: True)
    assert database.execute("SELECT 1").rows == ((1,),)


def test_a_child_that_is_killed_at_work_is_not(database: SqliteDatabase) -> None:
    database.execute("SELECT 1")
    threading.Timer(0.2, _send, (database, signal.SIGKILL)).start()
    with pytest.raises(QueryFailed, match="broke down"):
        database.execute(ENDLESS)


def test_a_child_that_cannot_be_started_is_no_connection(
    database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "pool", Pool())
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(ConnectFailed, match="could not be started: No such file"):
        database.execute("SELECT 1")


def test_nor_is_one_that_breaks_down_while_it_opens(database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "pool", Pool())
    monkeypatch.setattr(children, "_START", "import os; os.abort()")
    with pytest.raises(ConnectFailed, match="broke down while it was opened"):
        database.execute("SELECT 1")


def test_a_crash_is_reported_and_the_next_statement_runs(database: SqliteDatabase) -> None:
    database.execute("SELECT 1")
    threading.Timer(0.2, _send, (database, signal.SIGSEGV)).start()
    with pytest.raises(QueryFailed, match="broke down") as failure:
        database.execute(ENDLESS)
    assert failure.value.code == "CRASH"
    assert database.execute("SELECT 1").rows == ((1,),)


def test_only_so_many_run_at_once(pool: Pool, source: Source) -> None:
    with pool.lend(source, Turn(), 1), pool.lend(source, Turn(), 1), pytest.raises(AllBusy):
        _pid(pool, source, seconds_to_wait=0.05)


def test_who_uses_the_same_database_by_another_connection_waits_for_nobody(pool: Pool, source: Source) -> None:
    """Such as the sample, which several teams may have."""
    with pool.lend(source, Turn("one"), 1), pool.lend(source, Turn("one"), 1):
        assert _pid(pool, source, Turn("another"), seconds_to_wait=0.05)


def test_a_statement_that_never_ran_was_not_stopped(
    open_database: OpenDatabase, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "pool", pool)
    database = open_database(seconds=0.05)
    place = database._source()
    with pool.lend(place, Turn(), 1), pool.lend(place, Turn(), 1), pytest.raises(DatabaseBusy) as busy:
        database.execute("SELECT 1")
    assert busy.value.message == "2 queries are running on this database already. Try again in a moment."


def test_who_waits_goes_on_when_another_has_finished(pool: Pool, source: Source) -> None:
    with pool.lend(source, Turn(), 1):
        with pool.lend(source, Turn(), 1):
            waiting = threading.Thread(target=_pid, args=(pool, source))
            waiting.start()
        waiting.join(5)
    assert not waiting.is_alive()


def test_who_waits_can_be_cancelled(pool: Pool, source: Source) -> None:
    turn = Turn()

    def cancel() -> None:
        turn.end()
        pool.wake()

    threading.Timer(0.1, cancel).start()
    with pool.lend(source, Turn(), 1), pool.lend(source, Turn(), 1), pytest.raises(ChildGone):
        _pid(pool, source, turn)


def test_only_so_many_stay_idle(path: Path, pool: Pool) -> None:
    sources = [Source("sqlite", (("path", str(path)),), (number,)) for number in range(2)]
    other = path.with_name("other.db")
    other.write_bytes(path.read_bytes())
    third = Source("sqlite", (("path", str(other)),))
    pids = [_pid(pool, source) for source in (*sources, third)]
    assert _ends(pids[0])


def test_idle_children_grow_old(path: Path, source: Source) -> None:
    pool = Pool(idle_seconds=0)
    assert _pid(pool, source) != _pid(pool, source)
    pool.close()


def test_closing_the_pool_ends_its_children(pool: Pool, source: Source) -> None:
    pid = _pid(pool, source)
    pool.close()
    assert not _is_running(pid)


def test_children_end_with_a_server_that_was_killed(path: Path) -> None:
    """Even in the midst of a statement."""
    script = (
        "import sys, threading, time\n"
        "from datasources.engine import SqliteDatabase\n"
        "database = SqliteDatabase(sys.argv[1])\n"
        "threading.Thread(target=database.execute, args=(sys.argv[2],), daemon=True).start()\n"
        "time.sleep(0.5)\n"
        "[turn] = database._turns\n"
        "print(turn._child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(path), ENDLESS], stdout=subprocess.PIPE) as server:
        assert server.stdout
        pid = int(server.stdout.readline())
        assert _is_running(pid)
        server.kill()
    assert _ends(pid)


def test_all_who_wait_get_their_turn(pool: Pool, source: Source) -> None:
    with ThreadPoolExecutor(10) as threads:
        found = [threads.submit(_pid, pool, source) for _ in range(30)]
        assert len({each.result(timeout=10) for each in found}) <= 2


def test_who_does_not_wait_any_more_leaves_the_place_to_the_next(pool: Pool, source: Source) -> None:
    ended = Turn()
    with ThreadPoolExecutor(2) as threads:
        with pool.lend(source, Turn(), 1), pool.lend(source, Turn(), 1):
            first = threads.submit(_pid, pool, source, ended)
            second = threads.submit(_pid, pool, source)
            ended.end()
            pool.wake()
            with pytest.raises(ChildGone):
                first.result(timeout=5)
        assert second.result(timeout=5)
