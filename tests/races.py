"""Several deeds at the same moment."""

import threading
from collections.abc import Callable

from flask import Flask

from lms.db import transaction
from lms.errors import LmsError


def at_once(app: Flask, *deeds: Callable[[], object]) -> list[str]:
    """Do all deeds at the same moment, each in its own transaction; return the codes of those refused."""
    start = threading.Barrier(len(deeds))
    refused: list[str] = []

    def run(deed: Callable[[], object]) -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    deed()
            except LmsError as error:
                refused.append(error.code)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused
