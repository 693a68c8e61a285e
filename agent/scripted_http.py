"""As much of HTTP/1.1 as the scripted server needs: requests with a body, JSON, and events in chunks."""

import asyncio
import json
from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class HttpRequest:
    method: str
    path: str
    body: bytes


async def read_request(reader: asyncio.StreamReader) -> HttpRequest | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return HttpRequest(method, path.partition("?")[0], body)


def head(status: int, content_type: str, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Type: {content_type}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def send_json(writer: asyncio.StreamWriter, content: object, status: int = 200, *headers: str) -> None:
    body = json.dumps(content).encode()
    writer.write(head(status, "application/json", f"Content-Length: {len(body)}", *headers) + body)


def send_error(writer: asyncio.StreamWriter, status: int, message: str) -> None:
    send_json(writer, {"error": {"message": message, "type": "scripted"}}, status)


def write_event(writer: asyncio.StreamWriter, content: object) -> None:
    write_chunk(writer, f"data: {json.dumps(content)}\n\n".encode())


def write_chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(b"%x\r\n%b\r\n" % (len(data), data))
