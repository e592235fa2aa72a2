"""How a sitting is run: what happens at the end of the time, who may come in, how the paper is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum


class TimeoutRule(StrEnum):
    """What happens to an attempt that was not submitted when its time is over."""

    SUBMIT = "submit"
    """It counts with what was saved."""

    GRACE = "grace"
    """Answers given before the deadline are still taken for ``grace_minutes``, then it counts."""

    ABANDON = "abandon"
    """It does not count; it is used up all the same."""


class PagingRule(StrEnum):
    """How much of the paper is seen at a time."""

    ALL = "all"
    """All of it."""

    ONE = "one"
    """One item, with its shared text; every other can be gone to."""

    FORWARD = "forward"
    """One item; what was left cannot be gone back to, nor its answer changed."""


GRACE_AT_MOST = 60
"""Minutes."""
PASSWORD_AT_MOST = 40
PLEDGE_AT_MOST = 1000


@dataclass(frozen=True, slots=True)
class SittingRules:
    """How a sitting is run.

    Attributes:
        timeout: What happens when the time is over.
        grace_minutes: For how long, after the deadline, answers and a submission are taken that were given before
            it on a device without a line; 0 to ``GRACE_AT_MOST``.
        password: Announced in the room; empty for none.
        networks: Networks in CIDR notation from which attempts may start and papers be opened; empty for any.
        pledge: What candidates confirm before they start; empty for nothing.
        paging: How much of the paper is seen at a time.
        watermark: Whether the candidate's name stands faintly behind the paper.
        has_two_markers: Whether two people mark every essay, and a third where they differ.
        retake_on_missed: Whether a further attempt is drawn from the knowledge points missed before, first.
        opens_make_up: Whether a make-up sitting is offered by itself to those absent or failed.
    """

    timeout: TimeoutRule = TimeoutRule.SUBMIT
    grace_minutes: int = 5
    password: str = ""
    networks: tuple[str, ...] = ()
    pledge: str = ""
    paging: PagingRule = PagingRule.ALL
    watermark: bool = False
    has_two_markers: bool = False
    retake_on_missed: bool = False
    opens_make_up: bool = False


def rules_as_json(rules: SittingRules) -> dict[str, object]:
    """Return what is stored with a sitting: only what differs from the usual."""
    usual = SittingRules()
    said = {one.name: getattr(rules, one.name) for one in fields(SittingRules)}
    kept = {name: value for name, value in said.items() if value != getattr(usual, name)}
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in kept.items()
    }


def rules_from_json(stored: Mapping[str, object]) -> SittingRules:
    """Read the rules of a sitting back.

    Raises:
        ValueError: A rule that is not known, or a value that it cannot have.
    """
    known = {one.name for one in fields(SittingRules)}
    strange = set(stored) - known
    if strange:
        raise ValueError(f"not rules of a sitting: {sorted(strange)}")
    said = dict(stored)
    if "timeout" in said:
        said["timeout"] = TimeoutRule(str(said["timeout"]))
    if "paging" in said:
        said["paging"] = PagingRule(str(said["paging"]))
    if "networks" in said:
        networks = said["networks"]
        said["networks"] = tuple(str(one) for one in networks) if isinstance(networks, list) else ()
    return SittingRules(**said)  # type: ignore[arg-type]  # checked by the names above
