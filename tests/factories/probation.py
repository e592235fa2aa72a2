"""Builders of probation: conditions, signatures, files, drafts and decisions.

Like the builders of people these commit, so that requests see the rows.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from lms.curriculum.models import Enrolment, Programme
from lms.db import db
from lms.gradebook.models import GradeEntry
from lms.gradebook.services import record_result
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.probation.domain.conditions import text_sha256
from lms.probation.domain.contract import ContractDates, ContractKind
from lms.probation.domain.decision import (
    ConditionLine,
    ConditionState,
    Draft,
    Outcome,
    UnionNotice,
)
from lms.probation.models import ConditionsSignature, Decision, HiringConditions, ProbationFile
from lms.probation.queries import find_governing
from lms.probation.services import decide, enter_dates, publish_conditions, sign_conditions
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment
from tests.factories.defense import make_defense, make_ready_enrolment, rate_all
from tests.factories.people import make_person

START = dt.date(2026, 11, 2)
"""A Monday three weeks before ``NOON``: first day of contract and probation."""

LAST_DAY = dt.date(2026, 12, 31)
"""Last day of the probation by default: a Thursday, two months less a day from ``START``."""

ITEMS: tuple[dict[str, object], ...] = (
    {
        "key": "C1",
        "text": "全部模块测验通过。",
        "text_en": "All module quizzes are passed.",
        "source": "module_quiz",
        "threshold": "每个模块达到合格线",
    },
    {
        "key": "C2",
        "text": "转正答辩通过。",
        "text_en": "The probation defense is passed.",
        "source": "defense",
    },
    {
        "key": "C3",
        "text": "不触碰服务红线。",
        "text_en": "No red line is crossed.",
        "source": "conduct",
    },
)
TEXT = "本岗位试用期按以下条件考核。\n\n1. 全部模块测验通过。\n2. 转正答辩通过。\n3. 不触碰服务红线。\n"
TEXT_EN = "You are assessed by these.\n\n1. All module quizzes are passed.\n"
REASON = "流程模块测验三次未达 80 分，最高 72 分"


def make_conditions(
    programme: Programme,
    *,
    version: int = 1,
    title: str = "售前客服录用条件",
    title_en: str = "Hiring conditions",
    items: Sequence[Mapping[str, object]] = ITEMS,
    text: str = TEXT,
    text_en: str = TEXT_EN,
    now: dt.datetime = NOON - dt.timedelta(days=30),
) -> HiringConditions:
    """Return published hiring conditions."""
    conditions = publish_conditions(
        programme,
        version=version,
        title=title,
        title_en=title_en,
        items=items,
        text=text,
        text_en=text_en,
        now=now,
    )
    db.session.commit()
    return conditions


def make_signature(
    enrolment: Enrolment,
    conditions: HiringConditions | None = None,
    *,
    locale: str = "zh_Hans",
    now: dt.datetime = dt.datetime(2026, 11, 2, 2, 0, tzinfo=dt.UTC),
) -> ConditionsSignature:
    """Return the signature of an enrolment's person, by default on the first day under new conditions."""
    signature = sign_conditions(
        enrolment,
        conditions or make_conditions(enrolment.programme),
        typed_name=enrolment.person.name,
        locale=locale,
        actor_id=enrolment.person_id,
        now=now,
    )
    db.session.commit()
    return signature


def make_dates(
    *,
    kind: ContractKind = ContractKind.FIXED_TERM,
    starts_on: dt.date = START,
    ends_on: dt.date | None = dt.date(2027, 11, 1),
    probation_starts_on: dt.date | None = None,
    probation_ends_on: dt.date = LAST_DAY,
) -> ContractDates:
    """Return the dates of a one-year contract with a lawful probation."""
    return ContractDates(
        kind, starts_on, ends_on, probation_starts_on or starts_on, probation_ends_on
    )


