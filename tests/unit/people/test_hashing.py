"""Passwords are hashed beside the requests, and never more wait for it than there are places."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Semaphore, get_ident

import pytest
from passlib.context import CryptContext

from lms.errors import Busy
from lms.people.hashing import WAITING_AT_MOST, PatientContext
from lms.turns import TakingTurns

SOON = 20.0
"""Seconds after which something that has to happen has not happened."""


class Wrapped:
    """A context that takes as long as a test wants."""

    schemes = ("fake",)

    def __init__(self) -> None:
        self.threads: list[int] = []
        self.asked: list[tuple[object, ...]] = []
        self.go_on = Event()
        self.go_on.set()
        self.began = Semaphore(0)

    def verify(self, secret: str, hashed: str, scheme: str = "fake") -> bool:
        self._work("verify", secret, hashed, scheme)
        if secret == "broken":
            raise ValueError("broken")
        return hashed == f"{scheme}:{secret}"

    def hash(self, secret: str, scheme: str = "fake") -> str:
        self._work("hash", secret, scheme)
        if secret == "broken":
            raise ValueError("broken")
        return f"{scheme}:{secret}"

    def _work(self, *asked: object) -> None:
        self.threads.append(get_ident())
        self.asked.append(asked)
        self.began.release()
        assert self.go_on.wait(SOON)


@pytest.fixture
def wrapped() -> Wrapped:
    return Wrapped()


@pytest.fixture
def context(wrapped: Wrapped) -> Iterator[PatientContext]:
    one = PatientContext(wrapped)
    yield one
    wrapped.go_on.set()
    one._thread.shutdown()


def test_it_says_what_the_wrapped_context_says(context: PatientContext, wrapped: Wrapped) -> None:
    assert context.hash("one") == "fake:one"
    assert context.hash("one", scheme="other") == "other:one"
    assert context.verify("one", "fake:one") is True
    assert context.verify("one", "fake:two") is False
    assert context.verify("one", "other:one", scheme="other") is True
    assert wrapped.asked == [
        ("hash", "one", "fake"),
        ("hash", "one", "other"),
        ("verify", "one", "fake:one", "fake"),
        ("verify", "one", "fake:two", "fake"),
        ("verify", "one", "other:one", "other"),
    ]


def test_real_hashes() -> None:
    real = CryptContext(schemes=["argon2"], argon2__memory_cost=64, argon2__time_cost=1)
    patient = PatientContext(real)
    hashed = patient.hash("correct-horse-7")
    assert hashed.startswith("$argon2")
    assert patient.verify("correct-horse-7", hashed) is True
    assert patient.verify("correct-horse-8", hashed) is False
    assert real.verify("correct-horse-7", hashed)
    patient._thread.shutdown()


def test_everything_else_is_the_wrapped_contexts(context: PatientContext, wrapped: Wrapped) -> None:
    assert context.schemes is wrapped.schemes
    assert context.go_on is wrapped.go_on
    with pytest.raises(AttributeError):
        _ = context.nothing_of_the_kind


def test_all_work_is_done_by_one_other_thread(context: PatientContext, wrapped: Wrapped) -> None:
    hashed = context.hash("one")
    with ThreadPoolExecutor(3) as callers:
        asked = [callers.submit(context.verify, "one", hashed) for _ in range(3)]
        assert all(one.result(SOON) for one in asked)
    assert len(wrapped.threads) == 4
    assert len(set(wrapped.threads)) == 1
    assert get_ident() not in wrapped.threads


def fill(
    callers: ThreadPoolExecutor, context: PatientContext, wrapped: Wrapped, secret: str
) -> list["Future[str]"]:
    """Take every place; returns when all are taken."""
    wrapped.go_on.clear()
    taken = Semaphore(0)
    acquire = context._places.acquire

    def tell(blocking: bool = True) -> bool:
        got = acquire(blocking=blocking)
        taken.release()
        return got

    context._places.acquire = tell  # type: ignore[method-assign]  # to know when, without asking over and over
    asked = [callers.submit(context.hash, secret) for _ in range(WAITING_AT_MOST)]
    assert all(taken.acquire(timeout=SOON) for _ in asked)
    assert wrapped.began.acquire(timeout=SOON)
    del context._places.acquire
    return asked


@pytest.mark.parametrize("secret", ["one", "broken"])
def test_who_comes_on_top_is_asked_to_come_again(
    context: PatientContext, wrapped: Wrapped, secret: str
) -> None:
    context.check_place()
    with ThreadPoolExecutor(WAITING_AT_MOST) as callers:
        asked = fill(callers, context, wrapped, secret)
        try:
            for refused in (
                lambda: context.hash("two"),
                lambda: context.verify("two", "fake:two"),
                context.check_place,
            ):
                with pytest.raises(Busy) as busy:
                    refused()
                assert busy.value.code == "too_many_sign_in"
                assert int(str(busy.value.facts["retry_after"])) > 0
            # Only the first is at work; nobody who was refused stands in the line.
            assert len(wrapped.asked) == 1
        finally:
            wrapped.go_on.set()
        for one in asked:
            if secret == "broken":
                with pytest.raises(ValueError, match="broken"):
                    one.result(SOON)
            else:
                assert one.result(SOON) == "fake:one"
    assert len(wrapped.asked) == WAITING_AT_MOST
    # Every place is free again, and none is free that was not there.
    for _ in range(2):
        with ThreadPoolExecutor(WAITING_AT_MOST) as callers:
            again = fill(callers, context, wrapped, "one")
            with pytest.raises(Busy):
                context.check_place()
            wrapped.go_on.set()
            assert [one.result(SOON) for one in again] == ["fake:one"] * WAITING_AT_MOST
    context.check_place()


def test_looking_for_a_place_takes_none(context: PatientContext) -> None:
    for _ in range(3 * WAITING_AT_MOST):
        context.check_place()


def test_others_have_their_turn_while_a_password_is_hashed(
    context: PatientContext, wrapped: Wrapped
) -> None:
    def application(environ, start_response) -> list[bytes]:
        return [environ["answer"]().encode()]

    turns = TakingTurns(application, 1)

    def ask(answer) -> bytes:
        return b"".join(turns({"answer": answer}, lambda *_: None))

    wrapped.go_on.clear()
    with ThreadPoolExecutor(2) as callers:
        signs_in = callers.submit(ask, lambda: context.hash("one"))
        try:
            assert wrapped.began.acquire(timeout=SOON)
            assert callers.submit(ask, lambda: "saved").result(SOON) == b"saved"
            assert not signs_in.done()
        finally:
            wrapped.go_on.set()
        assert signs_in.result(SOON) == b"fake:one"
