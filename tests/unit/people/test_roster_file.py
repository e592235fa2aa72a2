"""Files from anywhere: what is not a roster is refused with a reason, and nothing is unpacked without limit."""

import datetime as dt
import struct
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from lms.errors import InvalidInput
from lms.people import roster_file
from lms.people.domain.roster import COLUMNS, Line, read_roster
from lms.people.domain.roster_check import Known, check_lines
from lms.people.roster_file import make_bad_rows, make_template, read_roster_file

TODAY = dt.date(2026, 11, 23)


def as_bytes(book):
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_of(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return as_bytes(book)


def zipped(parts, compression=zipfile.ZIP_DEFLATED):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def refusal(data):
    with pytest.raises(InvalidInput) as caught:
        read_roster_file(data)
    assert caught.value.facts["field"] == "file"
    return caught.value.code


def test_cells_come_back_as_people_see_them():
    data = sheet_of(
        ["姓名", "手机号", "入职日期", "工号"],
        ["林小满", 13800138000, dt.datetime(2026, 11, 23), "0007"],  # noqa: DTZ001 - a cell has no zone
        ["陈一帆", "138 0013 8001", dt.date(2026, 11, 23), 8],
    )
    roster = read_roster_file(data)
    assert [line.values for line in roster.lines] == [
        {"name": "林小满", "phone": "13800138000", "hired_on": "2026-11-23", "employee_no": "0007"},
        {"name": "陈一帆", "phone": "138 0013 8001", "hired_on": "2026-11-23", "employee_no": "8"},
    ]


def test_the_first_visible_sheet_with_our_headings_counts():
    book = Workbook()
    book.active.title = "封面"
    book.active.append(["公司花名册"])
    hidden = book.create_sheet("隐藏")
    hidden.append(["姓名", "工号"])
    hidden.append(["不要", "1"])
    hidden.sheet_state = "hidden"
    people = book.create_sheet("人员")
    people.append(["姓名", "工号"])
    people.append(["要", "2"])
    assert [line.values["name"] for line in read_roster_file(as_bytes(book)).lines] == ["要"]


def test_row_numbers_are_those_of_the_spreadsheet_program():
    book = Workbook()
    book.active["B4"], book.active["C4"] = "姓名", "工号"
    book.active["B6"], book.active["C6"] = "林小满", "K1"
    (line,) = read_roster_file(as_bytes(book)).lines
    assert line.number == 6


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "roster_empty"),
        (b"name,phone\n1,2\n", "roster_not_xlsx"),
        ("姓名,手机号".encode("gb18030"), "roster_not_xlsx"),
        (b"%PDF-1.7", "roster_not_xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "roster_locked"),
        (zipped({"word/document.xml": "<a/>"}), "roster_not_xlsx"),
        (zipped({"xl/workbook.xml": "not xml"}), "roster_broken"),
        (b"PK\x03\x04 and then nothing", "roster_broken"),
    ],
)
def test_what_is_no_xlsx_is_refused(data, code):
    assert refusal(data) == code


def test_a_locked_part_is_refused():
    data = bytearray(zipped({"xl/workbook.xml": "<workbook/>"}))
    data[6] |= 1
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    assert refusal(bytes(data)) == "roster_locked"


@pytest.mark.parametrize(("local", "central", "value"), [(8, 10, 99), (4, 6, 200)])
def test_a_part_packed_in_an_unknown_way_is_refused(local, central, value):
    """A compression method, and a format version, that no library reads."""
    data = bytearray(zipped({"xl/workbook.xml": "<workbook/>"}))
    data[local] = value
    data[data.index(b"PK\x01\x02") + central] = value
    assert refusal(bytes(data)) == "roster_broken"


