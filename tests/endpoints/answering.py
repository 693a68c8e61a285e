"""Two processes that write four answers each at an endpoint with room for two: prints how many were written at once.

A program of its own, so that it can run on the application database that DATABASE_URL names.
"""

import asyncio
import subprocess
import sys
import time

import django

django.setup()

from endpoints.line import Place  # noqa: E402 - models need the applications
from endpoints.models import Endpoint, Ticket  # noqa: E402

PROCESSES, EACH, ROOM = 2, 4, 2
ANSWER = 0.2


async def answer(endpoint: Endpoint) -> None:
    """Prints when it began and when it ended, on the machine's clock."""
    place = Place(endpoint, behind=False)
    async for _ in place.wait():
        pass
    began = time.monotonic()
    await asyncio.sleep(ANSWER)
    print(began, time.monotonic(), flush=True)
    place.stop_beating()
    await asyncio.to_thread(place.leave)


async def answers() -> None:
    endpoint = await Endpoint.objects.aget(name="Busy")
    await asyncio.gather(*(answer(endpoint) for _ in range(EACH)))


def most_at_once(spans: list[tuple[float, float]]) -> int:
    return max(sum(began <= moment < ended for began, ended in spans) for moment, _ in spans)


def main() -> None:
    if sys.argv[1:]:
        asyncio.run(answers())
        return
    Endpoint.objects.create(name="Busy", base_url="http://127.0.0.1:9/v1", model="small", at_once=ROOM)
    command = [sys.executable, "-m", "tests.endpoints.answering", "one of them"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    lines = [line for process in processes for line in process.communicate()[0].splitlines()]
    spans = [(float(began), float(ended)) for began, ended in map(str.split, lines)]
    print(f"{len(spans)} answers, at most {most_at_once(spans)} at once, {Ticket.objects.count()} places left")


if __name__ == "__main__":
    main()
