"""The verdict: what sealed ratings add up to, in exact arithmetic. It recommends; a person decides.

Levels are averaged per criterion, turned into percent of the highest level and weighted. Compensation has
limits: a criterion below its minimum fails whatever the total is, and a red line overrides all. A rater
without a basis is not a zero: the criterion is incomplete and there is no total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor

from lms.defense.domain.rubric import LEVELS, SPREAD_LIMIT, TOP_LEVEL, Criterion, Rubric
from lms.units import Percent

_HUNDRED = 100


class Recommendation(StrEnum):
    """What the ratings suggest to those who decide."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    DISCUSS = "discuss"


class ReasonCode(StrEnum):
    """Why a verdict is not a plain pass."""

    RED_LINE = "red_line"
    NO_BASIS = "no_basis"
    SPREAD = "spread"
    BELOW_MINIMUM = "below_minimum"
    BELOW_CUT = "below_cut"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; ``criterion`` is its key, or empty when the reason is about the whole."""

    code: ReasonCode
    criterion: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one rater judged.

    Attributes:
        levels: Level 1 to 5 by criterion; None when the rater had no basis to judge.
        red_line: Whether the rater saw a red line crossed.
    """

    levels: Mapping[str, int | None]
    red_line: bool = False


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """What the panel's levels on one criterion add up to.

    Attributes:
        mean: Exact mean of the levels given; None when nobody gave one.
        spread: Highest level minus lowest; None when nobody gave one.
        lowest: Lowest level given.
        highest: Highest level given.
        n: Number of raters who gave a level.
        no_basis: Number of raters who had no basis to judge.
        is_met: Whether the mean reaches the minimum level; None while the criterion is incomplete.
    """

    key: str
    mean: Fraction | None
    spread: int | None
    lowest: int | None
    highest: int | None
    n: int
    no_basis: int
    minimum_level: int
    is_met: bool | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What all ratings of a defense add up to.

    Attributes:
        weighted: Weighted percent of the highest level, rounded half up to 0.01; None while a criterion is
            incomplete.
        red_lines: Number of raters who saw a red line crossed.
        needs_discussion: Whether raters lie far apart or lacked a basis, so that talking comes first.
        reasons: Everything that speaks against a plain pass, in order of weight; empty for a pass.
    """

    criteria: tuple[CriterionResult, ...]
    weighted: Percent | None
    red_lines: int
    raters: int
    needs_discussion: bool
    recommendation: Recommendation
    reasons: tuple[Reason, ...]


def weighted_percent(percents: Mapping[str, Fraction], weights: Mapping[str, int]) -> Fraction:
    """Return the weighted mean of ``percents``, exactly.

    Args:
        percents: Percent by criterion, 0 to 100.
        weights: Weight by criterion, greater than zero, of the same criteria.

    Raises:
        ValueError: The criteria differ, or a weight is not greater than zero.
    """
    if set(percents) != set(weights) or not weights:
        raise ValueError("percents and weights must be of the same criteria")
    if min(weights.values()) <= 0:
        raise ValueError("weights must be greater than zero")
    total = sum(weights[key] * value for key, value in percents.items())
    return Fraction(total) / sum(weights.values())


def level_as_percent(level: Fraction | int) -> Fraction:
    """Return ``level`` (1 to 5, or a mean of such) in percent of the highest level."""
    return Fraction(level) * _HUNDRED / TOP_LEVEL


def round_half_up(value: Fraction) -> Decimal:
    """Round an exact, non-negative ``value`` half up to 0.01."""
    return Decimal(floor(value * _HUNDRED + Fraction(1, 2))).scaleb(-2)


def own_total(rubric: Rubric, levels: Mapping[str, int | None]) -> Percent | None:
    """Return the weighted percent of one rater's levels: what the verdict would be were they alone.

    None while a level is missing or the rater had no basis for one.
    """
    known = {key: level for key, level in levels.items() if level is not None}
    if set(known) != set(rubric.keys):
        return None
    percents = {key: level_as_percent(level) for key, level in known.items()}
    return Percent(round_half_up(weighted_percent(percents, rubric.weights)))


def judge(rubric: Rubric, judgements: Sequence[Judgement]) -> Outcome:
    """Work out what the ratings of the whole panel add up to.

    A red line makes the recommendation ``fail``. Otherwise a rater without a basis or a spread of two levels
    makes it ``discuss``; otherwise a total below the cut or a criterion below its minimum makes it ``fail``.
    All reasons found are listed, also those that did not decide.

    Args:
        rubric: What was rated against.
        judgements: One for each rater; order does not matter.

    Raises:
        ValueError: There is no judgement, one lacks a criterion or names another, or a level is not 1 to 5.
    """
    if not judgements:
        raise ValueError("no ratings")
    for judgement in judgements:
        _check(rubric, judgement)
    results = tuple(
        _result(one, [j.levels[one.key] for j in judgements]) for one in rubric.criteria
    )
    exact = _total(rubric, results)
    red_lines = sum(judgement.red_line for judgement in judgements)
    reasons = _reasons(rubric, results, exact, red_lines)
    codes = {reason.code for reason in reasons}
    return Outcome(
        criteria=results,
        weighted=None if exact is None else Percent(round_half_up(exact)),
        red_lines=red_lines,
        raters=len(judgements),
        needs_discussion=not codes.isdisjoint({ReasonCode.NO_BASIS, ReasonCode.SPREAD}),
        recommendation=_recommend(codes),
        reasons=reasons,
    )


def outcome_as_json(outcome: Outcome) -> dict[str, object]:
    """Return the figures of ``outcome`` as a verdict keeps them; exact numbers as text."""
    return {
        "raters": outcome.raters,
        "red_lines": outcome.red_lines,
        "needs_discussion": outcome.needs_discussion,
        "reasons": [{"code": r.code.value, "criterion": r.criterion} for r in outcome.reasons],
        "criteria": {
            one.key: {
                "mean": None if one.mean is None else str(round_half_up(one.mean)),
                "spread": one.spread,
                "lowest": one.lowest,
                "highest": one.highest,
                "n": one.n,
                "no_basis": one.no_basis,
                "minimum_level": one.minimum_level,
                "is_met": one.is_met,
            }
            for one in outcome.criteria
        },
    }


def _check(rubric: Rubric, judgement: Judgement) -> None:
    if set(judgement.levels) != set(rubric.keys):
        raise ValueError("a rating must have a level or None for each criterion")
    for level in judgement.levels.values():
        if level is not None and level not in LEVELS:
            raise ValueError(f"{level} is not a level")


def _result(criterion: Criterion, levels: Sequence[int | None]) -> CriterionResult:
    given = [level for level in levels if level is not None]
    mean = Fraction(sum(given), len(given)) if given else None
    is_complete = len(given) == len(levels)
    return CriterionResult(
        key=criterion.key,
        mean=mean,
        spread=max(given) - min(given) if given else None,
        lowest=min(given, default=None),
        highest=max(given, default=None),
        n=len(given),
        no_basis=len(levels) - len(given),
        minimum_level=criterion.minimum_level,
        is_met=mean >= criterion.minimum_level if mean is not None and is_complete else None,
    )


def _total(rubric: Rubric, results: Sequence[CriterionResult]) -> Fraction | None:
    means = {one.key: one.mean for one in results if one.mean is not None and not one.no_basis}
    if len(means) < len(results):
        return None
    percents = {key: level_as_percent(mean) for key, mean in means.items()}
    return weighted_percent(percents, rubric.weights)


def _reasons(
    rubric: Rubric, results: Sequence[CriterionResult], total: Fraction | None, red_lines: int
) -> tuple[Reason, ...]:
    found = [Reason(ReasonCode.RED_LINE)] if red_lines else []
    found += [Reason(ReasonCode.NO_BASIS, one.key) for one in results if one.no_basis]
    found += [
        Reason(ReasonCode.SPREAD, one.key)
        for one in results
        if one.spread is not None and one.spread >= SPREAD_LIMIT
    ]
    found += [Reason(ReasonCode.BELOW_MINIMUM, one.key) for one in results if one.is_met is False]
    if total is not None and total < Fraction(rubric.cut_percent):
        found.append(Reason(ReasonCode.BELOW_CUT))
    return tuple(found)


def _recommend(codes: set[ReasonCode]) -> Recommendation:
    if ReasonCode.RED_LINE in codes:
        return Recommendation.FAIL
    if not codes.isdisjoint({ReasonCode.NO_BASIS, ReasonCode.SPREAD}):
        return Recommendation.DISCUSS
    return Recommendation.FAIL if codes else Recommendation.PASS
