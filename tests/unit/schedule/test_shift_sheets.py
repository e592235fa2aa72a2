"""Rosters as companies keep them: where things stand, which day, which hours, and what is not guessed."""

import datetime as dt

import pytest

from lms.schedule.domain.hours import parse_hours
from lms.schedule.domain.shift_check import Checked, Choice, People, check_table
from lms.schedule.domain.shift_legend import meaning_of
from lms.schedule.domain.shift_sheet import read_book
from lms.schedule.shift_store import table_as_json, table_from_json

PEOPLE = People(
    {"k1": (1, "林小满"), "k2": (2, "陈一帆"), "k3": (3, "周晓岚"), "k4": (4, "周晓岚")},
    {"林小满": (1,), "陈一帆": (2,), "周晓岚": (3, 4)},
)
CODES = {
    "早": parse_hours("09:00–18:00"),
    "夜": parse_hours("22:00–06:00"),
    "中": parse_hours("05:00–12:00"),
    "休": (),
}
HEAD = ["工号", "姓名"]
LIST = ["工号", "姓名", "日期", "上班", "下班", "班次"]


def checked(*rows, month: str = "2026-11", blank_is_rest: bool = False, codes=CODES) -> Checked:
    (table,) = read_book([("排班", rows)]).tables
    assert table_from_json(table_as_json(table)) == table
    return check_table(table, Choice(month, codes, blank_is_rest), PEOPLE)


def days(found: Checked) -> dict[int, dict[str, list[tuple[int, int]]]]:
    return {
        one.person_id: {
            f"{day.on:%m-%d}": [(s.stretch.start, s.stretch.end) for s in day.stretches]
            for day in one.days
        }
        for one in found.people
    }


def problems(found: Checked) -> list[tuple[int, str, str]]:
    return [
        (bad.line.number, issue.where.field, issue.code)
        for bad in found.bad
        for issue in bad.issues
    ]


EARLY, NIGHT = [(540, 1080)], [(1320, 1800)]


@pytest.mark.parametrize(
    "headings",
    [
        [23, 24, 25],
        ["23", "24日", "25号"],
        ["23 周一", "24(二)", "25\n星期三"],
        ["11/23", "11-24", "11月25日"],
        ["2026-11-23", "2026/11/24", "2026年11月25日"],
        [dt.date(2026, 11, 23), dt.datetime(2026, 11, 24), "20261125"],  # noqa: DTZ001
    ],
)
def test_headings_of_days(headings) -> None:
    found = checked([*HEAD, *headings], ["K1", "林小满", "早", "休", "夜"])
    assert days(found) == {1: {"11-23": EARLY, "11-24": [], "11-25": NIGHT}}
    assert found.is_ready
    assert found.day_count == 3


def test_a_title_weekdays_totals_and_empty_columns_are_normal() -> None:
    found = checked(
        ["客服部 2026年11月排班表"],
        [],
        ["序号", "", "姓名", "", 1, 2, 3, "", "合计"],
        ["", "", "", "", "日", "一", "二", "", ""],
        [1, "", "林小满", "", "早", "夜", "", "", 2],
        ["", "", "", "", "", "", "", "", ""],
        [2, "", "陈一帆", "", "休", "早", "早", "", 2],
        ["", "", "合计", "", 1, 2, 1, "", ""],
        ["班次说明：早 09:00-18:00  夜：22:00-06:00"],
    )
    assert days(found) == {
        1: {"11-01": EARLY, "11-02": NIGHT},
        2: {"11-01": [], "11-02": EARLY, "11-03": EARLY},
    }
    assert found.bad == ()
    assert found.blanks == 1


def test_rows_without_shifts_are_told_and_a_legend_is_none() -> None:
    rows = [[*HEAD, 1], ["K1", "", "早"], ["K2", "陈一帆", ""], ["说明：早 09:00-18:00"]]
    assert read_book([("排班", rows)]).tables[0].skipped == (3,)


def test_headings_over_two_rows() -> None:
    rows = [["姓名", "一", "二", "三"], ["姓名", 23, 24, 25], ["林小满", "早", "早", "早"]]
    assert days(checked(*rows)) == {1: {"11-23": EARLY, "11-24": EARLY, "11-25": EARLY}}
    assert not checked(*rows, month="2026-10").is_ready


def test_a_blank_cell_says_nothing_unless_it_is_told() -> None:
    rows = [[*HEAD, 1, 2], ["K1", "", "早", ""]]
    assert days(checked(*rows)) == {1: {"11-01": EARLY}}
    assert days(checked(*rows, blank_is_rest=True)) == {1: {"11-01": EARLY, "11-02": []}}


