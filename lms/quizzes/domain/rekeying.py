"""Correcting how an item was marked, after people sat it.

What an attempt earns is a function of its paper, the marks that the paper's key gave, the answers, and the
corrections in force. So undoing one is leaving it out. Places whose item has no correction keep their marks; they
are never marked again.

Of several corrections of one item the last change of the key counts; everything else adds up: further accepted
answers only ever add, giving points outdoes any key, and dropping outdoes giving.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

from lms.questions.domain.items import (
    FieldError,
    Item,
    is_right,
    item_as_json,
    item_from_json,
    parse_response,
    score,
)
from lms.questions.domain.keys import (
    check_also,
    key_of,
    lift,
    may_accept_also,
    may_change_key,
    with_also,
    with_key,
)
from lms.quizzes.domain.grading import Grade, ItemResult, Mark
from lms.quizzes.domain.paper import Paper, PaperItem
from lms.units import Percent, Points, as_percent, as_points


class CorrectionKind(StrEnum):
    """What can be corrected, as stored."""

    CHANGE_KEY = "change_key"
    ACCEPT_ALSO = "accept_also"
    GIVE_POINTS = "give_points"
    """Everybody who was presented the item earns everything, who left it out too."""
    DROP = "drop"
    """The item does not count: its points leave what is earned and what is available."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction of one item version.

    Attributes:
        kind: What is corrected.
        key: The new key, or what is right besides it, as ``questions.domain.keys`` reads it; empty for the others.
    """

    kind: CorrectionKind
    key: Mapping[str, object] = field(default_factory=dict)

    def facts(self) -> dict[str, object]:
        """Return what is stored beside the kind."""
        return {"key": dict(self.key)} if self.key else {}

    @classmethod
    def from_stored(cls, kind: str, facts: Mapping[str, object]) -> Self:
        """Read a stored correction back."""
        key = facts.get("key")
        return cls(CorrectionKind(kind), dict(key) if isinstance(key, Mapping) else {})


Corrections = Mapping[int, Sequence[Correction]]
"""Those in force by item version, oldest first."""


def kinds_for(item: Item) -> tuple[CorrectionKind, ...]:
    """Return what makes sense for an item; nothing for one that people mark."""
    if not may_change_key(item):
        return ()
    also = (CorrectionKind.ACCEPT_ALSO,) if may_accept_also(item) else ()
    return (CorrectionKind.CHANGE_KEY, *also, CorrectionKind.GIVE_POINTS, CorrectionKind.DROP)


def check_correction(item: Item, correction: Correction) -> None:
    """Check that a correction can be made of an item.

    Args:
        item: With the corrections already in force.
        correction: A further one.

    Raises:
        FieldError: It makes no sense for this type, its key does not fit, or it would change nothing.
    """
    if correction.kind not in kinds_for(item):
        raise FieldError("kind", f"{correction.kind.value} makes no sense for {item.type.value}")
    if correction.kind is CorrectionKind.ACCEPT_ALSO:
        check_also(item, correction.key)
    elif correction.kind is CorrectionKind.CHANGE_KEY:
        changed = with_key(item, correction.key)
        if key_of(changed) == key_of(item):
            raise FieldError("key", "is right already")


def corrected_item(item: Item, corrections: Iterable[Correction]) -> Item:
    """Return the item as it is shown with its corrections: with the key that counts, as far as its type can say it."""
    shown = _with_last_key(item, corrections)
    for one in corrections:
        if one.kind is CorrectionKind.ACCEPT_ALSO:
            try:
                check_also(shown, one.key)
            except FieldError:
                continue  # right already by a later key
            shown = with_also(shown, one.key) or shown
    return shown


def corrected_paper(paper: Paper, corrections: Corrections) -> Paper:
    """Return a paper with the keys that count, for showing; never for storing."""
    return tuple(
        replace(
            placed,
            body=item_as_json(corrected_item(placed.item, corrections[placed.item_version_id])),
        )
        if placed.item_version_id in corrections
        else placed
        for placed in paper
    )


def _with_last_key(item: Item, corrections: Iterable[Correction]) -> Item:
    changes = [one for one in corrections if one.kind is CorrectionKind.CHANGE_KEY]
    return with_key(item, changes[-1].key) if changes else item


def is_all_dropped(paper: Paper, corrections: Corrections) -> bool:
    """Say whether every item of a paper is dropped: it would be worth nothing."""
    return all(
        any(one.kind is CorrectionKind.DROP for one in corrections.get(placed.item_version_id, ()))
        for placed in paper
    )


def remark(
    paper: Paper,
    results: Sequence[ItemResult],
    answers: Mapping[int, Mapping[str, object]],
    corrections: Corrections,
) -> tuple[ItemResult, ...]:
    """Return the marks of a paper with the corrections in force, whatever corrections were in force before.

    On a paper of which every item is dropped, all of them earn their points instead: it was sat, and it has to be
    worth something.

    Args:
        paper: As frozen in the attempt.
        results: Every place of it, as marked up to now.
        answers: Raw answers by position.
        corrections: All that are in force, of whatever version.
    """
    is_lost = is_all_dropped(paper, corrections)
    return tuple(
        _remark(
            placed,
            one,
            answers.get(one.position),
            corrections.get(placed.item_version_id, ()),
            is_lost=is_lost,
        )
        for placed, one in zip(paper, results, strict=True)
    )


def _remark(
    placed: PaperItem,
    result: ItemResult,
    raw: Mapping[str, object] | None,
    corrections: Sequence[Correction],
    *,
    is_lost: bool,
) -> ItemResult:
    if not corrections and result.marked is None:
        return result
    mark = result.marked or Mark(result.points, result.is_right)
    plain = replace(
        result,
        points=mark.points,
        max_points=placed.points,
        is_right=mark.is_right,
        red_line=placed.red_line,
        marked=None,
    )
    if not corrections:
        return plain
    base = replace(plain, marked=mark)
    kinds = {one.kind for one in corrections}
    if CorrectionKind.DROP in kinds and not is_lost:
        return replace(base, points=as_points(0), max_points=as_points(0), red_line=False)
    if kinds & {CorrectionKind.DROP, CorrectionKind.GIVE_POINTS}:
        return replace(base, points=placed.points, is_right=True)
    points, right = _by_key(placed, mark, raw, corrections)
    return replace(base, points=points, is_right=right)


def _by_key(
    placed: PaperItem,
    mark: Mark,
    raw: Mapping[str, object] | None,
    corrections: Sequence[Correction],
) -> tuple[Points, bool]:
    """Return points and rightness by the last key and whatever else is accepted.

    Without another key the mark as it stands is where accepting more starts: it never takes away.
    """
    item = _with_last_key(placed.item, corrections)
    answer = parse_response(item, raw if raw is not None else {})
    points, right = mark.points, mark.is_right
    if any(one.kind is CorrectionKind.CHANGE_KEY for one in corrections):
        points, right = score(item, answer, placed.points), is_right(item, answer)
    lifted = answer
    for one in corrections:
        if one.kind is CorrectionKind.ACCEPT_ALSO:
            lifted = lift(item, one.key, lifted)
    if lifted != answer:
        points = max(points, score(item, lifted, placed.points))
        right = right or is_right(item, lifted)
    return points, right


class Flip(StrEnum):
    """What happens to the decision."""

    NONE = "none"
    TO_PASS = "to_pass"  # noqa: S105 - a result, not a password
    TO_FAIL = "to_fail"


@dataclass(frozen=True, slots=True)
class Figures:
    """What an attempt comes to."""

    points: Points
    max_points: Points
    percent: Percent
    passed: bool

    @classmethod
    def of_grade(cls, grade: Grade) -> Self:
        """Return the figures of a grade."""
        return cls(grade.points, grade.max_points, grade.percent, grade.passed)

    @classmethod
    def of_stored(cls, points: Points, max_points: Points, *, passed: bool) -> Self:
        """Return the figures of an attempt as its row has them."""
        return cls(points, max_points, as_percent(points, max_points), passed)

    def as_json(self) -> dict[str, object]:
        """Return them as they are kept; exact numbers as text."""
        return {
            "points": str(self.points),
            "max_points": str(self.max_points),
            "percent": str(self.percent),
            "passed": self.passed,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, object]) -> Self:
        """Read them back."""
        return cls(
            as_points(str(row["points"])),
            as_points(str(row["max_points"])),
            Percent(as_points(str(row["percent"]))),
            bool(row["passed"]),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What an attempt comes to before and after."""

    before: Figures
    after: Figures

    @property
    def flip(self) -> Flip:
        """Whether the decision turns."""
        if self.before.passed == self.after.passed:
            return Flip.NONE
        return Flip.TO_PASS if self.after.passed else Flip.TO_FAIL

    @property
    def direction(self) -> int:
        """1 when the share of the points rises, -1 when it falls, 0 when it stays."""
        before = self.before.points * self.after.max_points
        after = self.after.points * self.before.max_points
        return (after > before) - (after < before)


def item_of(body: Mapping[str, object], corrections: Iterable[Correction] = ()) -> Item:
    """Return the item of a version with its corrections."""
    return corrected_item(item_from_json(body), list(corrections))
