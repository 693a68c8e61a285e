"""Which hosts a connection may reach."""

import ipaddress

import pytest

from datasources.hosts import is_public, may_reach, resolve
from datasources.wire import Failure

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.9.10",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.7",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::10.0.0.1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_of_the_internet_is_private(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_the_rest_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("localhost", ["localhost"]),
        ("LocalHost", ["localhost"]),
        ("localhost", ["127.0.0.1", "::1"]),
        ("127.0.0.1", ["127.0.0.0/8"]),
        ("127.0.0.1", ["db.example.org", "127.0.0.1"]),
        ("::ffff:127.0.0.1", ["127.0.0.1"]),
        ("::1", ["::1/128"]),
        ("8.8.8.8", []),
    ],
)
def test_what_the_operator_lists_may_be_reached(host: str, allowed: list[str]) -> None:
    assert isinstance(resolve(host, 5432, allowed), list)


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("localhost", []),
        ("localhost", ["db.example.org", "10.0.0.0/8"]),
        ("localhost", ["127.0.0.1.example.org"]),
        ("localhost.", ["localhost"]),
        ("127.0.0.1", ["localhost"]),
        ("127.0.0.2", ["127.0.0.1"]),
        ("::1", ["127.0.0.0/8"]),
        ("0", ["127.0.0.1"]),
        ("127.1", ["127.0.0.1"]),
        ("2130706433", ["127.0.0.1"]),
        ("0x7f000001", ["127.0.0.1"]),
        ("0x7f.1", ["127.0.0.1"]),
        ("017700000001", ["127.0.0.1"]),
        ("0177.0.0.1", ["127.0.0.1"]),
        ("127.0.0.1.", ["127.0.0.1"]),
        ("ｌocalhost", ["localhost"]),
        ("①27.0.0.1", ["127.0.0.1"]),
        ("::ffff:127.0.0.1", ["10.0.0.0/8"]),
        ("169.254.169.254", ["10.0.0.0/8"]),
    ],
)
def test_nothing_else_may(host: str, allowed: list[str]) -> None:
    refusal = resolve(host, 5432, allowed)
    assert isinstance(refusal, Failure)
    assert refusal.code == "POLICY"


def test_the_refusal_says_which_address_and_what_opens_it() -> None:
    refusal = resolve("localhost", 5432, [])
    assert isinstance(refusal, Failure)
    assert "The host localhost is " in refusal.message
    assert "set ALLOWED_DB_HOSTS=localhost and start the site again" in refusal.message


def test_a_name_that_nobody_has_is_unknown() -> None:
    failure = resolve("nowhere.invalid", 5432, [])
    assert isinstance(failure, Failure)
    assert failure.code == "HOST_UNKNOWN"


def test_only_addresses_that_were_checked_are_given() -> None:
    """A name with several gives those that may be reached."""
    assert resolve("localhost", 5432, ["127.0.0.1", "::1"]) != []
    assert may_reach("db.example.org", ipaddress.ip_address("10.0.0.7"), ["10.0.0.0/24"])
    assert not may_reach("db.example.org", ipaddress.ip_address("10.0.1.7"), ["10.0.0.0/24"])
