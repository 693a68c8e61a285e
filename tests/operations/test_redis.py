"""With REDIS_URL, what processes share is in Redis; and while that is away, in the database."""

from collections.abc import Iterator

import pytest

from tests.migrated import NewDataDir
from tests.processes import Site
from tests.redis import RedisServer, running_redis

KEEP = "from django.core.cache import cache; cache.set('seen', 'here')"
CACHED = "from django.core.cache import cache; print(cache.get('seen'), end='')"
LOG_IN = """
from django.test import Client
client = Client()
for password in ["wrong"] * {}:
    client.post("/login/", {{"username": "admin", "password": password}})
page = client.post("/login/", {{"username": "admin", "password": "only for tests"}})
print(page.status_code, end="")
"""
REDIRECTED, TOO_MANY = "302", "200"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running_redis() as running:
        yield running


@pytest.fixture(scope="module")
def site(new_data_dir: NewDataDir, server: RedisServer) -> Iterator[Site]:
    site = Site(new_data_dir(), REDIS_URL=server.url, ALLOWED_HOSTS="testserver")
    yield site
    site.stop()


@pytest.fixture
def redis(server: RedisServer) -> Iterator[RedisServer]:
    """Running, before the test and after it."""
    yield server
    server.stop()
    server.start()


def test_the_cache_is_shared_through_redis(site: Site) -> None:
    other = site.beside()
    site.shell(KEEP)
    assert other.shell(CACHED) == "here"
    other.stop()


def test_people_log_in_while_redis_is_away_and_failures_are_still_counted(site: Site, redis: RedisServer) -> None:
    redis.stop()
    assert site.shell(LOG_IN.format(0)) == REDIRECTED
    assert site.shell(LOG_IN.format(5)) == TOO_MANY


def test_the_cache_is_in_redis_again_once_that_is_back(site: Site, redis: RedisServer) -> None:
    redis.stop()
    site.shell(KEEP)
    redis.start()
    over = "from sqlagent_site import shared_cache; shared_cache.SharedCache.away_until = 0.0;"
    assert site.shell(over + CACHED) == "None"
