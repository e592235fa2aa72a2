"""A rater's sheet: what must be on it before it can be sealed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.defense.domain.rubric import EVIDENCE_LEVELS, LEVELS, Rubric

TEXT_LIMIT = 500
"""Characters of a comment, an evidence line or a note: two sentences, not an essay."""


class Gap(StrEnum):
    """What a sheet lacks."""

    LEVEL = "level"
    COMMENT = "comment"
    EVIDENCE = "evidence"
    EVIDENCE_DATE = "evidence_date"
    EVIDENCE_IN_FUTURE = "evidence_in_future"
    STRENGTHS = "strengths"
    RED_LINE_NOTE = "red_line_note"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Finding:
    """One gap; ``criterion`` is its key, or empty; ``part`` names the line of the sheet."""

    gap: Gap
    part: str
    criterion: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One criterion on a sheet.

    Attributes:
        level: 1 to 5; None when there is no basis to judge.
        is_answered: False until a level, or "no basis", was chosen.
        comment: Why.
        evidence: One line of fact; demanded for levels 1, 2 and 5.
        evidence_on: The day it happened.
    """

    level: int | None
    is_answered: bool = True
    comment: str = ""
    evidence: str = ""
    evidence_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything one rater hands in.

    Attributes:
        strengths: At least one thing done well; asked first.
        entries: By criterion.
        red_line: Whether a red line was crossed; then ``red_line_note`` says which.
    """

    strengths: str
    entries: Mapping[str, Entry]
    red_line: bool = False
    red_line_note: str = ""

    @property
    def levels(self) -> dict[str, int | None]:
        """Levels by criterion, only of those answered."""
        return {key: entry.level for key, entry in self.entries.items() if entry.is_answered}


def find_gaps(sheet: Sheet, rubric: Rubric, *, today: dt.date) -> tuple[Finding, ...]:
    """Return what must be mended before ``sheet`` can be sealed, in the order of the page.

    Args:
        sheet: As filled in.
        rubric: What is rated against.
        today: The local date; evidence cannot be dated after it.
    """
    found = list(_text_gaps("strengths", sheet.strengths, Gap.STRENGTHS))
    for key in rubric.keys:
        entry = sheet.entries.get(key, Entry(level=None, is_answered=False))
        found += [Finding(gap, part, key) for gap, part in _entry_gaps(entry, today)]
    if sheet.red_line:
        found += _text_gaps("red_line_note", sheet.red_line_note, Gap.RED_LINE_NOTE)
    return tuple(found)


def needs_evidence(level: int | None) -> bool:
    """Say whether ``level`` needs a dated line of evidence."""
    return level in EVIDENCE_LEVELS


def entries_as_json(sheet: Sheet) -> dict[str, object]:
    """Return the entries of a complete sheet as a rating keeps them."""
    return {
        key: {
            "level": entry.level,
            "comment": entry.comment,
            "evidence": entry.evidence,
            "evidence_on": entry.evidence_on.isoformat() if entry.evidence_on else None,
        }
        for key, entry in sheet.entries.items()
    }


def _text_gaps(part: str, text: str, missing: Gap) -> list[Finding]:
    if not text.strip():
        return [Finding(missing, part)]
    return [Finding(Gap.TOO_LONG, part)] if len(text) > TEXT_LIMIT else []


def _entry_gaps(entry: Entry, today: dt.date) -> Sequence[tuple[Gap, str]]:
    gaps: list[tuple[Gap, str]] = []
    if not entry.is_answered or (entry.level is not None and entry.level not in LEVELS):
        gaps.append((Gap.LEVEL, "level"))
    if not entry.comment.strip():
        gaps.append((Gap.COMMENT, "comment"))
    if needs_evidence(entry.level):
        if entry.evidence_on is None:
            gaps.append((Gap.EVIDENCE_DATE, "evidence_on"))
        if not entry.evidence.strip():
            gaps.append((Gap.EVIDENCE, "evidence"))
    if entry.evidence_on is not None and entry.evidence_on > today:
        gaps.append((Gap.EVIDENCE_IN_FUTURE, "evidence_on"))
    gaps += [
        (Gap.TOO_LONG, part)
        for part, text in (("comment", entry.comment), ("evidence", entry.evidence))
        if len(text) > TEXT_LIMIT
    ]
    return gaps
