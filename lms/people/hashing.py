"""Hashing of passwords beside the requests, behind them, and never more than a few at a time.

A hash is dear on purpose: a thousand people who sign in at nine o'clock ask for half a minute of it on a small machine,
while others are in the middle of an exam. So each process hashes in one thread of low priority, a few requests wait for
it, and whoever comes on top is asked to come again in a moment (the page does that by itself).
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from lms.errors import Busy
from lms.turns import out_of_turn

WAITING_AT_MOST = 6
"""Requests of a process that wait for a hash; the other threads are for everybody else (``lms.serving.THREADS``)."""
NICENESS = 10
AGAIN_IN_S = 1


class PatientContext:
    """The library's password context, whose dear part happens elsewhere.

    Args:
        context: Hashes and verifies.
    """

    def __init__(self, context: Any) -> None:  # noqa: ANN401 - passlib has no types
        self._context = context
        self._places = threading.BoundedSemaphore(WAITING_AT_MOST)
        # Its thread starts with the first hash, so in the process that serves, not in the one it was forked from.
        self._thread = ThreadPoolExecutor(1, "hashing", initializer=_step_back)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever else the library's context can
        return getattr(self._context, name)

    def verify(self, *args: Any, **kwargs: Any) -> bool:  # noqa: ANN401 - as the library calls it
        """Say whether a password is the one that was hashed.

        Raises:
            Busy: Too many wait already.
        """
        return bool(self._wait_for(self._context.verify, *args, **kwargs))

    def hash(self, *args: Any, **kwargs: Any) -> str:  # noqa: ANN401
        """Return the hash of a password.

        Raises:
            Busy: Too many wait already.
        """
        return str(self._wait_for(self._context.hash, *args, **kwargs))

    def check_place(self) -> None:
        """Refuse before anything else is done for a request that would have to wait.

        Raises:
            Busy: Too many wait already.
        """
        if not self._places.acquire(blocking=False):
            raise Busy("too_many_sign_in", retry_after=AGAIN_IN_S)
        self._places.release()

    def _wait_for(self, work: Callable[..., object], *args: Any, **kwargs: Any) -> object:  # noqa: ANN401
        if not self._places.acquire(blocking=False):
            raise Busy("too_many_sign_in", retry_after=AGAIN_IN_S)
        try:
            hashed = self._thread.submit(work, *args, **kwargs)
            with out_of_turn():
                return hashed.result()
        finally:
            self._places.release()


def _step_back() -> None:
    """Let everything else go first."""
    with suppress(
        OSError, AttributeError
    ):  # a system without it: then it is as important as the rest
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
