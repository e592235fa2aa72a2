"""Measuring calls of the WSGI application in this process: CPU and wall time, medians of rounds."""

import gc
import io
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from flask import Flask

ROUNDS = 7
REFERENCE_OPERATIONS = 60


@dataclass
class Caller:
    """Calls the application as a server does, without a test client's own cost.

    Attributes:
        app: The application.
        cookie: The signed-in session.
        token: The CSRF token of that session.
    """

    app: Flask
    cookie: str = ""
    token: str = ""

    def call(
        self, method: str, path: str, body: bytes = b"", content_type: str = "", query: str = ""
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one request and return status, headers and body."""
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1:8000",
            "HTTP_USER_AGENT": "bench",
            "HTTP_ACCEPT": "application/json" if "json" in content_type else "text/html",
            "HTTP_COOKIE": self.cookie,
            "HTTP_X_CSRFTOKEN": self.token,
            "HTTP_SEC_FETCH_SITE": "same-origin",
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": content_type,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        seen: dict[str, object] = {}

        def start_response(status: str, headers: list[tuple[str, str]], *_rest: object) -> None:
            seen["status"] = int(status[:3])
            seen["headers"] = dict(headers)

        result = self.app.wsgi_app(environ, start_response)
        try:
            data = b"".join(result)
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()
        return int(str(seen["status"])), dict(seen["headers"]), data  # type: ignore[call-overload]


Operation = Callable[[], object]


def measure(
    name: str,
    backend: str,
    operations: Iterator[Operation],
    n: int,
    *,
    reference: Operation,
    **facts: object,
) -> dict[str, object]:
    """Run ``n`` operations in rounds and return one JSON line.

    ``cpu_ms_per_op`` is the median of the rounds' means of this process's CPU time; on PostgreSQL the database's own
    CPU comes on top. ``per_s`` follows from the wall time of the median round, one caller, no network. ``in_empty`` is
    the median over rounds of that CPU time in units of ``reference``, run beside each round: machines that are
    shared change their speed from minute to minute.
    """
    walls: list[float] = []
    cpus: list[float] = []
    rates: list[float] = []
    ratios: list[float] = []
    gc.collect()
    for _ in range(ROUNDS):
        batch = [next(operations) for _ in range(n // ROUNDS)]
        base = _cpu_of(reference)
        cpu, begun = time.process_time(), time.perf_counter()
        for operation in batch:
            at = time.perf_counter()
            operation()
            walls.append(time.perf_counter() - at)
        cpus.append((time.process_time() - cpu) / len(batch))
        rates.append(len(batch) / (time.perf_counter() - begun))
        ratios.append(cpus[-1] / ((base + _cpu_of(reference)) / 2))
    walls.sort()
    return {
        "bench": name,
        "backend": backend,
        "n": len(walls),
        "per_s": round(statistics.median(rates), 1),
        "p50_ms": round(statistics.median(walls) * 1000, 3),
        "p99_ms": round(walls[int(len(walls) * 0.99)] * 1000, 3),
        "cpu_ms_per_op": round(statistics.median(cpus) * 1000, 3),
        "in_empty": round(statistics.median(ratios), 1),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        **facts,
    }


def _cpu_of(operation: Operation) -> float:
    """Return the mean CPU seconds of one operation."""
    begun = time.process_time()
    for _ in range(REFERENCE_OPERATIONS):
        operation()
    return (time.process_time() - begun) / REFERENCE_OPERATIONS


def show(line: Mapping[str, object]) -> None:
    """Print one JSON line."""
    print(json.dumps(line, ensure_ascii=False), flush=True)
