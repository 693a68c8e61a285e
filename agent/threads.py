"""Where async meets sync: statements run in threads, so that the event loop goes on."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from datasources.engine import Database, ResultSet

_POOL = ThreadPoolExecutor(max_workers=32, thread_name_prefix="statement")


async def execute(database: Database, sql: str) -> ResultSet:
    """`database.execute(sql)`; a cancelled task cancels the statement, too."""
    future = asyncio.get_running_loop().run_in_executor(_POOL, database.execute, sql)
    try:
        return await future
    except asyncio.CancelledError:
        database.cancel()
        raise
