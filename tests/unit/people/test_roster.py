import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.issues import Severity
from lms.people.domain.roles import RoleName
from lms.people.domain.roster import COLUMNS, MAX_ROWS, Line, as_text, read_roster
from lms.people.domain.roster_check import Known, as_date, check_lines

TODAY = dt.date(2026, 11, 23)
HEADINGS = ["姓名", "手机号", "邮箱", "工号", "岗位", "入职日期", "组长", "带教老师", "姓名拼音"]
GOOD = [
    "林小满",
    13800138000.0,
    "Xiaoman@Example.com",
    "K0231",
    "售前客服",
    dt.date(2026, 11, 23),
    "周晓岚",
    "",
    "",
]


def check(*rows, headings=HEADINGS, known=None):
    roster = read_roster([headings, *rows])
    assert roster.issues == ()
    return check_lines(roster.lines, known or Known(supervisors={"周晓岚": (7,)}), TODAY)


def codes(row):
    return {(issue.code, issue.where.field) for issue in row.issues}


def test_a_good_row_becomes_an_entry():
    (row,) = check(GOOD)
    assert row.is_good
    assert row.issues == ()
    assert row.line.number == 2
    entry = row.entry
    assert (entry.name, entry.phone, entry.email) == (
        "林小满",
        "13800138000",
        "xiaoman@example.com",
    )
    assert (entry.employee_no, entry.post, entry.hired_on) == ("K0231", "售前客服", TODAY)
    assert (entry.lead_id, entry.mentor_id, entry.roles) == (7, None, (RoleName.LEARNER,))


def test_headings_in_any_order_with_synonyms_below_a_title():
    cells = [
        ["2026 年 11 月新员工花名册"],
        [],
        ["入职时间", " 手机号码* ", "员工编号（必填）", "名 字", "身份证号", None, "问题"],
        ["2026年11月23日", "１３８ ００１３ ８０００", 231.0, "林小满", "310…", None, "手机号不对"],
    ]
    roster = read_roster(cells)
    assert roster.issues == ()
    assert roster.ignored == ("身份证号",)
    (line,) = roster.lines
    assert line.number == 4
    assert "身份证号" not in str(line.values)
    assert line.values == {
        "hired_on": "2026年11月23日",
        "phone": "138 0013 8000",
        "employee_no": "231",
        "name": "林小满",
    }


def test_every_heading_and_synonym_is_known_once():
    words = [word for column in COLUMNS for word in (column.heading, *column.synonyms.split())]
    assert len(words) == len(set(words))
    for column in COLUMNS[1:]:
        for word in column.synonyms.split():
            roster = read_roster([["姓名", word.upper()], ["甲", "x"]])
            assert roster.lines[0].values[column.key] == "x"


def test_blank_and_example_rows_are_skipped_and_told():
    roster = read_roster(
        [HEADINGS, ["示例：某人", "13800138000"], [], GOOD, ["", None, "  "], GOOD, [], []]
    )
    assert [line.number for line in roster.lines] == [4, 6]
    assert roster.examples == (2,)
    assert roster.blank == (3, 5)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ([], "roster_no_heading"),
        ([["甲", "乙"], ["丙", "丁"]], "roster_no_heading"),
        ([["姓名"], ["林小满"]], "roster_no_heading"),
        ([HEADINGS], "roster_empty"),
        ([HEADINGS, ["示例：甲"]], "roster_empty"),
        ([["姓名", "手机", "电话"], ["甲", "1", "2"]], "roster_heading_twice"),
        ([HEADINGS, *[["甲"]] * (MAX_ROWS + 1)], "roster_too_many_rows"),
    ],
)
def test_sheets_that_cannot_be_read_say_why(cells, code):
    roster = read_roster(cells)
    assert [issue.code for issue in roster.issues] == [code]
    assert roster.lines == ()


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23",
        "2026/11/23",
        "2026.11.23",
        "20261123",
        "2026年11月23日",
        "2026 年 11 月 23 日",
        "２０２６／１１／２３",
        "2026-11-23 09:30:00",
        "46349",
    ],
)
def test_dates_as_people_write_them(text):
    assert as_date(text) == TODAY


@pytest.mark.parametrize(
    "text", ["", "23/11/2026", "2026-02-30", "1899-01-01", "2150-01-01", "明天", "20261332", "123"]
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match=r"date|day|month|year"):
        as_date(text)


