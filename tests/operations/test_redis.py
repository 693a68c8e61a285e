"""With REDIS_URL, what processes share is in Redis."""

from pathlib import Path

from tests.processes import Site
from tests.redis import RedisServer

CACHED = "from django.core.cache import cache; print(cache.get('seen'))"


def test_the_cache_is_shared_through_redis(tmp_path: Path, redis: RedisServer) -> None:
    one, other = (Site(tmp_path / name, REDIS_URL=redis.url) for name in ("one", "other"))
    one.shell("from django.core.cache import cache; cache.set('seen', 'here')")
    seen = other.shell(CACHED)
    one.stop()
    other.stop()
    assert seen == "here\n"
