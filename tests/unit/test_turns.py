"""Requests take turns: as many at a time as there are turns, others while one waits, and no turn is ever lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from lms.turns import TakingTurns, out_of_turn

SOON = 20.0
"""Seconds after which something that has to happen has not happened."""
NEVER = 0.2
"""Seconds in which something that must not happen would have happened."""

Answer = Callable[[], None]
Ask = Callable[[TakingTurns, Answer], "Future[list[bytes]]"]


def application(environ, start_response) -> list[bytes]:
    """Do what the request brings with it."""
    environ["answer"]()
    return [b"done"]


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Send a request from a thread of its own."""
    with ThreadPoolExecutor(4) as pool:
        yield lambda turns, answer: pool.submit(
            lambda: list(turns({"answer": answer}, lambda *_: None))
        )


def nothing() -> None:
    """Answer at once."""


def test_one_at_a_time(ask: Ask) -> None:
    turns = TakingTurns(application, 1)
    began, go_on, other = Event(), Event(), Event()

    def first() -> None:
        began.set()
        assert go_on.wait(SOON)

    one = ask(turns, first)
    assert began.wait(SOON)
    two = ask(turns, other.set)
    try:
        assert not other.wait(NEVER)
    finally:
        go_on.set()
    assert one.result(SOON) == two.result(SOON) == [b"done"]
    assert other.is_set()


def test_two_at_a_time_where_there_are_two_turns(ask: Ask) -> None:
    turns = TakingTurns(application, 2)
    together, third = Barrier(2), Event()
    began, go_on = [Event(), Event()], Event()

    def meet(mine: Event) -> Answer:
        def answer() -> None:
            together.wait(SOON)  # breaks unless both are in at the same time
            mine.set()
            assert go_on.wait(SOON)

        return answer

    asked = [ask(turns, meet(mine)) for mine in began]
    try:
        assert all(mine.wait(SOON) for mine in began)
        asked.append(ask(turns, third.set))
        assert not third.wait(NEVER)
    finally:
        go_on.set()
    assert [one.result(SOON) for one in asked] == [[b"done"]] * 3


def test_another_goes_on_while_one_waits_out_of_turn(ask: Ask) -> None:
    turns = TakingTurns(application, 1)
    waits, waited, holds, go_on = Event(), Event(), Event(), Event()
    third = Event()

    def first() -> None:
        with out_of_turn():
            waits.set()
            assert waited.wait(SOON)
        holds.set()
        assert go_on.wait(SOON)

    one = ask(turns, first)
    try:
        assert waits.wait(SOON)
        assert ask(turns, nothing).result(SOON) == [b"done"]
        waited.set()
        assert holds.wait(SOON)
        # The turn is held again.
        last = ask(turns, third.set)
        assert not third.wait(NEVER)
    finally:
        waited.set()
        go_on.set()
    assert one.result(SOON) == last.result(SOON) == [b"done"]


def test_who_comes_back_waits_for_the_turn(ask: Ask) -> None:
    turns = TakingTurns(application, 1)
    waits, waited, came_back = Event(), Event(), Event()
    has_turn, gives_it = Event(), Event()

    def first() -> None:
        with out_of_turn():
            waits.set()
            assert waited.wait(SOON)
        came_back.set()

    def second() -> None:
        has_turn.set()
        assert gives_it.wait(SOON)

    one = ask(turns, first)
    try:
        assert waits.wait(SOON)
        two = ask(turns, second)
        assert has_turn.wait(SOON)
        waited.set()
        assert not came_back.wait(NEVER)
    finally:
        waited.set()
        gives_it.set()
    assert one.result(SOON) == two.result(SOON) == [b"done"]
    assert came_back.is_set()


@pytest.mark.parametrize("at_a_time", [1, 2])
def test_an_application_that_fails_gives_its_turn_back(ask: Ask, at_a_time: int) -> None:
    turns = TakingTurns(application, at_a_time)

    def fail() -> None:
        raise LookupError("gone")

    def fail_while_waiting() -> None:
        with out_of_turn():
            raise LookupError("gone")

    for failing in (fail, fail_while_waiting, fail, fail_while_waiting):
        with pytest.raises(LookupError, match="gone"):
            ask(turns, failing).result(SOON)
    assert ask(turns, nothing).result(SOON) == [b"done"]


def test_outside_any_request_there_is_no_turn_to_give(ask: Ask) -> None:
    turns = TakingTurns(application, 1)
    with out_of_turn():
        assert ask(turns, nothing).result(SOON) == [b"done"]
    # Nor in a thread whose request is over: a turn given back twice would be one too many.
    turns({"answer": nothing}, lambda *_: None)
    with out_of_turn():
        assert ask(turns, nothing).result(SOON) == [b"done"]
    began, go_on, other = Event(), Event(), Event()

    def first() -> None:
        began.set()
        assert go_on.wait(SOON)

    one = ask(turns, first)
    assert began.wait(SOON)
    two = ask(turns, other.set)
    try:
        assert not other.wait(NEVER)
    finally:
        go_on.set()
    assert one.result(SOON) == two.result(SOON) == [b"done"]
