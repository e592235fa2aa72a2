"""What the statistics of an item call for, most urgent first: codes and facts, no sentences.

An alert prepares, a person decides. The thresholds are rules of thumb of the field; the rule for a wrong key
asks for evidence beyond chance, because a false alarm costs an author's trust.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from math import comb

from lms.psychometrics.items import Third
from lms.quizzes.domain.item_statistics import INDEX_AT_LEAST, ItemFigures, OptionFigures

Fact = int | str | Decimal

CHANCE = Decimal("0.05")
"""A preference this unlikely among people who toss a coin is evidence."""

EXACT_TOSSES = 200

NEGATIVE_Z = -2.326
"""Fisher's z of a discrimination below 0 beyond chance, one-sided at 1 %."""

WEAK = Decimal("0.15")
WEAK_AT_LEAST = 100
UNUSED_AT_LEAST = 100
HARD = Decimal("0.2")
EASY = Decimal("0.95")
OMITTED = Decimal("0.1")
SMALL_OMITTED = Decimal("0.25")
SMALL_OMITTED_AT_LEAST = 3


class AlertCode(IntEnum):
    """What is the matter; the lower, the more urgent."""

    KEY_SUSPECT = 1
    """A distractor is preferred to the key by those who know more, or knowing more hurts."""
    WEAK = 2
    """Right and wrong answers hardly tell good from weak candidates."""
    DISTRACTOR_UNUSED = 3
    """Nobody chose some of the distractors."""
    TOO_HARD = 4
    """Fewer are right than a guess would give, or than a fifth."""
    TOO_EASY = 5
    """Nearly everybody is right."""
    OMITTED = 6
    """Many left it out."""
    FEW_ANSWERS = 7
    """Too few people for an index."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One finding.

    Attributes:
        code: What is the matter.
        strength: The greater, the stronger the evidence, among alerts of one code.
        facts: Counts for the sentence that a page makes of it. ``KEY_SUSPECT``: ``why`` (``preferred``,
            ``majority``, ``chosen``, ``avoided`` or ``negative``), ``n``, ``option``, ``count``, ``keyed``, ``top``,
            ``top_n``, ``top_keyed``.
    """

    code: AlertCode
    strength: float
    facts: Mapping[str, Fact]

    @property
    def urgency(self) -> tuple[int, float]:
        """Sort by this: the most urgent has the least."""
        return (self.code.value, -self.strength)


def find_alerts(figures: ItemFigures) -> tuple[Alert, ...]:
    """Return what the figures of an item version call for, most urgent first; nothing while nobody answered."""
    if figures.n == 0:
        return ()
    found = [*_key_suspect(figures), *_omitted(figures)]
    if figures.has_indices:
        found += [*_weak(figures), *_unused(figures), *_too_hard(figures), *_too_easy(figures)]
    else:
        found.append(
            Alert(AlertCode.FEW_ANSWERS, float(INDEX_AT_LEAST - figures.n), {"n": figures.n})
        )
    return tuple(sorted(found, key=lambda alert: alert.urgency))


def coin_tail(heads: int, tosses: int) -> Decimal:
    """Return the chance of at least ``heads`` in ``tosses`` of a fair coin: the sign test, exact.

    Source: Conover 1999, 3.4. Above ``EXACT_TOSSES`` by the normal curve with continuity correction.

    Args:
        heads: At least 0, at most ``tosses``.
        tosses: At least 0.
    """
    if tosses > EXACT_TOSSES:
        z = (heads - 0.5 - tosses / 2) / math.sqrt(tosses / 4)
        return Decimal(repr(math.erfc(z / math.sqrt(2)) / 2))
    ways = 0
    term = comb(tosses, heads)
    for one in range(heads, tosses + 1):
        ways += term
        term = term * (tosses - one) // (one + 1)
    return Decimal(ways) / Decimal(2**tosses)


def _key_suspect(figures: ItemFigures) -> Iterable[Alert]:
    """Yield the strongest evidence against the key, if there is any."""
    suspects = [*_against_single(figures), *_negative(figures)]
    if figures.takes_many:
        suspects = [*_against_many(figures), *_negative(figures)]
    return sorted(suspects, key=lambda alert: alert.urgency)[:1]


def _against_single(figures: ItemFigures) -> Iterable[Alert]:
    """Yield each distractor that is preferred to the key, and not by those who know less.

    All or the top third prefer it beyond chance, and more of the top third choose it than the key. That alone could
    be a common error; but people who err do worse elsewhere, and these do not (``_is_no_error``).
    """
    keys = [option for option in figures.options if option.is_key]
    if len(keys) != 1:
        return
    key = keys[0]
    for option in figures.options:
        if option.is_key:
            continue
        # In a small class so many may share a score that nobody is in the top third.
        best = Third.TOP if figures.thirds[Third.TOP] else Third.MIDDLE
        why = "preferred" if best is Third.TOP else "majority"
        top, top_keyed = option.by_third[best], key.by_third[best]
        if top > top_keyed and _is_preferred(option, key) and _is_no_error(option, key):
            yield _suspect(figures, option, why, option.count, key.count, top, top_keyed)


