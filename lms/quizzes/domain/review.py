"""What a candidate is shown after an attempt, and when: a matrix of parts and moments."""

import datetime as dt
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

RIGHT_AFTER_MINUTES = 30
"""How long the first look at a result lasts, from the end of the own attempt."""


class Part(StrEnum):
    """What may be shown beside the total and the decision, which are always shown once they are known."""

    RESPONSES = "responses"
    """The own answers."""

    POINTS = "points"
    """Points of each item, and with them whether it was right."""

    KEYS = "keys"
    """The right answers."""

    EXPLANATIONS = "explanations"
    """Why: of each item and of each of its options."""

    COMPARISON = "comparison"
    """The own percent beside those of the others in the sitting."""


class Moment(StrEnum):
    """When a part may be shown. Each is a stretch of time; a part is shown in all that are chosen for it."""

    RIGHT_AFTER = "right_after"
    """For ``RIGHT_AFTER_MINUTES`` from the end of the own attempt."""

    WHILE_OPEN = "while_open"
    """From the end of the own attempt until the sitting is over."""

    AFTER_CLOSE = "after_close"
    """Once the sitting is over for everybody."""

    AFTER_RELEASE = "after_release"
    """Once a trainer has released the results by hand."""


_LETTERS = {
    Moment.RIGHT_AFTER: "n",
    Moment.WHILE_OPEN: "o",
    Moment.AFTER_CLOSE: "c",
    Moment.AFTER_RELEASE: "r",
}
_MOMENTS = {letter: moment for moment, letter in _LETTERS.items()}
_PREFIX = "matrix:"
STORED_AT_MOST = 120
"""Characters of a stored matrix."""

_NO_END = dt.datetime.max.replace(tzinfo=dt.UTC)

ALWAYS = frozenset({Moment.RIGHT_AFTER, Moment.WHILE_OPEN, Moment.AFTER_CLOSE})
"""At once and for ever."""

_NEVER: frozenset[Moment] = frozenset()


@dataclass(frozen=True, slots=True)
class ReviewMatrix:
    """What is shown when: for each part the moments at which it is."""

    responses: frozenset[Moment] = _NEVER
    points: frozenset[Moment] = _NEVER
    keys: frozenset[Moment] = _NEVER
    explanations: frozenset[Moment] = _NEVER
    comparison: frozenset[Moment] = _NEVER

    def moments(self, part: Part) -> frozenset[Moment]:
        """Return when ``part`` is shown."""
        found: frozenset[Moment] = getattr(self, part.value)
        return found

    @property
    def turns_at_close(self) -> bool:
        """Whether anything is shown or hidden because the sitting is over."""
        both = {Moment.WHILE_OPEN, Moment.AFTER_CLOSE}
        return any(len(self.moments(part) & both) == 1 for part in Part)

    @property
    def has_first_look(self) -> bool:
        """Whether anything is hidden because the first look is over."""
        return any(
            Moment.RIGHT_AFTER in self.moments(part) and not self.moments(part) >= ALWAYS
            for part in Part
        )

    @property
    def waits_for_release(self) -> bool:
        """Whether anything is shown by a trainer's hand only."""
        return any(Moment.AFTER_RELEASE in self.moments(part) for part in Part)


class ReviewRule(StrEnum):
    """Usual matrices by name, as quiz files name them."""

    RESULT = "result"
    """Points, percent and decision, nothing beyond."""

    RESPONSES = "responses"
    """Each item with the candidate's own answer and whether it was right, but no key."""

    EVERYTHING = "everything"
    """Own answers, keys and explanations, at once."""

    EVERYTHING_AFTER_CLOSE = "everything_after_close"
    """The same once the sitting is over; own answers and points until then."""


PRESETS: Mapping[ReviewRule, ReviewMatrix] = MappingProxyType(
    {
        ReviewRule.RESULT: ReviewMatrix(),
        ReviewRule.RESPONSES: ReviewMatrix(responses=ALWAYS, points=ALWAYS),
        ReviewRule.EVERYTHING: ReviewMatrix(
            responses=ALWAYS, points=ALWAYS, keys=ALWAYS, explanations=ALWAYS
        ),
        ReviewRule.EVERYTHING_AFTER_CLOSE: ReviewMatrix(
            responses=ALWAYS,
            points=ALWAYS,
            keys=frozenset({Moment.AFTER_CLOSE}),
            explanations=frozenset({Moment.AFTER_CLOSE}),
        ),
    }
)


