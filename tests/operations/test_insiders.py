"""Who may see how the site is."""

from typing import Any

import pytest

from operations.insiders import is_insider

TOKEN = "0123456789abcdef"


def scope(client: str = "127.0.0.1", **headers: str) -> dict[str, Any]:
    return {
        "client": (client, 1),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }


@pytest.mark.parametrize("client", ["127.0.0.1", "::1", "127.8.8.8", "::ffff:127.0.0.1"])
def test_somebody_on_this_machine(client: str) -> None:
    assert is_insider(scope(client))


@pytest.mark.parametrize("client", ["192.0.2.1", "10.0.0.1", "", "nonsense"])
def test_nobody_from_elsewhere(client: str) -> None:
    assert not is_insider(scope(client))


@pytest.mark.parametrize("header", ["x_forwarded_for", "x_real_ip", "forwarded", "via"])
def test_nobody_by_way_of_a_proxy_on_this_machine(header: str) -> None:
    assert not is_insider(scope(**{header: "127.0.0.1"}))


@pytest.mark.parametrize(("name", "value"), [("SITE_URL", "https://x.org"), ("ALLAUTH_TRUSTED_PROXY_COUNT", 1)])
def test_nobody_without_a_token_where_a_proxy_is_known_of(settings: Any, name: str, value: object) -> None:
    setattr(settings, name, value)
    assert not is_insider(scope())


@pytest.mark.parametrize(
    ("given", "expected"), [(f"Bearer {TOKEN}", True), (TOKEN, False), (f"Bearer {TOKEN}x", False), ("", False)]
)
def test_where_there_is_a_token_it_alone_counts(settings: Any, given: str, expected: bool) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert is_insider(scope("192.0.2.1", authorization=given)) == expected
    assert is_insider(scope("127.0.0.1", authorization=given)) == expected