def _is_preferred(option: OptionFigures, key: OptionFigures) -> bool:
    top, top_keyed = option.by_third[Third.TOP], key.by_third[Third.TOP]
    return (
        coin_tail(option.count, option.count + key.count) <= CHANCE
        or coin_tail(top, top + top_keyed) <= CHANCE
    )


def _is_no_error(option: OptionFigures, key: OptionFigures) -> bool:
    """Say whether those who chose ``option`` did at least as well elsewhere as the key's, or as all others.

    Either is enough: the key's may be too few to compare with, and the others hold the key's.
    """
    mean = option.mean_rest
    return mean is not None and any(
        other is None or mean >= other for other in (key.mean_rest, option.mean_rest_others)
    )


def _against_many(figures: ItemFigures) -> Iterable[Alert]:
    """Yield each option that most mark against the key, and those who do did no worse elsewhere."""
    answered = figures.n - figures.omitted
    top_answered = figures.thirds[Third.TOP] - figures.omission.by_third[Third.TOP]
    for option in figures.options:
        marked, top = option.count, option.by_third[Third.TOP]
        against, top_against = marked, top
        theirs, others = option.mean_rest, option.mean_rest_others
        if option.is_key:
            against, top_against = answered - marked, top_answered - top
            theirs, others = others, theirs
        is_beyond_chance = (
            coin_tail(against, answered) <= CHANCE or coin_tail(top_against, top_answered) <= CHANCE
        )
        if (
            is_beyond_chance
            and 2 * top_against > top_answered
            and theirs is not None
            and (others is None or theirs >= others)
        ):
            why = "avoided" if option.is_key else "chosen"
            yield _suspect(
                figures,
                option,
                why,
                against,
                answered - against,
                top_against,
                top_answered - top_against,
            )


def _suspect(
    figures: ItemFigures,
    option: OptionFigures,
    why: str,
    count: int,
    keyed: int,
    top: int,
    top_keyed: int,
) -> Alert:
    return Alert(
        AlertCode.KEY_SUSPECT,
        (count - keyed) / math.sqrt(max(count + keyed, 1)),
        {
            "why": why,
            "n": figures.n,
            "option": option.id,
            "count": count,
            "keyed": keyed,
            "top": top,
            "top_keyed": top_keyed,
            "top_n": figures.thirds[Third.TOP],
        },
    )


def _negative(figures: ItemFigures) -> Iterable[Alert]:
    """Yield a discrimination below 0 beyond chance (Fisher 1921: atanh r has the error 1/sqrt(n - 3))."""
    r = figures.discrimination
    if r is None:
        return
    z = math.atanh(max(float(r), -0.999999)) * math.sqrt(figures.n - 3) if r < 0 else 0.0
    if z <= NEGATIVE_Z:
        # Weaker evidence than a preferred distractor, which also says what the key may be.
        yield Alert(
            AlertCode.KEY_SUSPECT, 0.0, {"why": "negative", "n": figures.n, "discrimination": r}
        )


def _weak(figures: ItemFigures) -> Iterable[Alert]:
    r = figures.discrimination
    if r is not None and r < WEAK and figures.n >= WEAK_AT_LEAST:
        yield Alert(AlertCode.WEAK, float(-r), {"n": figures.n, "discrimination": r})


def _unused(figures: ItemFigures) -> Iterable[Alert]:
    """Yield the distractors that nobody chose, once there were wrong answers enough for each to be chosen."""
    distractors = [option for option in figures.options if not option.is_key]
    unused = [option.id for option in distractors if option.count == 0]
    if not unused:
        return
    wrong = sum(option.count for option in distractors)
    by_chance = (1 - Decimal(1) / len(distractors)) ** wrong if wrong else Decimal(1)
    if by_chance <= CHANCE or figures.n >= UNUSED_AT_LEAST:
        facts: dict[str, Fact] = {"n": figures.n, "options": ",".join(unused), "count": len(unused)}
        yield Alert(AlertCode.DISTRACTOR_UNUSED, float(len(unused)), facts)


def _too_hard(figures: ItemFigures) -> Iterable[Alert]:
    p = figures.difficulty
    if p is not None and p < _floor(figures):
        yield Alert(
            AlertCode.TOO_HARD,
            float(1 - p),
            {"n": figures.n, "right": figures.right, "difficulty": p},
        )


def _floor(figures: ItemFigures) -> Decimal:
    """Return the p below which an item is too hard: a fifth, or what guessing gives."""
    if figures.takes_many or not figures.options:
        return HARD
    return max(HARD, Decimal(1) / len(figures.options))


def _too_easy(figures: ItemFigures) -> Iterable[Alert]:
    p = figures.difficulty
    if p is not None and p > EASY:
        yield Alert(
            AlertCode.TOO_EASY, float(p), {"n": figures.n, "right": figures.right, "difficulty": p}
        )


def _omitted(figures: ItemFigures) -> Iterable[Alert]:
    share = Decimal(figures.omitted) / figures.n
    small = figures.omitted >= SMALL_OMITTED_AT_LEAST and share >= SMALL_OMITTED
    if small or (figures.has_indices and share >= OMITTED):
        yield Alert(AlertCode.OMITTED, float(share), {"n": figures.n, "omitted": figures.omitted})