def matrix_as_stored(matrix: ReviewMatrix) -> str:
    """Return what is stored: the name of a usual matrix, else its parts with a letter for each moment."""
    for rule, preset in PRESETS.items():
        if preset == matrix:
            return rule.value
    said = [
        f"{part.value}={''.join(_LETTERS[one] for one in Moment if one in matrix.moments(part))}"
        for part in Part
        if matrix.moments(part)
    ]
    return _PREFIX + ",".join(said)


def matrix_from_stored(stored: str) -> ReviewMatrix:
    """Read a matrix back, by the name of a usual one or part by part.

    Raises:
        ValueError: It is neither.
    """
    if stored in set(ReviewRule):
        return PRESETS[ReviewRule(stored)]
    if not stored.startswith(_PREFIX):
        raise ValueError(f"no review rule: {stored!r}")
    said: dict[str, frozenset[Moment]] = {}
    for one in stored.removeprefix(_PREFIX).split(","):
        part, _, letters = one.partition("=")
        if part not in set(Part) or part in said or not set(letters) <= set(_MOMENTS):
            raise ValueError(f"no review rule: {stored!r}")
        said[part] = frozenset(_MOMENTS[letter] for letter in letters)
    return ReviewMatrix(**said)


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown at one moment.

    Attributes:
        responses: The own answers.
        points: Points of each item, and whether it was right.
        keys: The right answers.
        explanations: Why.
        comparison: The own percent beside those of the others.
        opens_at: For parts hidden now: when they will be shown, where that is known.
        ends_at: For parts shown now: when they will be hidden again, where they will.
        waits_for_release: Parts hidden now that a trainer will show by hand.
    """

    responses: bool = False
    points: bool = False
    keys: bool = False
    explanations: bool = False
    comparison: bool = False
    opens_at: Mapping[Part, dt.datetime] = field(default_factory=dict)
    ends_at: Mapping[Part, dt.datetime] = field(default_factory=dict)
    waits_for_release: Set[Part] = frozenset()

    @property
    def any_item(self) -> bool:
        """Whether anything is shown item by item."""
        return self.responses or self.points or self.keys or self.explanations


NOTHING_SHOWN = Shown()
EVERYTHING_SHOWN = Shown(responses=True, points=True, keys=True, explanations=True, comparison=True)
"""What staff see."""


def what_is_shown(
    matrix: ReviewMatrix,
    *,
    ended_at: dt.datetime,
    closes_at: dt.datetime,
    released_at: dt.datetime | None,
    now: dt.datetime,
) -> Shown:
    """Say what ``matrix`` shows of an ended attempt at ``now``.

    Args:
        matrix: The rule of the sitting.
        ended_at: When the attempt ended.
        closes_at: When the sitting is over for everybody who takes it.
        released_at: When the results were released by hand; None while they are not.
        now: The instant asked about; before ``ended_at``, by a server clock set back, it counts as that.
    """
    now = max(now, ended_at)
    first_look_ends = ended_at + dt.timedelta(minutes=RIGHT_AFTER_MINUTES)
    stretches: dict[Moment, tuple[dt.datetime | None, dt.datetime | None]] = {
        Moment.RIGHT_AFTER: (ended_at, first_look_ends),
        Moment.WHILE_OPEN: (ended_at, closes_at),
        Moment.AFTER_CLOSE: (closes_at, None),
        Moment.AFTER_RELEASE: (released_at, None),
    }
    shown: dict[str, bool] = {}
    opens_at: dict[Part, dt.datetime] = {}
    ends_at: dict[Part, dt.datetime] = {}
    for part in Part:
        known = [
            (start, end)
            for start, end in (stretches[one] for one in matrix.moments(part))
            if start is not None
        ]
        shown[part.value] = any(start <= now < (end or _NO_END) for start, end in known)
        if shown[part.value]:
            end = _end_of(known, now)
            if end is not None:
                ends_at[part] = end
        elif any(start > now for start, _ in known):
            opens_at[part] = min(start for start, _ in known if start > now)
    waiting = {
        part
        for part in Part
        if not shown[part.value] and Moment.AFTER_RELEASE in matrix.moments(part)
    }
    return Shown(
        **shown,
        opens_at=opens_at,
        ends_at=ends_at,
        waits_for_release=frozenset(waiting),
    )


def _end_of(
    stretches: Sequence[tuple[dt.datetime, dt.datetime | None]], now: dt.datetime
) -> dt.datetime | None:
    """Return until when something shown ``now`` is shown without a break; None for ever."""
    here = now
    for start, end in sorted(stretches, key=lambda one: one[0]):
        if start > here:
            break
        if end is None:
            return None
        here = max(here, end)
    return here
