"""Requests of one process take turns, where more threads at the same time would only be in each other's way.

Python runs one thread at a time. On PostgreSQL a request often waits for the database, so a few at a time are faster
than one; on SQLite they are slower. A thread goes on when it is its turn, and gives it away while it waits for what is
not Python, such as a password being hashed; so there can be more threads than turns.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock, local
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_mine = local()


class TakingTurns:
    """A WSGI application whose requests take turns.

    Args:
        application: What answers.
        at_a_time: How many requests it answers at a time.
    """

    def __init__(self, application: "WSGIApplication", at_a_time: int) -> None:
        self._application = application
        self._turns = Lock() if at_a_time == 1 else BoundedSemaphore(at_a_time)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request when it is its turn."""
        with self._turns:
            _mine.turns = self._turns
            try:
                return self._application(environ, start_response)
            finally:
                _mine.turns = None


@contextmanager
def out_of_turn() -> Iterator[None]:
    """Let others go on while this thread waits; take a turn again afterwards."""
    turns = getattr(_mine, "turns", None)
    if turns is None:
        yield
        return
    turns.release()
    try:
        yield
    finally:
        turns.acquire()