def test_the_month_is_found_but_never_guessed() -> None:
    rows = [["2026年11月 排班"], [*HEAD, 1, 2, 3], ["K1", "", "早", "早", "早"]]
    assert read_book([("Sheet1", rows)]).tables[0].month == "2026-11"
    assert read_book([("2026-12", rows[1:])]).tables[0].month == "2026-12"
    assert read_book([("2026-12", rows)]).tables[0].month == ""  # says two things
    assert read_book([("11月", rows[1:])]).tables[0].month == ""
    made = [["制表日期 2026-10-28"], *rows[1:]]
    assert read_book([("Sheet1", made)]).tables[0].month == ""
    found = checked(*rows, month="")
    assert [issue.code for issue in found.issues] == ["month_missing"]
    assert not found.is_ready
    assert found.people == ()


def test_a_wrong_month_is_seen_by_its_weekdays() -> None:
    rows = [[*HEAD, 1, 2, 3], ["", "", "日", "一", "二"], ["K1", "", "早", "早", "早"]]
    assert checked(*rows).is_ready
    (issue,) = checked(*rows, month="2026-12").issues
    assert (issue.code, issue.where.field) == ("weekday_mismatch", "C")


def test_numbers_that_begin_again_are_of_the_next_month() -> None:
    found = checked([*HEAD, 29, 30, 1, 2], ["K1", "", "早", "早", "早", "休"], month="2026-11")
    assert list(days(found)[1]) == ["11-29", "11-30", "12-01", "12-02"]


def test_days_outside_of_the_month() -> None:
    found = checked([*HEAD, 30, 31], ["K1", "", "早", "早"], ["K2", "", "早", ""])
    assert days(found) == {1: {"11-30": EARLY}, 2: {"11-30": EARLY}}
    assert problems(found) == [(2, "D", "day_outside")]
    found = checked([*HEAD, "2026-02-29"], ["K1", "", "早"])
    assert problems(found) == [(2, "C", "bad_day")]


def test_the_same_day_in_two_columns_stops_the_sheet() -> None:
    found = checked([*HEAD, "11/23", "11-23"], ["K1", "", "早", "休"])
    assert [issue.code for issue in found.issues] == ["day_twice"]


def test_codes_are_counted_and_need_a_meaning() -> None:
    found = checked([*HEAD, 1, 2, 3], ["K1", "", "早", "A1", "早"], ["", "无此人", "X", "Y", "Z"])
    assert [(use.code, use.count, use.hours) for use in found.codes] == [
        ("早", 2, CODES["早"]),
        ("A1", 1, None),
    ]
    assert [issue.code for issue in found.issues] == ["codes_open"]
    found = checked([*HEAD, 1, 2], ["K1", "", "08:00-12:00", "9:00～18:00"], codes={})
    assert found.codes == ()
    assert days(found) == {1: {"11-01": [(480, 720)], "11-02": EARLY}}


def test_who_is_meant() -> None:
    found = checked(
        [*HEAD, 1],
        ["k1", "林小满", "早"],
        ["K2", "林小满", "早"],
        ["K9", "陈一帆", "早"],
        ["", "周晓岚", "早"],
        ["", "无此人", "早"],
        ["", "", "早"],
        ["K3", "周晓岚", "早"],
        ["K4", "周晓岚", "早"],
        ["", "周晓岚 ", ""],
    )
    assert set(days(found)) == {1, 3, 4}
    assert problems(found) == [
        (3, "name", "name_mismatch"),
        (4, "employee_no", "person_unknown"),
        (5, "name", "person_ambiguous"),
        (6, "name", "person_unknown"),
        (7, "employee_no", "no_person"),
    ]


def test_a_person_with_two_rows_is_imported_from_none() -> None:
    found = checked([*HEAD, 1], ["K1", "", "早"], ["", "林小满", "夜"], ["K2", "", "早"])
    assert set(days(found)) == {2}
    assert problems(found) == [(2, "name", "person_twice"), (3, "name", "person_twice")]


def test_cells_that_cannot_be() -> None:
    found = checked(
        [*HEAD, 1, 2, 3, 4, 5],
        ["K1", "", dt.date(2026, 9, 18), "09:00-08:00", "09:00-13:00 12:00-18:00", "好" * 21, "早"],
    )
    assert [one[1:] for one in problems(found)] == [
        ("C", "cell_is_date"),
        ("D", "too_long"),
        ("E", "overlap"),
        ("F", "bad_time"),
    ]
    assert days(found) == {1: {"11-05": EARLY}}


