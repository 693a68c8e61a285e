"""The site as operators run it: web and worker processes on one PostgreSQL and one Redis, before a scripted model.

@pytest.fixture(scope="module")
def cluster(new_cluster): with new_cluster(webs=2, workers=2) as running: yield running
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest

from agent.scripted_server import ServerHandle, running_server
from sqlagent_site import parts
from tests.migrated import NewDataDir, NewPostgresUrl
from tests.processes import ROOT, USER, Site
from tests.redis import RedisServer, running_redis

QUEUES = ("default", "model")

SESSION = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from accounts.models import User
user = User.objects.get(username={!r})
session = SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session.create()
print(session.session_key, end="")
"""
CONVERSATION = """
from accounts.models import User
from chat.models import Conversation
from datasources.models import Connection
user, connection = User.objects.get(username={!r}), Connection.objects.get(name="sample")
print(Conversation.objects.create(user=user, connection=connection).pk, end="")
"""


class Worker:
    """A worker process that takes one queue, as `make run` starts it."""

    def __init__(self, queue: str, environment: dict[str, str]) -> None:
        self._command = parts.worker("worker", queue).command
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, cwd=ROOT, env=self._environment, start_new_session=True)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Returns when it is gone."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            self._process.wait()
            self._process = None


@dataclass
class Cluster:
    """`webs[0].shell` runs Python in it; the first user is `tests.processes.USER`."""

    redis: RedisServer
    model: ServerHandle
    webs: list[Site]
    workers: list[Worker] = field(default_factory=list)

    def session(self, user: str = USER) -> str:
        """The session cookie of somebody who has logged in."""
        return self.webs[0].shell(SESSION.format(user))

    def conversation(self, user: str = USER) -> str:
        """The id of a new conversation on the sample."""
        return self.webs[0].shell(CONVERSATION.format(user))


NewCluster = Callable[..., AbstractContextManager[Cluster]]


@pytest.fixture(scope="session")
def new_cluster(new_data_dir: NewDataDir, new_postgres_url: NewPostgresUrl) -> NewCluster:
    """`new_cluster(webs=2, workers=2)`: a context manager; each worker is a process for each of `queues`."""

    @contextmanager
    def make(webs: int = 2, workers: int = 0, queues: Sequence[str] = QUEUES, **settings: str) -> Iterator[Cluster]:
        with ExitStack() as stack:
            redis = stack.enter_context(running_redis())
            model = stack.enter_context(running_server([]))
            endpoint = {"API_BASE_URL": model.base_url, "MODEL_NAME": "scripted"}
            shared = {"DATABASE_URL": new_postgres_url(), "REDIS_URL": redis.url}
            first = Site(new_data_dir(), **endpoint, **shared, **settings)
            cluster = Cluster(redis, model, [first, *(first.beside() for _ in range(webs - 1))])
            cluster.workers = [Worker(queue, first.environment) for queue in [*queues] * workers]
            for web in cluster.webs:
                stack.callback(web.stop)
                web.start()
            for worker in cluster.workers:
                stack.callback(worker.kill)
                worker.start()
            yield cluster

    return make
