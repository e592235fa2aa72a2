"""A line that can go wrong: a TCP proxy before one or several servers that loses requests and replies on demand."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

CHUNK = 1 << 16


class Loss(StrEnum):
    """What happens to one request."""

    NONE = "none"
    REQUEST = "request"
    """It never reaches the server."""
    REPLY = "reply"
    """The server does it, and nobody hears of it."""


Fate = Callable[[bytes], Loss]
"""Decides about a request by its bytes."""


@dataclass
class Proxy:
    """Forwards each connection to one of the servers: to the next one that can be reached.

    Attributes:
        ports: Ports of the servers.
        fate: What happens to each request; a browser sends one at a time, in one piece.
        port: Where it listens.
        lost: How many of each kind were lost.
        connected: How many connections each server got.
    """

    ports: list[int]
    fate: Fate = field(default=lambda _request: Loss.NONE)
    port: int = 0
    lost: dict[Loss, int] = field(default_factory=lambda: dict.fromkeys(Loss, 0))
    connected: dict[int, int] = field(default_factory=dict)
    _turn: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where browsers connect."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either side ends it or a loss cuts it."""
        try:
            up_reader, up_writer = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            while request := await reader.read(CHUNK):
                loss = self.fate(request)
                self.lost[loss] += 1
                if loss is Loss.REQUEST:
                    break
                up_writer.write(request)
                if not await _carry(up_reader, writer, drop=loss is Loss.REPLY):
                    break
        except OSError:
            pass
        finally:
            self._open.discard(writer)
            writer.transport.abort()
            up_writer.transport.abort()

    async def hang_up(self) -> None:
        """Cut every connection, and wait until each has noticed."""
        while self._open:
            for writer in self._open:
                writer.transport.abort()
            await asyncio.sleep(0.005)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._turn += 1
        turn = self._turn % len(self.ports)
        for port in [*self.ports[turn:], *self.ports[:turn]]:
            with suppress(OSError):
                made = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
                self.connected[port] = self.connected.get(port, 0) + 1
                return made
        raise ConnectionRefusedError("no server can be reached")


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, drop: bool) -> bool:
    """Carry one reply, or wait for it and drop it; False when the connection is not to be used again."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return False
    body = b""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            body = await reader.readexactly(int(line.partition(b":")[2]))
    if drop:
        return False
    writer.write(head + body)
    await writer.drain()
    return b"connection: close" not in head.lower()


@asynccontextmanager
async def line_to(*ports: int, fate: Fate | None = None) -> AsyncIterator[Proxy]:
    """Listen on a port of its own inside the block."""
    proxy = Proxy(list(ports)) if fate is None else Proxy(list(ports), fate)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.hang_up()