def test_a_night_shift_and_the_morning_after() -> None:
    found = checked([*HEAD, 1, 2, 3], ["K1", "", "夜", "中", "早"], ["K2", "", "夜", "夜", "早"])
    assert problems(found) == [(2, "C", "overlap_next"), (2, "D", "overlap_next")]
    assert days(found) == {
        1: {"11-03": EARLY},
        2: {"11-01": NIGHT, "11-02": NIGHT, "11-03": EARLY},
    }


def test_a_list_with_a_row_for_each_shift() -> None:
    found = checked(
        LIST,
        ["K1", "林小满", dt.date(2026, 11, 23), dt.time(9), dt.time(12), "早"],
        ["K1", "", "2026/11/23", "14:00", "18:00:00", ""],
        ["K1", "", "20261124", "22:00", "6:00", "夜"],
        ["", "陈一帆", "2026-11-23", "", "", "休息"],
        ["", "陈一帆", "2026-11-24", "休", "", ""],
        ["", "陈一帆", "2026-11-25", "", "", "早"],
        ["", "陈一帆", "2026-11-26", dt.datetime(2026, 11, 26, 20), dt.datetime(2026, 11, 27), ""],  # noqa: DTZ001
        month="",
    )
    assert found.is_ready
    assert days(found) == {
        1: {"11-23": [(540, 720), (840, 1080)], "11-24": NIGHT},
        2: {"11-23": [], "11-24": [], "11-25": EARLY, "11-26": [(1200, 1440)]},
    }
    names = [s.name for one in found.people[:1] for day in one.days for s in day.stretches]
    assert names == ["早", "", "夜"]


def test_what_is_wrong_in_a_list_by_row_and_field() -> None:
    found = checked(
        LIST,
        ["K1", "", "2026-11-23", "", "", ""],
        ["K1", "", "2026-11-24", "09:00", "", ""],
        ["K1", "", "2026-02-30", "09:00", "18:00", ""],
        ["K1", "", "", "09:00", "18:00", ""],
        ["K1", "", "2026-11-25", "9点", "18:00", ""],
        ["K1", "", "2026-11-26", "09:00", "18:00", "休息"],
        ["K1", "", "2026-11-27", "09:00", "13:00", ""],
        ["K1", "", "2026-11-27", "12:00", "18:00", ""],
        ["K1", "", "2026-11-28", "09:00", "18:00", ""],
        ["K1", "", "2026-11-28", "09:00", "18:00", ""],
        ["K1", "", "2026-11-29", "09:00", "12:00", ""],
        ["K1", "", "2026-11-29", "13:00", "25:00", ""],
        ["K1", "", "2026-11-30", "09:00", "18:00", ""],
        ["K1", "", "2026-11-20", dt.datetime(2026, 11, 21, 9), "18:00", ""],  # noqa: DTZ001
        month="",
    )
    assert problems(found) == [
        (2, "starts", "missing"),
        (3, "ends", "missing"),
        (4, "day", "bad_day"),
        (5, "day", "missing"),
        (6, "ends", "bad_time"),
        (7, "code", "rest_and_shift"),
        (8, "day", "overlap"),
        (9, "day", "overlap"),
        (10, "day", "twice_in_file"),
        (11, "day", "twice_in_file"),
        (12, "day", "same_day_bad"),
        (13, "ends", "bad_time"),
        (15, "ends", "bad_time"),
    ]
    assert days(found) == {1: {"11-30": EARLY}}


def test_days_of_a_list_without_a_year() -> None:
    rows = [
        LIST,
        ["K1", "", "12-31", "09:00", "18:00", ""],
        ["K1", "", "1月2日", "09:00", "18:00", ""],
    ]
    assert [issue.code for issue in checked(*rows, month="").issues] == ["month_missing"]
    found = checked(*rows, month="2026-12")
    assert [day.on for day in found.people[0].days] == [dt.date(2026, 12, 31), dt.date(2027, 1, 2)]
    assert problems(checked(*rows, month="2026-06")) == [
        (2, "day", "day_outside"),
        (3, "day", "day_outside"),
    ]


def test_the_legend_wherever_it_stands() -> None:
    book = read_book(
        [
            ("11月", [[*HEAD, 1, "", "班次", "时间"], ["K1", "", "早", "", "A1", "08:00-17:00"]]),
            ("说明", [["早班：09:00-18:00，夜班（22:00-次日06:00）"], ["B", "10:00-19:00"], ["B:11:00-20:00"]]),
        ]
    )  # fmt: skip
    assert meaning_of("早", book.legend) == "09:00-18:00"
    assert meaning_of("夜班", book.legend) == "22:00-次日06:00"
    assert meaning_of("A1", book.legend) == "08:00-17:00"
    assert meaning_of("B", book.legend) == ""  # told two things
    assert meaning_of("休", book.legend) == ""
    assert [table.title for table in book.tables] == ["11月"]