@given(st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2100, 12, 31)))
def test_every_date_is_read_back_in_every_form(on):
    for text in (
        on.isoformat(),
        f"{on:%Y%m%d}",
        f"{on.year}年{on.month}月{on.day}日",
        as_text(dt.datetime.combine(on, dt.time())),
    ):
        assert as_date(text) == on


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (1.0, "1"),
        (1.5, "1.5"),
        (13800138000, "13800138000"),
        (True, "True"),
        (dt.datetime.combine(TODAY, dt.time()), "2026-11-23"),
        (dt.datetime.combine(TODAY, dt.time(9, 30)), "2026-11-23 09:30:00"),
        (dt.date(2026, 11, 23), "2026-11-23"),
        ("　全角　", "全角"),
        ("'+85291234567", "+85291234567"),
    ],
)
def test_cells_as_text(cell, text):
    assert as_text(cell) == text


def test_each_wrong_field_is_named():
    (row,) = check(
        ["", "12345", "not an address", "K" * 41, "售前", "2026-02-30", "无此人", "", ""]
    )
    assert not row.is_good
    assert codes(row) == {
        ("missing", "name"),
        ("bad_phone", "phone"),
        ("bad_email", "email"),
        ("too_long", "employee_no"),
        ("bad_hired_on", "hired_on"),
        ("supervisor_unknown", "lead"),
    }
    assert {issue.where.row for issue in row.issues} == {2}


def test_somebody_without_any_identity_is_refused():
    (row,) = check(["林小满"])
    assert codes(row) == {("no_identity", "phone")}


def test_two_supervisors_of_one_name_are_told_apart_by_hand():
    (row,) = check(GOOD, known=Known(supervisors={"周晓岚": (7, 8)}))
    assert codes(row) == {("supervisor_ambiguous", "lead")}
    assert row.issues[0].facts == {"value": "周晓岚", "count": 2}


def test_what_others_hold_is_taken():
    known = Known(
        taken={
            ("phone", "13800138000"): "甲",
            ("email", "xiaoman@example.com"): "乙",
            ("employee_no", "k0231"): "丙",
        },
        supervisors={"周晓岚": (7,)},
    )
    (row,) = check(GOOD, known=known)
    assert codes(row) == {("taken", "phone"), ("taken", "email"), ("taken", "employee_no")}
    assert row.issues[0].facts == {"holder": "甲"}


def test_rows_with_the_same_phone_point_at_each_other():
    first, second = check(["甲", "13800138000"], ["乙", "+86 138-0013-8000"])
    assert codes(first) == codes(second) == {("twice_in_file", "phone")}
    assert first.issues[0].facts == {"row": 3}
    assert second.issues[0].facts == {"row": 2}


def test_of_rows_pasted_twice_the_first_is_good():
    rows = check(["甲", "13800138000"], ["甲", "13800138000"], ["甲", "13800138000"])
    assert [row.is_good for row in rows] == [True, False, False]


def test_warnings_do_not_stop_a_row():
    known = Known(names=frozenset({"林小满"}), supervisors={"周晓岚": (7,)})
    (row,) = check([*GOOD[:5], "2029-01-01", *GOOD[6:]], known=known)
    assert row.is_good
    assert codes(row) == {("same_name", "name"), ("date_far", "hired_on")}
    assert {issue.severity for issue in row.issues} == {Severity.WARNING}


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("", (RoleName.LEARNER,)),
        ("培训师、评委", (RoleName.TRAINER, RoleName.RATER)),
        ("组长, 质检", (RoleName.LEAD, RoleName.QUALITY)),
        ("讲师；培训师", (RoleName.TRAINER,)),
    ],
)
def test_roles_by_their_chinese_words(text, roles):
    (row,) = check(["甲", "13800138000", text], headings=["姓名", "手机号", "角色"])
    assert row.is_good
    assert row.entry.roles == roles


@pytest.mark.parametrize("text", ["管理员", "人事", "admin", "学员、boss"])
def test_powerful_roles_are_not_granted_by_a_file(text):
    (row,) = check(["甲", "13800138000", text], headings=["姓名", "手机号", "角色"])
    assert codes(row) == {("bad_roles", "roles")}


cells = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@given(st.lists(st.lists(cells, max_size=11), max_size=12))
def test_nothing_in_a_sheet_breaks_the_reading(rows):
    roster = read_roster([HEADINGS, *rows])
    checked = check_lines(roster.lines, Known(), TODAY)
    assert len(checked) == len(roster.lines)
    if not roster.issues:
        seen = {line.number for line in roster.lines} | set(roster.blank) | set(roster.examples)
        assert set(range(2, max(line.number for line in roster.lines) + 1)) <= seen


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["甲", "乙"]), st.sampled_from(["13800138000", "13800138001", ""])
        ),
        max_size=8,
    )
)
def test_good_rows_never_share_a_phone(pairs):
    lines = [
        Line(at, {"name": name, "phone": phone, "employee_no": f"K{at}"})
        for at, (name, phone) in enumerate(pairs)
    ]
    phones = [
        row.entry.phone
        for row in check_lines(lines, Known(), TODAY)
        if row.is_good and row.entry.phone
    ]
    assert len(phones) == len(set(phones))
