"""A scripted model behind the OpenAI chat protocol, for tests, demos and benchmarks. The format is in `agent.script`.

    python -m agent.scripted_server --port 9000 --script replies.json

POST /v1/chat/completions (streaming and not), GET /v1/models, GET /health; and for the test that drives it,
GET /requests (what was asked, and what became of it) and POST /script (replaces the script).
"""

import argparse
import asyncio
import contextlib
import json
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from agent.llm import Message
from agent.script import Script, ScriptSource
from agent.scripted_answer import Answer, Recorded, send_refusal
from agent.scripted_http import HttpRequest, read_request, send_error, send_json

HOST = "127.0.0.1"


@dataclass(slots=True)
class ScriptedServer:
    script: Script
    recorded: list[Recorded] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept alive until the client leaves."""
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while request := await read_request(reader):
                    await self._answer(request, reader, writer)
                    await writer.drain()
        finally:
            writer.close()

    async def _answer(self, request: HttpRequest, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        match request.method, request.path:
            case "POST", "/v1/chat/completions":
                await self._complete(json.loads(request.body), reader, writer)
            case "GET", "/v1/models":
                send_json(writer, {"object": "list", "data": [{"id": self.script.model, "object": "model"}]})
            case "GET", "/health":
                send_json(writer, {"status": "ok"})
            case "GET", "/requests":
                send_json(writer, [asdict(each) for each in self.recorded])
            case "POST", "/script":
                self._replace_script(request.body, writer)
            case _:
                send_error(writer, 404, f"No such address: {request.path}")

    def _replace_script(self, body: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            self.script = Script.of(json.loads(body))
        except (ValueError, TypeError) as error:
            send_error(writer, 400, str(error))
        else:
            self.recorded.clear()
            send_json(writer, {"status": "ok"})

    async def _complete(self, body: dict[str, Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        record = Recorded(body, time.monotonic(), connection=writer.get_extra_info("peername")[1])
        self.recorded.append(record)
        messages = [Message(each["role"], each["content"]) for each in body["messages"]]
        reply = self.script.next_reply(messages)
        if reply.status != HTTPStatus.OK:
            send_refusal(writer, reply)
            record.ended = "complete"
            return
        answer = Answer(reply, self.script.model, messages, body, record)
        talking = asyncio.create_task(answer.send(writer))
        await _until_done_or_gone(talking, reader)
        if not talking.done() or writer.is_closing():
            record.ended = record.ended or "closed"
            await _cancelled(talking)
            writer.transport.abort()
        else:
            talking.result()


@dataclass(frozen=True, slots=True)
class ServerHandle:
    """A server in a thread of this process. `base_url` is what API_BASE_URL takes."""

    server: ScriptedServer
    port: int

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}/v1"

    def requests(self) -> list[Recorded]:
        return list(self.server.recorded)

    def set_script(self, source: ScriptSource) -> None:
        """Replaces the script and forgets the requests so far."""
        self.server.script = Script.of(source)
        self.server.recorded.clear()


@contextlib.contextmanager
def running_server(source: ScriptSource) -> Iterator[ServerHandle]:
    server = ScriptedServer(Script.of(source))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="scripted-model", daemon=True)
    thread.start()
    listener = asyncio.run_coroutine_threadsafe(asyncio.start_server(server.serve, HOST, 0), loop).result()
    try:
        yield ServerHandle(server, listener.sockets[0].getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(_stop(listener), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="A scripted model behind the OpenAI chat protocol.")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--script", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        script = Script.from_file(arguments.script)
    except (OSError, ValueError, TypeError) as error:
        parser.error(f"The script {arguments.script} cannot be used: {error}")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve_forever(ScriptedServer(script), arguments.port))


async def _serve_forever(server: ScriptedServer, port: int) -> None:
    listener = await asyncio.start_server(server.serve, HOST, port)
    sys.stdout.write(f"Scripted model at http://{HOST}:{listener.sockets[0].getsockname()[1]}/v1\n")
    sys.stdout.flush()
    await listener.serve_forever()


async def _stop(listener: asyncio.Server) -> None:
    listener.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        await _cancelled(task)


async def _cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, ConnectionError):
        await task


async def _until_done_or_gone(talking: asyncio.Task[None], reader: asyncio.StreamReader) -> None:
    """Waits for the answer's end, or for the client's leaving: it says nothing more until it has its answer."""
    listening = asyncio.create_task(reader.read(1))
    await asyncio.wait({talking, listening}, return_when=asyncio.FIRST_COMPLETED)
    if not listening.done():
        await _cancelled(listening)


if __name__ == "__main__":
    main()
