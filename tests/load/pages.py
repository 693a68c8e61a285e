"""Every page of a site with years behind it: how long each takes, as each role, from a web process that is warm."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median

import httpx2
from django.test import Client

from accounts.models import ApiToken, User
from tests.bench.figures import percentile, stopwatch
from tests.load.addresses import Address, addresses, of_the_admin
from tests.load.history import Workplace, fill
from tests.load.sites import Place, webs

LIMIT_MS = 100.0
BROKEN = 500
FOUND = {200, 204, 301, 302, 304}
ROLES = {"owner": 0, "curator": 1, "member": 2}
"""Whom of a workplace's people they are."""


@dataclass
class Asked:
    """One address and how long it took each time, and the web process's processor on average, in milliseconds."""

    role: str
    address: Address
    status: int = 0
    times: list[float] = field(default_factory=list)
    busy: float = 0.0

    @property
    def p50(self) -> float:
        return median(self.times)

    @property
    def p95(self) -> float:
        return percentile(self.times, 95)


def measure(where: Place, episodes: int, times: int, every: int = 1) -> Iterator[str]:
    """What is printed, line by line; with `every`, of so many addresses only one is asked for."""
    with stopwatch() as seconds:
        [place, *_] = fill(episodes)
    yield f"{episodes:,} questions made in {seconds[0]:.0f} s."
    with webs(where, 1, {}) as [(site, pid)]:
        asked = list(_ask_all(site, pid, place, times, every))
    yield from _table([one for one in asked if one.status in FOUND])
    for one in asked:
        if one.status >= BROKEN:
            yield f"{one.address.name} answered {one.status} to the {one.role}."


def _ask_all(site: str, pid: int, place: Workplace, times: int, every: int) -> Iterator[Asked]:
    for role, number in ROLES.items():
        user = place.people[number]
        yield from _ask(site, pid, role, user, list(addresses(user, place.connection))[::every], times)
    superuser = User.objects.filter(is_superuser=True)[0]
    yield from _ask(site, pid, "superuser", superuser, list(of_the_admin())[::every], times)


def _ask(site: str, pid: int, role: str, user: User, wanted: Iterable[Address], times: int) -> Iterator[Asked]:
    browser = Client()
    browser.force_login(user)
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
    token = ApiToken.objects.create(user, name="load")[1]
    with (
        httpx2.Client(base_url=site, cookies=cookies, trust_env=False, timeout=120) as people,
        httpx2.Client(
            base_url=site, headers={"Authorization": f"Token {token}"}, trust_env=False, timeout=120
        ) as programs,
    ):
        for address in wanted:
            yield _asked(programs if address.for_programs else people, pid, role, address, times)


def _asked(client: httpx2.Client, pid: int, role: str, address: Address, times: int) -> Asked:
    """The first answer, which may fill caches, does not count."""
    asked, before = Asked(role, address), 0.0
    for number in range(times + 1):
        if number < 2:
            before = processor_ms(pid)
        began = time.perf_counter()
        with client.stream("GET", address.path, headers={"HX-Request": "true"} if address.is_part else {}) as response:
            asked.status = response.status_code
            if address.is_download:
                next(response.iter_raw(), b"")
            else:
                response.read()
            asked.times.append((time.perf_counter() - began) * 1000)
        if asked.status not in FOUND:
            break
    asked.times = asked.times[1:] or asked.times
    asked.busy = (processor_ms(pid) - before) / len(asked.times)
    return asked


def processor_ms(pid: int) -> float:
    """Of one process alone, with its threads that have ended, more exactly than `processor_seconds`."""
    return time.clock_gettime((~pid << 3) | 2) * 1000  # as clock_getcpuclockid(3) names the clock of a process


def _table(found: list[Asked]) -> Iterator[str]:
    slow = [asked for asked in found if asked.p50 > LIMIT_MS]
    everything = [time for asked in found for time in asked.times]
    yield f"{'page':60} {'role':10} {'p50':>8} {'p95':>8} {'busy':>8}  (ms)"
    for asked in sorted(found, key=lambda asked: -asked.p50):
        mark = f"  over {LIMIT_MS:.0f}" if asked.p50 > LIMIT_MS else ""
        yield f"{asked.address.name:60} {asked.role:10} {asked.p50:8.1f} {asked.p95:8.1f} {asked.busy:8.1f}{mark}"
    yield (
        f"{len(found)} pages, each {len(found[0].times)} times: p50 {median(everything):.0f} ms, "
        f"p95 {percentile(everything, 95):.0f} ms; {len(slow)} over {LIMIT_MS:.0f} ms."
    )
