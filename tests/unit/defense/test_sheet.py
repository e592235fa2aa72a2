"""A rater's sheet: what must be on it."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.defense.domain.rubric import rubric_from_settings
from lms.defense.domain.sheet import (
    TEXT_LIMIT,
    Entry,
    Finding,
    Gap,
    Sheet,
    entries_as_json,
    find_gaps,
)

KEYS = ("knowledge", "skill", "quality", "teamwork")
TODAY = dt.date(2026, 11, 23)
RUBRIC = rubric_from_settings(
    {
        "weights": dict.fromkeys(KEYS, 25),
        "cut_percent": 60,
        "minimum_level": dict.fromkeys(KEYS, 3),
    }
)


def sheet(entry: Entry | None = None, **changes: object) -> Sheet:
    entries = {key: Entry(level=4, comment="稳") for key in KEYS}
    if entry is not None:
        entries["skill"] = entry
    return dataclasses.replace(Sheet(strengths="耐心", entries=entries), **changes)


def gaps(one: Sheet) -> list[tuple[Gap, str, str]]:
    return [(g.gap, g.part, g.criterion) for g in find_gaps(one, RUBRIC, today=TODAY)]


def test_a_complete_sheet_has_no_gap():
    assert gaps(sheet()) == []


def test_no_basis_is_an_answer_but_needs_its_comment():
    assert gaps(sheet(Entry(level=None, comment="没跟过他的班"))) == []
    assert gaps(sheet(Entry(level=None))) == [(Gap.COMMENT, "comment", "skill")]


def test_an_empty_sheet_lacks_everything_in_the_order_of_the_page():
    found = find_gaps(Sheet(strengths=" ", entries={}), RUBRIC, today=TODAY)
    assert found[0] == Finding(Gap.STRENGTHS, "strengths")
    assert [(f.criterion, f.gap) for f in found[1:]] == [
        (key, gap) for key in KEYS for gap in (Gap.LEVEL, Gap.COMMENT)
    ]


@pytest.mark.parametrize("level", [1, 2, 5])
def test_far_levels_need_a_dated_fact(level):
    assert gaps(sheet(Entry(level=level, comment="稳"))) == [
        (Gap.EVIDENCE_DATE, "evidence_on", "skill"),
        (Gap.EVIDENCE, "evidence", "skill"),
    ]
    dated = Entry(level=level, comment="稳", evidence="三个窗口都没漏回", evidence_on=TODAY)
    assert gaps(sheet(dated)) == []
    undated = dataclasses.replace(dated, evidence_on=None)
    assert gaps(sheet(undated)) == [(Gap.EVIDENCE_DATE, "evidence_on", "skill")]


@pytest.mark.parametrize("level", [3, 4])
def test_middle_levels_need_none(level):
    assert gaps(sheet(Entry(level=level, comment="稳"))) == []


def test_a_fact_cannot_lie_in_the_future():
    late = Entry(level=5, comment="稳", evidence="x", evidence_on=TODAY + dt.timedelta(days=1))
    assert gaps(sheet(late)) == [(Gap.EVIDENCE_IN_FUTURE, "evidence_on", "skill")]


def test_an_unknown_level_is_no_answer():
    assert gaps(sheet(Entry(level=7, comment="稳"))) == [(Gap.LEVEL, "level", "skill")]


def test_a_red_line_says_what_happened():
    assert gaps(sheet(red_line=True)) == [(Gap.RED_LINE_NOTE, "red_line_note", "")]
    assert gaps(sheet(red_line=True, red_line_note="11 月 20 日辱骂买家")) == []
    assert gaps(sheet(red_line=False, red_line_note="")) == []


@pytest.mark.parametrize("part", ["comment", "evidence"])
def test_no_line_is_an_essay(part):
    long = Entry(level=4, comment="稳")
    long = dataclasses.replace(long, **{part: "字" * (TEXT_LIMIT + 1)})
    assert gaps(sheet(long)) == [(Gap.TOO_LONG, part, "skill")]
    assert gaps(sheet(strengths="字" * (TEXT_LIMIT + 1))) == [(Gap.TOO_LONG, "strengths", "")]


def test_what_is_kept_is_what_was_filled_in():
    kept = entries_as_json(
        sheet(Entry(level=5, comment="稳", evidence="三个窗口", evidence_on=TODAY))
    )
    assert kept["skill"] == {
        "level": 5,
        "comment": "稳",
        "evidence": "三个窗口",
        "evidence_on": "2026-11-23",
    }
    assert kept["quality"]["evidence_on"] is None


entries = st.builds(
    Entry,
    level=st.none() | st.integers(min_value=1, max_value=5),
    is_answered=st.booleans(),
    comment=st.text(max_size=20),
    evidence=st.text(max_size=20),
    evidence_on=st.none() | st.dates(max_value=TODAY),
)


@given(st.fixed_dictionaries(dict.fromkeys(KEYS, entries)), st.text(max_size=20), st.booleans())
def test_a_sheet_without_gaps_has_everything_the_verdict_needs(given_entries, strengths, red_line):
    one = Sheet(
        strengths=strengths, entries=given_entries, red_line=red_line, red_line_note=strengths
    )
    if find_gaps(one, RUBRIC, today=TODAY):
        return
    assert set(one.levels) == set(KEYS)
    assert one.strengths.strip()
    for entry in given_entries.values():
        assert entry.comment.strip()
        if entry.level in {1, 2, 5}:
            assert entry.evidence.strip()
            assert entry.evidence_on is not None
