"""A small HTTP/1.1 client on asyncio: a connection that stays open, as a browser keeps one. No library, little CPU."""

import asyncio
import json
import random
import re
import ssl
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import TypeVar, cast
from urllib.parse import urlencode, urlsplit

from typing_extensions import override

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: *([^\r]+)", re.IGNORECASE)
T = TypeVar("T")
_TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')


def run_alone(work: Coroutine[object, object, T]) -> T:
    """Run ``work`` on a loop of its own in a thread of its own.

    A test of the browser that ran before in this process keeps the loop of the main thread.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        """Return a header's first value, or ""."""
        found = re.search(rf"\r\n{name}: *([^\r]*)".encode(), self.head, re.IGNORECASE)
        return found[1].decode() if found else ""

    @property
    def json(self) -> dict[str, object]:
        """The body as JSON."""
        return cast("dict[str, object]", json.loads(self.body))

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def token(self) -> str:
        """The CSRF token of the first form of the page, or ""."""
        found = _TOKEN.search(self.body)
        return found[1].decode() if found else ""


class RefusedError(Exception):
    """The server answered, but with something else than what was asked for."""

    def __init__(self, what: str, reply: Reply) -> None:
        super().__init__(f"{what}: {reply.status} {reply.text[:300]}")
        self.status = reply.status


class _Connection(asyncio.Protocol):
    """One connection; one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.waiting: asyncio.Future[Reply] | None = None
        self.got = bytearray()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        self.got += data
        reply = _read(self.got)
        if reply is None or self.waiting is None:
            return
        self.got.clear()
        waiting, self.waiting = self.waiting, None
        if not waiting.done():
            waiting.set_result(reply)
        if _CLOSE.search(reply.head):
            self.close()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(ConnectionResetError("the connection was lost"))

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()
            self.transport = None

    async def ask(self, request: bytes) -> Reply:
        if self.transport is None:
            raise ConnectionResetError("the connection was lost")
        self.waiting = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self.waiting


def _read(got: bytearray) -> Reply | None:
    """Return the reply when all of it is there."""
    end = got.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(got[: end + 2])
    status, body = int(head[9:12]), bytes(got[end + 4 :])
    length = _LENGTH.search(head)
    if length is not None:
        size = int(length[1])
        return Reply(status, head, body[:size]) if len(body) >= size else None
    if _CHUNKED.search(head):
        whole = _unchunk(body)
        return None if whole is None else Reply(status, head, whole)
    return Reply(status, head, b"")


def _unchunk(body: bytes) -> bytes | None:
    parts: list[bytes] = []
    at = 0
    while True:
        end = body.find(b"\r\n", at)
        if end < 0:
            return None
        size = int(body[at:end].split(b";")[0], 16)
        if size == 0:
            return b"".join(parts) if body.find(b"\r\n", end + 2) >= 0 else None
        at = end + 2 + size + 2
        if len(body) < at:
            return None
        parts.append(body[end + 2 : end + 2 + size])


@dataclass
class Browser:
    """Cookies and one connection of one person. A broken or silent connection raises OSError.

    Attributes:
        url: Scheme, host and port of the server.
        cookies: As the server set them.
        timeout: Seconds to wait for a connection and for a reply.
        identity: What the person types to sign in.
        reopened: How often a kept connection turned out to be closed and the request went over a new one.
        chance: Spreads what is tried again.
    """

    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    timeout: float = 60
    identity: str = ""
    reopened: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    _connection: _Connection | None = None

    async def request(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        data: object = None,
        token: str = "",
        says_where: bool = False,
    ) -> Reply:
        """Send one request and return what comes back.

        A connection that was kept and turns out to be closed is opened anew once, as browsers do.
        """
        head, body = self._head(method, path, token), b""
        if says_where:
            head += "X-Says-Where: 1\r\n"
        if form is not None:
            body = urlencode(form).encode()
            head += "Content-Type: application/x-www-form-urlencoded\r\nAccept: text/html\r\n"
        elif data is not None:
            body = json.dumps(data).encode()
            head += "Content-Type: application/json\r\nAccept: application/json\r\n"
        else:
            head += "Accept: text/html\r\n"
        wire = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        kept = self._connection is not None and self._connection.transport is not None
        try:
            reply = await self._ask(wire)
        except ConnectionError:
            if not kept or (self._connection is not None and self._connection.got):
                raise
            self.reopened += 1
            reply = await self._ask(wire)
        for found in _COOKIE.findall(reply.head):
            for name, morsel in SimpleCookie(found.decode()).items():
                self.cookies[name] = morsel.value
        return reply

    async def _ask(self, wire: bytes) -> Reply:
        try:
            async with asyncio.timeout(self.timeout):
                if self._connection is None or self._connection.transport is None:
                    self._connection = await self._connect()
                return await self._connection.ask(wire)
        except TimeoutError:
            self.close()
            raise

    async def _connect(self) -> _Connection:
        address = urlsplit(self.url)
        is_https = address.scheme == "https"
        _, made = await asyncio.get_running_loop().create_connection(
            _Connection,
            address.hostname or "127.0.0.1",
            address.port or (443 if is_https else 80),
            ssl=ssl.create_default_context() if is_https else None,
        )
        return made

    def _head(self, method: str, path: str, token: str) -> str:
        host = urlsplit(self.url).netloc
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: candidate\r\n"
        if method != "GET":
            head += "Sec-Fetch-Site: same-origin\r\n"
        if urlsplit(self.url).scheme == "https" and method != "GET":
            head += f"Referer: {self.url}{path}\r\n"
        if self.cookies:
            said = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            head += f"Cookie: {said}\r\n"
        if token:
            head += f"X-CSRFToken: {token}\r\n"
        return head

    async def sign_in(self, identity: str, password: str) -> None:
        """Sign in through the page, as people do; where too many do at once, as the page does: again in a moment.

        Raises:
            RefusedError: The server did not let them in.
        """
        page = await self.request("GET", "/login")
        form = {"csrf_token": page.token, "identity": identity, "password": password}
        reply = await self.request("POST", "/login", form=form, says_where=True)
        while reply.status == 503:
            await asyncio.sleep(int(reply.header("Retry-After")) * (0.5 + self.chance.random()))
            reply = await self.request("POST", "/login", form=form, says_where=True)
        if not reply.header("Content-Type").startswith("application/json"):
            raise RefusedError("sign in", reply)

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
