"""Shift rosters as files: what is refused, merged cells, and sheets that we give out and read again."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.errors import InvalidInput
from lms.people.models import Person
from lms.schedule.domain.hours import Stretch
from lms.schedule.domain.shift_check import Choice, People, check_table
from lms.schedule.domain.shift_sheet import Layout, read_book
from lms.schedule.domain.shifts import shift_on
from lms.schedule.shift_file import (
    make_bad_shifts,
    make_shift_list,
    make_shift_template,
    read_shift_file,
)
from tests.factories.shifts import SHANGHAI, as_bytes, workbook
from tests.unit.schedule.test_shift_sheets import CODES, EARLY, HEAD, NIGHT, PEOPLE, days


def test_what_is_no_roster_is_refused() -> None:
    for rows in ([["姓名", "手机号"], ["林小满", "13800138000"]], [[1, 2, 3]], [["姓名", 1, 2]]):
        with pytest.raises(InvalidInput) as caught:
            read_shift_file(as_bytes(workbook(*rows)))
        assert caught.value.code == "shifts_none"
    with pytest.raises(InvalidInput) as caught:
        read_shift_file(b"no zip")
    assert caught.value.code == "roster_not_xlsx"


def test_merged_cells_count_for_all_that_they_cover() -> None:
    book = workbook(
        ["2026年11月排班表", "", "", "", ""],
        ["姓名", 1, 2, 3, 4],
        ["", "日", "一", "二", "三"],
        ["林小满", "早", "休", "", "早"],
    )
    sheet = book.active
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("C4:D4")
    (table,) = read_shift_file(as_bytes(book)).tables
    assert table.month == "2026-11"
    found = check_table(table, Choice("2026-11", CODES), PEOPLE)
    assert found.bad == ()
    assert days(found) == {1: {"11-01": EARLY, "11-02": [], "11-03": [], "11-04": EARLY}}


def test_what_could_not_be_imported_can_be_mended_and_comes_back() -> None:
    (table,) = read_book(
        [
            (
                "11月",
                [
                    [*HEAD, 1, 2, 3],
                    ["K9", "林小满", "早", "休", "夜"],
                    ["K2", "", "早", "09:00-08:00", ""],
                ],
            )
        ]
    ).tables
    found = check_table(table, Choice("2026-11", CODES), PEOPLE)
    book = make_bad_shifts(table, found.dates, [(one, "有问题") for one in found.bad])
    sheet = book.active
    assert [cell.value for cell in sheet[1]] == [
        "工号", "姓名", "2026-11-01", "2026-11-02", "2026-11-03", "问题",
    ]  # fmt: skip
    assert [cell.value for cell in sheet[3]] == ["K2", "", "", "09:00-08:00", "", "有问题"]
    sheet["A2"], sheet["D3"] = "K1", "休"
    (again,) = read_shift_file(as_bytes(book)).tables
    mended = check_table(again, Choice("", CODES), PEOPLE)
    assert mended.bad == ()
    assert days(mended) == {1: {"11-01": EARLY, "11-02": [], "11-03": NIGHT}, 2: {"11-02": []}}


def test_the_template_is_a_list_that_is_read() -> None:
    book = make_shift_template()
    book["排班"].append(["K1", "林小满", dt.date(2026, 11, 23), dt.time(9), dt.time(18), "早班"])
    (table,) = read_shift_file(as_bytes(book)).tables
    assert table.layout is Layout.LIST
    assert days(check_table(table, Choice(), PEOPLE)) == {1: {"11-23": EARLY}}


@st.composite
def weeks(draw: st.DrawFn) -> dict[dt.date, tuple[Stretch, ...]]:
    """Days whose shifts do not touch each other."""
    found: dict[dt.date, tuple[Stretch, ...]] = {}
    busy_until = 0
    for at in range(draw(st.integers(1, 7))):
        busy_until -= 1440
        kind = draw(st.sampled_from(["unknown", "rest", "one", "two"]))
        if kind == "unknown":
            continue
        stretches: list[Stretch] = []
        start = max(busy_until, 0)
        for _ in range({"rest": 0, "one": 1, "two": 2}[kind]):
            start += draw(st.integers(1, 300))
            if start >= 1440:
                break
            end = start + draw(st.integers(1, 960))
            stretches.append(Stretch(start, end))
            start = busy_until = end
        found[dt.date(2026, 11, 23) + dt.timedelta(days=at)] = tuple(stretches)
    return found


@given(weeks())
def test_what_is_exported_comes_back(week: dict[dt.date, tuple[Stretch, ...]]) -> None:
    person = Person(name="=林小满", employee_no="K1")
    rows = [
        (person, on, [shift_on(on, one, "早", SHANGHAI) for one in stretches])
        for on, stretches in week.items()
    ]
    if not rows:
        return
    (table,) = read_shift_file(as_bytes(make_shift_list(rows, SHANGHAI))).tables
    found = check_table(table, Choice(), People({"k1": (1, "=林小满")}, {}))
    assert found.bad == ()
    (one,) = found.people
    assert {day.on: tuple(s.stretch for s in day.stretches) for day in one.days} == week
