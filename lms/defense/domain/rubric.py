"""The rubric: four criteria with anchored levels, their weights and minima, and the cut score.

``programme.defense`` gives the numbers, ``anchors`` the words; a defense keeps both as JSON from its
booking on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from lms.defense.domain.anchors import CRITERIA, CriterionText

LEVELS = (1, 2, 3, 4, 5)
"""Levels of every criterion; 3 is what the post needs."""

TOP_LEVEL = LEVELS[-1]

EVIDENCE_LEVELS = frozenset({1, 2, 5})
"""Levels so far from the middle that a rater must name a dated fact for them."""

SPREAD_LIMIT = 2
"""Raters this many levels apart on one criterion have seen different things and must talk."""

RUBRIC_VERSION = 1


@dataclass(frozen=True, slots=True)
class Anchor:
    """What one level looks like."""

    level: int
    text: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of a rubric.

    Attributes:
        weight: Share of the total in percent, 1 to 99; the weights of a rubric add up to 100.
        minimum_level: The mean level of the panel must reach this, 1 to 5; no other criterion makes up for it.
        anchors: One for each level, ascending.
    """

    key: str
    name: str
    name_en: str
    scope: str
    scope_en: str
    look_at: str
    look_at_en: str
    weight: int
    minimum_level: int
    anchors: tuple[Anchor, ...]

    def anchor(self, level: int) -> Anchor:
        """Return the anchor of ``level`` (1 to 5)."""
        return self.anchors[level - 1]


@dataclass(frozen=True, slots=True)
class Rubric:
    """What a panel rates against.

    Attributes:
        criteria: In the order in which they are asked.
        cut_percent: The weighted total must reach this, 0 to 100.
    """

    criteria: tuple[Criterion, ...]
    cut_percent: Decimal

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the criteria in order."""
        return tuple(criterion.key for criterion in self.criteria)

    @property
    def weights(self) -> dict[str, int]:
        """Weight in percent by criterion."""
        return {criterion.key: criterion.weight for criterion in self.criteria}

    def criterion(self, key: str) -> Criterion:
        """Return one criterion.

        Raises:
            KeyError: There is none of this key.
        """
        for criterion in self.criteria:
            if criterion.key == key:
                return criterion
        raise KeyError(key)


def rubric_from_settings(settings: Mapping[str, object]) -> Rubric:
    """Build the rubric of a programme.

    Args:
        settings: ``programme.defense``: ``weights`` and ``minimum_level`` by criterion, ``cut_percent``.

    Raises:
        ValueError: A number is missing or out of its range, a criterion is unknown, or the weights do not add
            up to 100.
    """
    keys = {text.key for text in CRITERIA}
    weights = _numbers(settings, "weights", keys, 1, 99)
    minima = _numbers(settings, "minimum_level", keys, LEVELS[0], TOP_LEVEL)
    if sum(weights.values()) != 100:
        raise ValueError(f"weights add up to {sum(weights.values())}, not to 100")
    return Rubric(
        criteria=tuple(_criterion(text, weights[text.key], minima[text.key]) for text in CRITERIA),
        cut_percent=_percent(settings.get("cut_percent")),
    )


def rubric_as_json(rubric: Rubric) -> dict[str, object]:
    """Return ``rubric`` with all its words, as a defense keeps it."""
    return {
        "version": RUBRIC_VERSION,
        "cut_percent": str(rubric.cut_percent),
        "criteria": [
            {
                "key": one.key,
                "name": one.name,
                "name_en": one.name_en,
                "scope": one.scope,
                "scope_en": one.scope_en,
                "look_at": one.look_at,
                "look_at_en": one.look_at_en,
                "weight": one.weight,
                "minimum_level": one.minimum_level,
                "anchors": [
                    {"level": a.level, "text": a.text, "text_en": a.text_en} for a in one.anchors
                ],
            }
            for one in rubric.criteria
        ],
    }


def rubric_from_json(stored: Mapping[str, object]) -> Rubric:
    """Read back what ``rubric_as_json`` wrote.

    Raises:
        ValueError: ``stored`` is of another version or not of that shape.
    """
    if stored.get("version") != RUBRIC_VERSION:
        raise ValueError(f"rubric of version {stored.get('version')}")
    return Rubric(
        criteria=tuple(_stored_criterion(_mapping(one)) for one in _list(stored.get("criteria"))),
        cut_percent=_percent(stored.get("cut_percent")),
    )


def _criterion(text: CriterionText, weight: int, minimum_level: int) -> Criterion:
    return Criterion(
        key=text.key,
        name=text.name.zh,
        name_en=text.name.en,
        scope=text.scope.zh,
        scope_en=text.scope.en,
        look_at=text.look_at.zh,
        look_at_en=text.look_at.en,
        weight=weight,
        minimum_level=minimum_level,
        anchors=tuple(
            Anchor(level, anchor.zh, anchor.en)
            for level, anchor in zip(LEVELS, text.anchors, strict=True)
        ),
    )


def _stored_criterion(stored: Mapping[str, object]) -> Criterion:
    anchors = [_mapping(anchor) for anchor in _list(stored.get("anchors"))]
    return Criterion(
        key=str(stored["key"]),
        name=str(stored["name"]),
        name_en=str(stored["name_en"]),
        scope=str(stored["scope"]),
        scope_en=str(stored["scope_en"]),
        look_at=str(stored["look_at"]),
        look_at_en=str(stored["look_at_en"]),
        weight=_integer(stored["weight"], 1, 99),
        minimum_level=_integer(stored["minimum_level"], LEVELS[0], TOP_LEVEL),
        anchors=tuple(
            Anchor(
                _integer(one["level"], LEVELS[0], TOP_LEVEL), str(one["text"]), str(one["text_en"])
            )
            for one in anchors
        ),
    )


def _numbers(
    settings: Mapping[str, object], name: str, keys: set[str], lowest: int, highest: int
) -> dict[str, int]:
    given = _mapping(settings.get(name))
    if set(given) != keys:
        raise ValueError(f"{name} must name exactly {', '.join(sorted(keys))}")
    return {key: _integer(value, lowest, highest) for key, value in given.items()}


def _integer(value: object, lowest: int, highest: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise ValueError(f"{value!r} is not a whole number from {lowest} to {highest}")
    return value


def _percent(value: object) -> Decimal:
    try:
        percent = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is not a percentage") from error
    if not Decimal(0) <= percent <= Decimal(100) or percent != percent.quantize(Decimal("0.01")):
        raise ValueError(f"{value!r} is not a percentage with at most two decimal places")
    return percent


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{value!r} is not a mapping")  # noqa: TRY004 - a malformed file, not a wrong call
    return value


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list")  # noqa: TRY004 - as above
    return value
