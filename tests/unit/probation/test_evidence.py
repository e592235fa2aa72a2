"""Which records speak for or against which condition."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from lms.probation.domain.conditions import Condition
from lms.probation.domain.evidence import Evidence, evidence_as_json, evidence_for, read_evidence

LAW = Evidence(
    ref="grade_entry:1",
    source="module_quiz",
    key="law",
    title="法律",
    title_en="Law",
    percent=Decimal("72.50"),
    cut_percent=Decimal("80.00"),
    passed=False,
    at=dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC),
)
SKILLS = replace(LAW, ref="grade_entry:2", key="skills", passed=True)
STAGE = replace(LAW, ref="grade_entry:3", source="stage_test", key="first")
VERDICT = replace(
    LAW, ref="verdict:4", source="defense", key="", percent=None, cut_percent=None, passed=None
)
ALL = (LAW, SKILLS, STAGE, VERDICT)


@pytest.mark.parametrize(
    ("source", "keys", "found"),
    [
        ("module_quiz", (), (LAW, SKILLS)),
        ("module_quiz", ("law",), (LAW,)),
        ("stage_test", (), (STAGE,)),
        ("defense", (), (VERDICT,)),
        ("kpi", (), ()),
        ("", (), ALL),
        ("", ("law",), (LAW,)),
    ],
)
def test_by_source_and_key(source, keys, found):
    assert evidence_for(Condition("C1", "x", source=source, keys=keys), ALL) == found


@pytest.mark.parametrize("one", ALL)
def test_a_decision_keeps_it_whole(one):
    assert read_evidence(evidence_as_json(one)) == one
