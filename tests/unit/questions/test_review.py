"""Which steps of a review are open to whom."""

from itertools import product

import pytest

from lms.questions.domain.review import Situation, Step, open_steps


def here(state: str, **more: bool) -> Situation:
    facts = {"is_own": False, "may_withdraw": False, "needs_second": True, "is_complete": True}
    return Situation(state=state, **{**facts, **more})


@pytest.mark.parametrize(
    ("situation", "steps"),
    [
        (here("draft"), {Step.SUBMIT, Step.RETIRE}),
        (here("draft", is_complete=False), {Step.RETIRE}),
        (here("draft", needs_second=False), {Step.SUBMIT, Step.APPROVE, Step.RETIRE}),
        (here("draft", needs_second=False, is_complete=False), {Step.RETIRE}),
        (here("in_review"), {Step.APPROVE, Step.RETURN, Step.RETIRE}),
        (here("in_review", is_complete=False), {Step.RETURN, Step.RETIRE}),
        (here("in_review", is_own=True, may_withdraw=True), {Step.WITHDRAW, Step.RETIRE}),
        (
            here("in_review", is_own=True, may_withdraw=True, needs_second=False),
            {Step.APPROVE, Step.RETURN, Step.WITHDRAW, Step.RETIRE},
        ),
        (here("ready"), {Step.RETIRE, Step.SUBMIT}),
        (here("retired"), {Step.RESTORE}),
        (here("retired", needs_second=False), {Step.RESTORE}),
    ],
)
def test_steps_by_state_and_person(situation, steps):
    assert open_steps(situation) == steps


def test_nobody_approves_alone_while_a_second_person_is_needed():
    for state, may_withdraw, is_complete in product(
        ("draft", "in_review", "ready", "retired"), (True, False), (True, False)
    ):
        own = here(state, is_own=True, may_withdraw=may_withdraw, is_complete=is_complete)
        assert Step.APPROVE not in open_steps(own)
