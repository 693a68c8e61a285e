"""Where async meets sync: what waits for a database waits in a thread, so that the event loop goes on.

Each connection has threads of its own: one that stalls holds up nobody else's statements.
"""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar
from weakref import WeakValueDictionary

from datasources.binding import Bound
from datasources.engine import Database, ResultSet

_THREADS_EACH = 32
# Whoever waits for one of its threads keeps a pool; then it goes, and its threads with it.
_pools: WeakValueDictionary[Hashable, ThreadPoolExecutor] = WeakValueDictionary()
_T = TypeVar("_T")


async def execute(database: Database, sql: str, bound: Sequence[Bound] = ()) -> ResultSet:
    """`database.execute(sql, bound)`; a cancelled task cancels the statement, too.

    A database that has a method `known` is asked first whether it knows the result without running anything.
    """
    known = getattr(database, "known", None)
    if known and not bound and (result := known(sql)) is not None:
        return result  # type: ignore[no-any-return]
    try:
        return await apart(database.whose, lambda: database.execute(sql, bound))
    except asyncio.CancelledError:
        database.cancel()
        raise


async def apart(whose: Hashable, work: Callable[[], _T]) -> _T:
    """What `work` returns, in a thread of the connection that it may have to wait for."""
    pool = _pools.get(whose)
    if pool is None:
        pool = _pools[whose] = ThreadPoolExecutor(_THREADS_EACH, thread_name_prefix="statement")
    # With what is known of the question here, such as its id.
    return await asyncio.get_running_loop().run_in_executor(pool, copy_context().run, work)
