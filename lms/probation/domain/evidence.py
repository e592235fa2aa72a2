"""Which records of the product speak for or against which condition."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from lms.probation.domain.conditions import Condition


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record with its artefact behind it: a paper with its answers, or a panel's verdict.

    Attributes:
        ref: Reference such as ``grade_entry:17``.
        source: What measured it: ``module_quiz``, ``stage_test`` or ``defense``.
        key: Key of the module or stage; empty for the defense.
        title: Title of the module or stage; empty for the defense.
        title_en: The same in English.
        percent: Result, 0 to 100; None when the panel reached no total.
        cut_percent: Cut score that applied; None for a verdict.
        passed: Whether it was a pass; None when the panel asked for a discussion.
        at: When it was recorded.
    """

    ref: str
    source: str
    key: str
    title: str
    title_en: str
    percent: Decimal | None
    cut_percent: Decimal | None
    passed: bool | None
    at: dt.datetime


def evidence_as_json(one: Evidence) -> dict[str, object]:
    """Return ``one`` as a decision keeps it: exact numbers and instants as text."""
    return {
        "ref": one.ref,
        "source": one.source,
        "key": one.key,
        "title": one.title,
        "title_en": one.title_en,
        "percent": None if one.percent is None else str(one.percent),
        "cut_percent": None if one.cut_percent is None else str(one.cut_percent),
        "passed": one.passed,
        "at": one.at.isoformat(),
    }


def read_evidence(kept: Mapping[str, object]) -> Evidence:
    """Read what ``evidence_as_json`` wrote."""
    percent, cut_percent, passed = kept["percent"], kept["cut_percent"], kept["passed"]
    return Evidence(
        ref=str(kept["ref"]),
        source=str(kept["source"]),
        key=str(kept["key"]),
        title=str(kept["title"]),
        title_en=str(kept["title_en"]),
        percent=None if percent is None else Decimal(str(percent)),
        cut_percent=None if cut_percent is None else Decimal(str(cut_percent)),
        passed=None if passed is None else bool(passed),
        at=dt.datetime.fromisoformat(str(kept["at"])),
    )


def evidence_for(condition: Condition, records: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return the records that measure ``condition``, in the order given.

    A condition that names no source may be supported by any record; one that names a source the product does not
    measure (a KPI, conduct) by none: its material is named by hand.
    """
    return tuple(
        record
        for record in records
        if condition.source in {"", record.source}
        and (not condition.keys or record.key in condition.keys)
    )
