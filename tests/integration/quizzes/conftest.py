"""Fixtures for quizzes."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.conftest import NOON


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """Stop the clock at ``NOON``; move it with ``shift`` and ``move_to``."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