def make_file(
    enrolment: Enrolment | None = None,
    *,
    ends_on: dt.date = LAST_DAY,
    starts_on: dt.date = START,
    entered_by: Person | None = None,
    now: dt.datetime = NOON - dt.timedelta(days=20),
) -> ProbationFile:
    """Return a probation file; the contract is open-ended, so that every ``ends_on`` is lawful."""
    hr = entered_by or make_person(RoleName.HR)
    file = enter_dates(
        enrolment or make_enrolment(starts_on=starts_on, now=now),
        make_dates(
            kind=ContractKind.OPEN_ENDED,
            starts_on=starts_on,
            ends_on=None,
            probation_ends_on=ends_on,
        ),
        actor_id=hr.id,
        now=now,
    )
    db.session.commit()
    return file


def make_case_ready(
    person: Person | None = None,
    *,
    ends_on: dt.date = LAST_DAY,
    signed: bool = True,
    verdict: bool = True,
) -> ProbationFile:
    """Return the file of somebody whose tests are passed; signed, and with a passing verdict, unless told not to."""
    enrolment = make_ready_enrolment(person)
    if signed:
        make_signature(enrolment)
    else:
        make_conditions(enrolment.programme)
    if verdict:
        rate_all(make_defense(enrolment))
    return make_file(enrolment, ends_on=ends_on)


def make_result(
    enrolment: Enrolment,
    *,
    key: str = "",
    points: str = "72",
    passed: bool = False,
    source: str = "attempt:1",
    now: dt.datetime = NOON,
) -> GradeEntry:
    """Return a ledger line of the enrolment's first module quiz, or of the quiz ``key``."""
    first = enrolment.programme.stages[0].modules[0]
    entry_id = record_result(
        enrolment_id=enrolment.id,
        kind="quiz",
        key=key or first.quiz_key,
        source=f"{enrolment.id}:{source}",
        points=Decimal(points),
        max_points=Decimal(100),
        cut_percent=Decimal(80),
        passed=passed,
        now=now,
    )
    db.session.commit()
    return db.session.get_one(GradeEntry, entry_id)


def make_draft(
    file: ProbationFile,
    outcome: Outcome = Outcome.REGULAR,
    *,
    evidence: tuple[str, ...] = (),
    reason: str = REASON,
    exception_reason: str = "",
) -> Draft:
    """Return a complete draft: everything met, or for a negative one the first condition not met."""
    lines = [
        ConditionLine(line.key, ConditionState.MET) for line in find_governing(file.enrolment).lines
    ]
    if outcome is Outcome.NOT_MET:
        lines[0] = ConditionLine(
            lines[0].condition,
            ConditionState.NOT_MET,
            reason,
            evidence,
            "" if evidence else "11 月 20 日试卷 3 号",
        )
    return Draft(
        outcome=outcome,
        lines=tuple(lines),
        exception_reason=exception_reason,
        union=UnionNotice.NO_UNION if outcome is Outcome.NOT_MET else None,
    )


def make_decision(
    file: ProbationFile | None = None,
    outcome: Outcome = Outcome.REGULAR,
    *,
    decider: Person | None = None,
    now: dt.datetime = NOON + dt.timedelta(days=1),
) -> Decision:
    """Return a recorded decision."""
    file = file or make_case_ready()
    decision = decide(
        file,
        make_draft(file, outcome),
        actor=decider or make_person(RoleName.HR),
        now=now,
    )
    db.session.commit()
    return decision


def sign_data(conditions: HiringConditions, name: str, **changes: str) -> dict[str, str]:
    """Return the fields of the page on which ``name`` signs the Chinese text."""
    return {
        "conditions_id": str(conditions.id),
        "shown_sha256": text_sha256(conditions.text),
        "typed_name": name,
        "agree": "y",
    } | changes


def decision_data(draft: Draft, step: str = "review") -> dict[str, object]:
    """Return ``draft`` as the fields of the page's form."""
    data: dict[str, object] = {
        "step": step,
        "outcome": draft.outcome.value if draft.outcome is not None else "",
        "union": draft.union.value if draft.union is not None else "",
        "exception_reason": draft.exception_reason,
        "summary": draft.summary,
    }
    for number, line in enumerate(draft.lines):
        data |= {
            f"lines-{number}-condition": line.condition,
            f"lines-{number}-state": line.state.value if line.state is not None else "",
            f"lines-{number}-reason": line.reason,
            f"lines-{number}-evidence": list(line.evidence),
            f"lines-{number}-evidence_note": line.evidence_note,
        }
    return data
