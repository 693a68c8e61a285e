"""Which hosts a connection may reach: public ones, and the private ones that the operator has listed.

A name is looked up once, each address that it has is checked, and only what was checked is connected to, so that a
name cannot change what it means in between.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable, Sequence

from datasources.wire import Failure

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# What Python's `is_global` (or an old copy of it) lets pass.
_NEVER_PUBLIC: tuple[Network, ...] = (
    ipaddress.ip_network("0.0.0.0/8"),
    ipaddress.ip_network("100.64.0.0/10"),  # carriers' own, and some clouds' metadata
    ipaddress.ip_network("168.63.129.16/32"),  # Azure's metadata
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays
    ipaddress.ip_network("198.18.0.0/15"),
    ipaddress.ip_network("240.0.0.0/4"),
    ipaddress.ip_network("::/96"),
    ipaddress.ip_network("::ffff:0:0:0/96"),
    ipaddress.ip_network("64:ff9b:1::/48"),
    ipaddress.ip_network("100::/64"),
    ipaddress.ip_network("2001::/23"),  # Teredo and other tunnels
    ipaddress.ip_network("2001:db8::/32"),
    ipaddress.ip_network("2002::/16"),  # 6to4: any IPv4 address in disguise
    ipaddress.ip_network("3fff::/20"),
    ipaddress.ip_network("5f00::/16"),
    ipaddress.ip_network("fec0::/10"),
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# "127.1", "0x7f.1" and "2130706433" mean addresses to the system, and names to nobody.
_ODD_NUMBER = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)", re.IGNORECASE | re.DOTALL)
# Each is given its share of the time there is to connect.
_MOST_ADDRESSES = 4


def resolve(host: str, port: int, allowed: Sequence[str]) -> list[str] | Failure:
    """The addresses that may be connected to. `allowed` holds names as they are given, addresses and networks."""
    if not host.isascii() or host.endswith(".") or (_ODD_NUMBER.fullmatch(host) and _as_address(host) is None):
        return Failure("connect", "The host is to be a name, or an address in full such as 192.0.2.7.", "POLICY", True)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return _unknown(host, error)
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    reachable = [address for address in addresses if may_reach(host, address, allowed)]
    if not reachable:
        return _refusal(host, addresses[0])
    return list(dict.fromkeys(map(str, reachable)))[:_MOST_ADDRESSES]


def may_reach(host: str, address: Address, allowed: Sequence[str]) -> bool:
    if host.casefold() in (entry.casefold() for entry in allowed):
        return True
    meant = _unwrapped(address)
    return is_public(address) or any(meant in network or address in network for network in _networks(allowed))


def is_public(address: Address) -> bool:
    """Whether it is one of the internet at large, also when it is written inside another."""
    meant = _unwrapped(address)
    return (
        meant.is_global
        and not meant.is_multicast
        and not any(meant in network for network in _NEVER_PUBLIC if network.version == meant.version)
    )


def _unwrapped(address: Address) -> Address:
    """An IPv4 address that is written as an IPv6 one is reached as itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else address


def _networks(allowed: Iterable[str]) -> Iterable[Network]:
    for entry in allowed:
        try:
            yield ipaddress.ip_network(entry, strict=False)
        except ValueError:
            continue


def _as_address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _refusal(host: str, address: Address) -> Failure:
    what = f"The host {host} is" if str(address) == host else f"The host {host} is {address},"
    return Failure(
        "connect",
        f"{what} a private address, which connections may not reach. If they should, the operator can "
        f"set ALLOWED_DB_HOSTS={host} and start the site again (it takes several, with commas between them).",
        "POLICY",
        True,
    )


def _unknown(host: str, error: Exception) -> Failure:
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        return Failure(
            "connect", f"The host {host} could not be looked up: no name server answers.", "HOST_UNKNOWN", True
        )
    return Failure("connect", f"The host {host} is unknown: check how it is spelled.", "HOST_UNKNOWN", True)
