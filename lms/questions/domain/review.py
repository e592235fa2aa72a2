"""Which steps of a review are open to somebody."""

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """A step of a review."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RETURN = "return"
    RETIRE = "retire"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Situation:
    """Where an item stands, seen by one person who may write its bank.

    Attributes:
        state: Of the version under review: draft, in_review or ready; retired when the item is out of use.
        is_own: Whether the person wrote that version.
        may_withdraw: Whether the person wrote it or sent it to review, or no person did.
        needs_second: Whether who wrote it may not approve it, and a draft has to be sent first.
        is_complete: Whether no fact is missing without which it must stay a draft.
    """

    state: str
    is_own: bool
    may_withdraw: bool
    needs_second: bool
    is_complete: bool


def open_steps(here: Situation) -> frozenset[Step]:
    """Return the steps that the person can take now."""
    if here.state == "retired":
        return frozenset({Step.RESTORE})
    may_judge = not (here.is_own and here.needs_second)
    steps = {Step.RETIRE}
    if here.state == "ready":
        steps.add(Step.SUBMIT)  # somebody doubts it: it is not drawn until it is approved again
    elif here.state == "draft" and here.is_complete:
        steps.add(Step.SUBMIT)
        if not here.needs_second:
            steps.add(Step.APPROVE)
    elif here.state == "in_review":
        if may_judge:
            steps.add(Step.RETURN)
            if here.is_complete:
                steps.add(Step.APPROVE)
        if here.may_withdraw:
            steps.add(Step.WITHDRAW)
    return frozenset(steps)
