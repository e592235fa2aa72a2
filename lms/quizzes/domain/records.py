"""What in the answers of a sitting is worth a second look. It proves nothing and decides nothing."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from lms.quizzes.domain.item_results import ANSWERED

TIMES_AT_LEAST = 30
"""Times known of an item before one of them can be called unusual."""

MEDIAN_AT_LEAST = 10
"""Seconds. What most people answer faster than that can be known at a glance."""

FAST_ITEMS_AT_LEAST = 3
"""One fast answer is nothing: people read ahead."""

SHARED_AT_LEAST = 8
"""Items that both missed, before their answers are compared."""

ALIKE_AT_LEAST = 90
"""Percent of the items both missed that were missed in the same way."""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One place of an ended attempt.

    Attributes:
        attempt_id: The attempt.
        person_id: Whose it is.
        position: From 1.
        item_version_id: What was asked.
        is_right: Whether the answer was fully right.
        chosen: The answer as ``item_results.chosen_text`` makes it.
        seconds: How long it took; None when it is not known.
    """

    attempt_id: int
    person_id: int
    position: int
    item_version_id: int
    is_right: bool
    chosen: str
    seconds: int | None


@dataclass(frozen=True, slots=True)
class FastAnswers:
    """An attempt with unusually fast right answers: their positions, with own and usual seconds."""

    attempt_id: int
    positions: tuple[int, ...]
    seconds: tuple[int, ...]
    usual_seconds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Twins:
    """Two attempts of different people whose wrong answers are alike.

    Attributes:
        attempt_ids: The two, the lower first.
        shared: Items that both answered and both missed.
        alike: How many of these they missed with the very same answer.
    """

    attempt_ids: tuple[int, int]
    shared: int
    alike: int


def is_fast(seconds: int, median_seconds: int) -> bool:
    """Say whether an answer took a tenth of the usual time or less, or under two seconds.

    A tenth is the normative threshold NT10 of Wise, S. L. & Ma, L. (2012), Setting response time thresholds for a CAT
    item pool: the normative threshold method (NCME), here of the median, which one slow person does not move.
    """
    return median_seconds >= MEDIAN_AT_LEAST and seconds <= max(1, median_seconds // 10)


def find_fast(rows: Sequence[AnswerRow], medians: Mapping[int, int]) -> list[FastAnswers]:
    """Return attempts with at least ``FAST_ITEMS_AT_LEAST`` fast right answers, most of them first.

    Args:
        rows: The answers of a sitting.
        medians: Usual seconds by item version, for versions with at least ``TIMES_AT_LEAST`` times.
    """
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for row in rows:
        usual = medians.get(row.item_version_id)
        if usual is None or row.seconds is None or not row.is_right:
            continue
        if is_fast(row.seconds, usual):
            found[row.attempt_id].append((row.position, row.seconds, usual))
    fast = []
    for attempt_id, places in found.items():
        if len(places) >= FAST_ITEMS_AT_LEAST:
            positions, seconds, usual_seconds = zip(*sorted(places), strict=True)
            fast.append(FastAnswers(attempt_id, positions, seconds, usual_seconds))
    return sorted(fast, key=lambda one: (-len(one.positions), one.attempt_id))


def find_twins(rows: Sequence[AnswerRow]) -> list[Twins]:
    """Return pairs of attempts that missed the same items in the same way, the most alike first.

    Counted are exact errors in common (EEIC) among errors in common (EIC), the ratio of Harpp, D. N. & Hogan, J. J.
    (1993), Crime in the classroom: Detection and prevention of cheating on multiple-choice exams, Journal of Chemical
    Education 70(4), 306-311. They look at ratios from 0.75 on; here it takes ``ALIKE_AT_LEAST`` percent of at least
    ``SHARED_AT_LEAST`` items, because an item with one tempting option makes strangers alike. Answers without a short
    text (pairs, orders, gaps) cannot be compared and are left out, like omissions.
    """
    wrong: dict[int, dict[int, str]] = defaultdict(dict)
    person: dict[int, int] = {}
    for row in rows:
        person[row.attempt_id] = row.person_id
        if not row.is_right and row.chosen not in ("", ANSWERED):
            wrong[row.attempt_id][row.item_version_id] = row.chosen
    found = []
    for (one, other), alike in _count_alike(wrong).items():
        if alike < SHARED_AT_LEAST * ALIKE_AT_LEAST / 100 or person[one] == person[other]:
            continue
        shared = len(wrong[one].keys() & wrong[other].keys())
        if shared >= SHARED_AT_LEAST and alike * 100 >= ALIKE_AT_LEAST * shared:
            found.append(Twins((one, other), shared, alike))
    return sorted(found, key=lambda twins: (-twins.alike, twins.shared, twins.attempt_ids))


def _count_alike(wrong: Mapping[int, Mapping[int, str]]) -> Counter[tuple[int, int]]:
    """Count for each pair of attempts the items missed with the very same answer."""
    givers: dict[tuple[int, str], list[int]] = defaultdict(list)
    for attempt_id, answers in sorted(wrong.items()):
        if len(answers) >= SHARED_AT_LEAST:
            for answer in answers.items():
                givers[answer].append(attempt_id)
    return Counter(pair for attempts in givers.values() for pair in combinations(attempts, 2))
