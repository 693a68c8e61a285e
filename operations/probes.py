"""What machinery asks: `/healthz` (is the process alive), `/readyz` (can it work), `/metrics`. They are answered before
Django: a load balancer names any host, speaks no TLS and logs in nowhere. `/health` is OpenEnv's."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from prometheus_client import Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from operations import gauges, publishing, readiness
from operations.asking import Question
from operations.insiders import is_insider

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]

SECONDS = 2.0
"""That a scrape waits for the database."""

_gauges: Question[list[Metric]] = Question(gauges.collect, fresh=2.0)


async def healthz(scope: Message, send: Send) -> None:
    await _send(send, 200, {"status": "alive"})


async def readyz(scope: Message, send: Send) -> None:
    found = await readiness.look()
    status = 200 if readiness.is_ready(found) else 503
    await _send(send, status, readiness.as_json(found, whole=is_insider(scope)))


async def metrics(scope: Message, send: Send) -> None:
    if is_insider(scope):
        text = await Question(_exposition(await _of_the_site())).answer(SECONDS)
        await _send(send, 200, text.answer, CONTENT_TYPE_PLAIN_0_0_4)
    elif settings.METRICS_TOKEN:
        await _send(send, 401, {"detail": "Send METRICS_TOKEN as “Authorization: Bearer …”."})
    else:
        await _send(send, 403, {"detail": "Only this machine may read this: set METRICS_TOKEN to let others."})


PROBES: dict[str, Callable[[Message, Send], Awaitable[None]]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": metrics,
}


async def _of_the_site() -> list[Metric]:
    try:
        return (await _gauges.answer(SECONDS)).answer
    except Exception:  # noqa: BLE001 - what processes count is told without the database
        return gauges.away()


def _exposition(more: list[Metric]) -> Callable[[], bytes]:
    return lambda: publishing.publish(settings.DATA_DIR, "web").exposition(more)


async def _send(send: Send, status: int, said: object, kind: str = "application/json") -> None:
    body = said if isinstance(said, bytes) else (json.dumps(said, ensure_ascii=False) + "\n").encode()
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    headers.append((b"cache-control", b"no-store"))
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
