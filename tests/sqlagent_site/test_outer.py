"""What surrounds every request: headers, ids, a line in the log, figures."""

import json
import logging
from typing import Any

import pytest
from channels.testing import HttpCommunicator
from prometheus_client import REGISTRY

from sqlagent_site.asgi import application
from sqlagent_site.headers import ALWAYS

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESSES = [
    ("/login/", 200), ("/", 302), ("/admin/login/", 302), ("/nowhere/", 404),
    ("/health", 200), ("/reset", 405), ("/env/tasks", 200), ("/env/docs", 200), ("/healthz", 200), ("/metrics", 403),
]  # fmt: skip


async def get(path: str, client: str = "192.0.2.1", **headers: str) -> tuple[int, dict[str, str]]:
    """Status and headers, by names in lower case."""
    sent = {"host": "testserver", **{name.replace("_", "-"): value for name, value in headers.items()}}
    asking: Any = HttpCommunicator(
        application, "GET", path, headers=[(name.encode(), value.encode()) for name, value in sent.items()]
    )
    asking.scope["client"] = (client, 1)
    answer = await asking.get_response(timeout=30)
    await asking.wait(timeout=30)
    return answer["status"], {name.decode().lower(): value.decode() for name, value in answer["headers"]}


@pytest.mark.parametrize(("path", "status"), ADDRESSES)
async def test_every_answer_tells_the_browser_its_limits(settings: Any, path: str, status: int) -> None:
    settings.OPENENV_PUBLIC = True
    found, headers = await get(path)

    assert found == status
    assert {name.decode() for name, _ in ALWAYS} <= set(headers)
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize("path", ["/login/", "/health", "/nowhere/"])
async def test_browsers_come_back_by_https_only_where_the_site_has_it(settings: Any, path: str) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT, settings.SECURE_HSTS_SECONDS = 1, 60
    _, headers = await get(path, x_forwarded_proto="https")
    assert headers["strict-transport-security"] == "max-age=60"


async def test_a_scheme_that_no_trusted_proxy_has_told_is_not_believed(settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 60
    _, headers = await get("/login/", x_forwarded_proto="https")
    assert "strict-transport-security" not in headers


async def test_each_request_has_an_id_of_its_own() -> None:
    first, second = [(await get("/login/", x_request_id="theirs"))[1]["x-request-id"] for _ in range(2)]
    assert first != second
    assert "theirs" not in (first, second)


@pytest.mark.parametrize(("given", "is_kept"), [("abc-1.2:3", True), ("a b", False), ("x" * 65, False)])
async def test_a_trusted_proxy_s_id_is_kept_where_it_is_one(settings: Any, given: str, is_kept: bool) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    _, headers = await get("/health", x_request_id=given)
    assert (headers["x-request-id"] == given) == is_kept


async def test_json_logs_have_a_line_for_each_request_by_route(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.LOG_FORMAT = "json"
    with caplog.at_level(logging.INFO, "access"):
        await get("/invitations/secret-of-a-link/")
    [line] = [record for record in caplog.records if record.name == "access"]
    assert (line.method, line.route, line.status) == ("GET", "invitation", 404)  # type: ignore[attr-defined]
    assert "secret-of-a-link" not in json.dumps(line.__dict__, default=str)


async def test_text_logs_have_none(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "access"):
        await get("/login/")
    assert [record for record in caplog.records if record.name == "access"] == []


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [("/login/", "login", "200"), ("/what/ever/1/", "none", "404"), ("/health", "openenv /health", "200")],
)
async def test_requests_are_counted_by_route(path: str, route: str, status: str) -> None:
    labels = {"method": "GET", "route": route, "status": status}
    before = REGISTRY.get_sample_value("sqlagent_http_requests_total", labels) or 0
    await get(path)
    assert REGISTRY.get_sample_value("sqlagent_http_requests_total", labels) == before + 1