def test_a_truncated_upload_is_refused():
    data = sheet_of(["姓名", "工号"], *[[f"人{n}", n] for n in range(200)])
    assert refusal(data[: len(data) // 2]) == "roster_broken"


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = zipped(
        {
            "xl/workbook.xml": "<a/>",
            "xl/worksheets/sheet1.xml": b"0" * (roster_file.MAX_UNPACKED_BYTES + 1),
        }
    )
    assert len(bomb) < 200_000
    assert refusal(bomb) == "roster_unpacks_too_large"


def test_too_many_parts_are_refused():
    parts = {f"xl/x{n}.xml": "" for n in range(roster_file.MAX_PARTS + 1)}
    assert refusal(zipped({"xl/workbook.xml": "<a/>", **parts})) == "roster_unpacks_too_large"


def test_a_part_that_lies_about_its_size_gives_no_more_than_it_says(monkeypatch):
    """Sizes in the file's directory are not believed by whoever reads after us: only what we unpacked is read."""
    good = sheet_of(["姓名", "工号"], ["林小满", "K1"])
    with zipfile.ZipFile(BytesIO(good)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    big = parts["xl/worksheets/sheet1.xml"] + b" " * 3_000_000
    data = bytearray(zipped({**parts, "xl/worksheets/sheet1.xml": big}))
    claimed = struct.pack("<L", 1000)
    real = struct.pack("<L", len(big))
    assert data.count(real) >= 2
    data = data.replace(real, claimed)
    monkeypatch.setattr(roster_file, "MAX_UNPACKED_BYTES", 1_000_000)
    assert refusal(bytes(data)) == "roster_broken"


def test_one_cell_far_out_does_not_make_a_huge_rectangle():
    book = Workbook()
    book.active.append(["姓名", "工号"])
    book.active.append(["林小满", "K1"])
    book.active["XFD2"] = "far"
    assert refusal(as_bytes(book)) == "roster_too_wide"
    book = Workbook()
    book.active.append(["姓名", "工号"])
    book.active["A1048576"] = "far"
    assert refusal(as_bytes(book)) == "roster_too_many_rows"


def test_formatting_far_out_does_no_harm():
    book = Workbook()
    book.active.append(["姓名", "工号"])
    book.active.append(["林小满", "K1"])
    book.active["A1048576"].number_format = "@"
    book.active["XFD1"].number_format = "@"
    assert [line.values["name"] for line in read_roster_file(as_bytes(book)).lines] == ["林小满"]


GOOD = sheet_of(["姓名", "手机号"], ["林小满", 13800138000], ["陈一帆", "13800138001"])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=6)
)
def test_a_damaged_file_never_crashes_the_reading(changes):
    data = bytearray(GOOD)
    for at, value in changes:
        data[at] = value
    try:
        roster = read_roster_file(bytes(data))
    except InvalidInput as error:
        assert error.code.startswith("roster_")  # noqa: PT017 - both outcomes are fine, a crash is not
    else:
        assert len(roster.lines) <= 2


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_a_sheet_of_any_bytes_never_crashes_the_reading(content):
    with zipfile.ZipFile(BytesIO(GOOD)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts["xl/worksheets/sheet1.xml"] = content
    try:
        read_roster_file(zipped(parts))
    except InvalidInput as error:
        assert error.code.startswith("roster_")  # noqa: PT017


def test_the_template_reads_back_empty_and_its_examples_are_skipped():
    book = make_template(["售前客服", "=cmd()"], ["周晓岚"])
    assert book.sheetnames == ["花名册", "填写说明", "选项"]
    assert [cell.value for cell in book["花名册"][1]] == [column.heading for column in COLUMNS]
    assert [issue.code for issue in read_roster_file(as_bytes(book)).issues] == ["roster_empty"]
    assert {str(rule.sqref)[0] for rule in book["花名册"].data_validations.dataValidation} == {
        "E",
        "G",
        "H",
        "K",
    }
    examples = [
        row
        for row in book["填写说明"].iter_rows(values_only=True)
        if str(row[0]).startswith("示例：")
    ]
    assert len(examples) == 2
    for row in examples:
        book["花名册"].append(row)
    book["花名册"].append(["甲", "13800138009"])
    roster = read_roster_file(as_bytes(book))
    assert len(roster.examples) == 2
    assert [line.values["name"] for line in roster.lines] == ["甲"]


def test_the_examples_of_the_template_are_right():
    book = make_template()
    rows = [
        row
        for row in book["填写说明"].iter_rows(values_only=True)
        if str(row[0]).startswith("示例：")
    ]
    headings = [column.heading for column in COLUMNS]
    roster = read_roster(
        [headings, *[[str(row[0]).removeprefix("示例："), *row[1:]] for row in rows]]
    )
    known = Known(supervisors={"周晓岚": (1,), "k0107": (2,)})
    for row in check_lines(roster.lines, known, TODAY):
        assert row.issues == ()


def test_bad_rows_can_be_mended_and_uploaded_again():
    lines = [
        Line(3, {"name": "=HYPERLINK(1)", "phone": "+85291234567", "hired_on": "昨天"}),
        Line(9, {"name": "乙", "phone": "123"}),
    ]
    data = as_bytes(make_bad_rows([(lines[0], "入职日期：看不懂"), (lines[1], "=问题")]))
    sheet = load_workbook(BytesIO(data)).active
    assert sheet.cell(1, len(COLUMNS) + 1).value == "问题"
    assert sheet.cell(2, len(COLUMNS) + 1).value == "入职日期：看不懂"
    assert sheet.cell(3, len(COLUMNS) + 1).value == "'=问题"
    roster = read_roster_file(data)
    assert roster.ignored == ()
    first, second = roster.lines
    assert (first.values["name"], first.values["phone"], first.values["hired_on"]) == (
        "=HYPERLINK(1)",
        "+85291234567",
        "昨天",
    )
    assert second.values["phone"] == "123"
