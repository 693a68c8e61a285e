"""What processes share for a while, such as counts of log-ins: in Redis, and while that is away in the database."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django_redis.cache import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

DATABASE = "database"
PAUSE = 5.0
"""Seconds in which a Redis that did not answer is not asked again: no request waits for it more than once."""


def _or_in_database(name: str) -> Callable[..., Any]:
    def method(self: SharedCache, *arguments: Any, **more: Any) -> Any:
        if time.monotonic() >= SharedCache.away_until:
            try:
                return getattr(RedisCache, name)(self, *arguments, **more)
            except (RedisError, OSError) as error:
                logger.warning("Redis is away: what it counts is counted in the database meanwhile. %s", error)
                SharedCache.away_until = time.monotonic() + PAUSE
        return getattr(caches[DATABASE], name)(*arguments, **more)

    return method


class SharedCache(RedisCache):  # type: ignore[misc]  # has no types
    away_until = 0.0

    add = _or_in_database("add")
    get = _or_in_database("get")
    set = _or_in_database("set")
    touch = _or_in_database("touch")
    delete = _or_in_database("delete")
    has_key = _or_in_database("has_key")
    incr = _or_in_database("incr")
    decr = _or_in_database("decr")
    get_many = _or_in_database("get_many")
    set_many = _or_in_database("set_many")
    delete_many = _or_in_database("delete_many")
    clear = _or_in_database("clear")
