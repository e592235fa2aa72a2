"""Question sheets: ours round-trips, anybody's is read with a mapping, nobody's breaks us."""

import datetime as dt
import random
import re
from decimal import Decimal
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.drawing.image import Image as SheetImage
from PIL import Image

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.values import Candidate, Outgoing, Parsed, Stimulus
from lms.questions.domain.exchange.xlsx import (
    ColumnMap,
    bad_rows_xlsx,
    parse_xlsx,
    propose_mapping,
    read_sheets,
    template_xlsx,
    write_xlsx,
)
from lms.questions.domain.exchange.xlsx.examples import examples
from lms.questions.domain.items import (
    MultipleResponse,
    SingleResponse,
    TrueFalse,
    item_as_json,
)
from tests.unit.questions.exchange.shapes import bare, candidates

HEADINGS = ("题型", "题干", "A", "B", "C", "D", "答案", "解析")


def book(*rows: tuple[object, ...], title: str = "Sheet") -> Workbook:
    made = Workbook()
    made.worksheets[0].title = title
    for row in rows:
        made.worksheets[0].append(row)
    return made


def packed(made: Workbook) -> bytes:
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def parsed(*rows: tuple[object, ...]) -> Parsed:
    return parse_xlsx(packed(book(*rows)), "题库.xlsx")


def codes(found: Parsed) -> list[str]:
    return [issue.code for issue in found.issues]


def png(colour: str = "red") -> bytes:
    out = BytesIO()
    Image.new("RGB", (12, 8), colour).save(out, "PNG")
    return out.getvalue()


# --- ours


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(candidates(), min_size=1, max_size=3), st.sampled_from(["zh", "en"]))
def test_what_is_written_is_read_back(found: list[Candidate], lang: str):
    data, issues = write_xlsx(Outgoing("题库", tuple(found)), lang)
    assert issues == ()
    again = parse_xlsx(data, "x.xlsx")
    assert again.issues == ()
    assert [bare(each) for each in again.candidates] == [bare(each) for each in found]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_shared_texts_and_pictures_are_read_back(lang: str):
    import_name = "0" * 64 + ".png"
    picture = png()
    stimuli = (
        Stimulus("m1", "买家：在吗？\n客服：在。", Where(), "对话", ("客服", "售后/退款")),
        Stimulus("m2", "s1", Where()),
    )
    found = [
        Candidate(TrueFalse(f"![图](media:{import_name}) 对吗", True), Where(), stimulus="m1"),
        Candidate(TrueFalse("还有呢", False), Where(), stimulus="m2"),
    ]
    bank = Outgoing("题库", tuple(found), stimuli, {import_name: picture})
    data, issues = write_xlsx(bank, lang)
    again = parse_xlsx(data, "x.xlsx")
    assert (issues, again.issues) == ((), ())
    assert [bare(each) for each in again.candidates] == found
    shared = [(each.key, each.text, each.title, each.category) for each in again.stimuli]
    assert shared == [(each.key, each.text, each.title, each.category) for each in stimuli]
    assert list(again.media.values()) == [picture]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_template_is_empty_and_its_examples_are_right(lang: str):
    data = template_xlsx(lang)
    assert parse_xlsx(data, "t.xlsx") == Parsed("xlsx")
    made = load_workbook(BytesIO(data))
    made.remove(made.worksheets[0])
    made.worksheets[0].delete_rows(1)
    read = parse_xlsx(packed(made), "t.xlsx")
    assert read.issues == ()
    assert [each.item for each in read.candidates] == [each.item for each in examples(lang)]
    assert len({item_as_json(each.item)["type"] for each in read.candidates}) == 9
    assert [each.stimulus for each in read.candidates][-2:] == ["s1", "s1"]


def test_the_template_is_a_form():
    sheet = load_workbook(BytesIO(template_xlsx("zh"))).worksheets[0]
    assert sheet.freeze_panes == "C2"
    assert sheet.page_setup.orientation == "landscape"
    offered = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert '"易,中,难"' in offered
    assert any("单选题" in str(rule) for rule in offered)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "#REF!", "\t=1"]
)
def test_nothing_is_ever_a_formula(text: str):
    item = SingleResponse(text, (*_options(text, "乙"),), "a", text)
    data, _ = write_xlsx(Outgoing("=1", (Candidate(item, Where(), tags=(text.strip(),)),)))
    with ZipFile(BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b't="e"' not in sheet
    values = [cell.value for cell in load_workbook(BytesIO(data)).worksheets[0][2] if cell.value]
    assert text.strip() in [str(value).strip() for value in values]
    assert all(
        cell.data_type == "s"
        for cell in load_workbook(BytesIO(data)).worksheets[0][2]
        if cell.value
    )


def _options(*texts: str):
    made = Candidate(examples("zh")[0].item, Where()).item.options
    return tuple(type(made[0])(name, text) for name, text in zip("abcdefgh", texts, strict=False))


def test_a_text_too_long_for_a_cell_is_said():
    _, issues = write_xlsx(Outgoing("x", (Candidate(TrueFalse("长" * 40_000, True), Where()),)))
    assert [issue.code for issue in issues] == ["text_too_long"]


# --- sheets of others


def test_columns_in_any_order_and_under_any_name():
    found = parsed(
        ("2026 年客服题库",),
        (None,),
        (
            "正确答案",
            "选项1",
            "选项2",
            "选项3",
            "试题内容",
            "难易程度",
            "考点",
            "分数",
            "类型",
            "备注",
        ),
        ("2", "甲", "乙", "丙", "哪个？", "较易", "售后", 2.0, "单项选择", "改过"),
        ("1,3", "甲", "乙", "丙", "哪些？", "困难", "售前", "3分", "多选", None),
    )
    first, second = found.candidates
    assert isinstance(first.item, SingleResponse)
    assert (first.item.key, first.difficulty, first.point, first.points) == (
        "b",
        "easy",
        "售后",
        Decimal(2),
    )
    assert isinstance(second.item, MultipleResponse)
    assert (second.item.keys, second.difficulty, second.points) == (
        frozenset("ac"),
        "hard",
        Decimal(3),
    )
    assert first.where == Where("题库.xlsx", row=4)
    assert codes(found) == ["column_ignored"]
    assert found.issues[0].facts["heading"] == "备注"


@pytest.mark.parametrize(
    "answer", ["ACD", "A,C", "A、C", "A;C", "Ａ；Ｃ", "a c", "AC。", "（A）（C）", "A/C", "CA"]
)
def test_answers_as_trainers_write_them(answer: str):
    found = parsed(HEADINGS, ("多选题", "哪些？", "甲", "乙", "丙", "丁", answer, ""))
    keys = found.candidates[0].item.keys
    assert keys == (frozenset("acd") if answer == "ACD" else frozenset("ac"))


@pytest.mark.parametrize(
    ("answer", "truth"),
    [(w, True) for w in ("对", "√", "T", "正确", "TRUE", True, "是", "✓", "Ｔ", "对。")]
    + [(w, False) for w in ("错", "×", "F", "错误", "false", False, "否", "✗", "X")],
)
def test_truth_as_trainers_write_it(answer: object, truth: bool):
    found = parsed(HEADINGS, ("判断题", "对吗？", None, None, None, None, answer, None))
    assert found.candidates[0].item.answer is truth


def test_a_missing_type_is_read_only_from_an_answer_that_proves_it():
    found = parsed(
        ("题干", "A", "B", "C", "答案"),
        ("单", "甲", "乙", "丙", "B"),
        ("多", "甲", "乙", "丙", "AB"),
        ("判", None, None, None, "√"),
        ("填", None, None, None, "北京"),
    )
    types = [item_as_json(each.item)["type"] for each in found.candidates]
    assert types == ["single_response", "multiple_response", "true_false"]
    assert codes(found) == ["type_unknown", "types_derived"]
    assert found.issues[0].where == Where("题库.xlsx", row=5, field="type")
    assert found.issues[1].facts["count"] == 3


def test_merged_cells_hold_for_all_their_rows():
    made = book(
        ("题型", "题干", "答案", "材料"),
        ("判断题", "一", "对", "共同的材料"),
        (None, "二", "错", None),
        (None, "三", "对", None),
    )
    made.worksheets[0].merge_cells("A2:A4")
    made.worksheets[0].merge_cells("D2:D3")
    found = parse_xlsx(packed(made), "x.xlsx")
    assert [each.item.stem for each in found.candidates] == ["一", "二", "三"]
    assert [each.stimulus for each in found.candidates] == ["s1", "s1", ""]
    assert [each.text for each in found.stimuli] == ["共同的材料"]
    assert found.issues == ()


def test_several_sheets_and_sections_in_rows():
    made = book(("题干", "答案", "题型"), ("一", "对", "判断"), title="第一张")
    other = made.create_sheet("第二张")
    for row in (
        ("题干", "答案"),
        ("二、判断题（每题2分）",),
        ("二", "错"),
        ("题干", "答案"),
        ("三", "对"),
    ):
        other.append(row)
    made.create_sheet("记录").append(("张三", "已改"))
    found = parse_xlsx(packed(made), "x.xlsx")
    assert [each.item.stem for each in found.candidates] == ["一", "二", "三"]
    assert found.candidates[1].where == Where("x.xlsx › 第二张", row=3)
    assert found.candidates[1].points == 2
    assert codes(found) == ["sheet_without_headings"]
    assert found.issues[0].severity is Severity.WARNING


def test_headings_in_two_rows():
    made = book(
        ("题干", "选项", None, None, "答案"),
        (None, "A", "B", "C", None),
        ("哪个？", "甲", "乙", "丙", "C"),
    )
    made.worksheets[0].merge_cells("B1:D1")
    found = parse_xlsx(packed(made), "x.xlsx")
    assert found.candidates[0].item.key == "c"


def test_options_in_one_cell_and_with_their_own_letters():
    found = parsed(
        ("题型", "题目", "选项", "答案"),
        ("单选", "哪个？", "A. 甲\nB. 乙\nC. 丙", "C"),
        ("单选", "哪个？", "A、甲 B、乙 C、丙", "A"),
        ("单选", "哪个？", "甲和乙", "A"),
    )
    assert [[o.text for o in each.item.options] for each in found.candidates] == [
        ["甲", "乙", "丙"]
    ] * 2
    assert codes(found) == ["options_unclear"]
    own = parsed(HEADINGS, ("单选", "哪个？", "A. 甲", "B．乙", None, None, "B. 乙", None))
    assert [o.text for o in own.candidates[0].item.options] == ["甲", "乙"]
    assert own.candidates[0].item.key == "b"


def test_rich_text_floats_and_dates():
    rich = CellRichText(["哪个", TextBlock(InlineFont(b=True), "不"), "对？"])
    found = parsed(HEADINGS, ("单选", rich, 3.0, 3.5, dt.date(2026, 1, 2), None, "A", None))
    (candidate,) = found.candidates
    assert candidate.item.stem == "哪个不对？"
    assert [o.text for o in candidate.item.options] == ["3", "3.5", "2026-01-02"]
    assert codes(found) == ["cell_is_date"]


def test_every_error_names_row_and_cell():
    found = parsed(
        (*HEADINGS, "红线"),
        ("单选题", "哪个？", "甲", "乙", None, None, "E", None, None),
        ("连连看", "哪个？", "甲", "乙", None, None, "A", None, None),
        ("单选题", None, "甲", "乙", None, None, "A", None, None),
        (None, None, None, None, None, None, None, None, None),
        ("单选题", "哪个？", "甲", "乙", None, None, None, None, None),
        ("单选题", "哪个？", "甲", "甲", None, None, "A", None, "也许"),
    )
    errors = [
        (i.code, i.where.row, i.where.field) for i in found.issues if i.severity is Severity.ERROR
    ]
    assert errors == [
        ("answer_not_an_option", 2, "answer"),
        ("unknown_type", 3, "type"),
        ("missing_stem", 4, "stem"),
        ("missing_answer", 6, "answer"),
        ("item_refused", 7, "options"),
    ]
    assert [i.facts["count"] for i in found.issues if i.code == "rows_blank"] == [1]
    assert "题干：哪个？" in str(found.issues[0].facts["source"])
    assert found.candidates == ()


def test_a_red_line_that_is_neither_yes_nor_no_is_not_guessed():
    found = parsed(
        ("题型", "题干", "答案", "红线"),
        ("判断", "对吗", "对", "也许"),
        ("判断", "对吗？", "对", "√"),
    )
    assert codes(found) == ["bad_red_line"]
    assert [each.red_line for each in found.candidates] == [True]


def test_the_mapping_can_be_shown_and_changed():
    data = packed(
        book(("编码", "问", "答", "A项", "B项"), ("x1", "哪个？", "B", "甲", "乙"), title="题")
    )
    read = read_sheets(data, "x.xlsx")
    (sheet,) = read.sheets
    assert sheet.header_row is None
    assert [(c.heading, c.samples, c.field) for c in sheet.columns][:3] == [
        ("编码", ("x1",), ""),
        ("问", ("哪个？",), ""),
        ("答", ("B",), ""),
    ]
    assert codes(parse_xlsx(data, "x.xlsx")) == ["sheet_without_headings"]
    chosen = ColumnMap("题", 1, {1: "stem", 2: "answer", 3: "option_a", 4: "option_b"})
    found = parse_xlsx(data, "x.xlsx", [chosen])
    assert [each.item.key for each in found.candidates] == ["b"]
    assert codes(found) == ["column_ignored", "types_derived"]


def test_proposals_name_the_field_of_each_column():
    data = packed(book(HEADINGS, ("单选", "哪个？", "甲", "乙", "丙", "丁", "A", "无")))
    (columns,) = propose_mapping(read_sheets(data, "x"))
    assert list(columns.fields.values()) == [
        "type", "stem", "option_a", "option_b", "option_c", "option_d", "answer", "explanation",
    ]  # fmt: skip
    assert columns.as_json()["header_row"] == 1


def test_pictures_go_to_the_text_they_stand_at():
    made = book(
        HEADINGS,
        ("单选", "哪个？", "甲", "乙", None, None, "A", None),
        ("判断", "对", None, None, None, None, "对"),
    )
    made.worksheets[0].add_image(SheetImage(BytesIO(png())), "B2")
    made.worksheets[0].add_image(SheetImage(BytesIO(png("blue"))), "D2")
    made.worksheets[0].add_image(SheetImage(BytesIO(png("green"))), "K3")
    found = parse_xlsx(packed(made), "x.xlsx")
    item = found.candidates[0].item
    assert re.fullmatch(r"哪个？ !\[\]\(media:[0-9a-f]{64}\.png\)", item.stem)
    assert item.options[1].text.startswith("乙 ![](media:")
    assert codes(found) == ["picture_beside"]
    assert len(found.media) == 3


def test_only_the_bad_rows_come_back_with_what_is_wrong():
    made = book(
        ("题库",), ("题型", "题干", "A", "B", "答案", "出处"),
        ("单选题", "好的", "甲", "乙", "A", "书"),
        ("单选题", "坏的", "甲", "乙", "C", "=1"),
        ("多选题", "也坏", "甲", "乙", None, "书"),
    )  # fmt: skip
    made.worksheets[0].merge_cells("A3:A4")
    data = packed(made)
    again = bad_rows_xlsx(
        data, parse_xlsx(data, "x.xlsx").issues, words=lambda issue: f"请改：{issue.code}"
    )
    sheet = load_workbook(BytesIO(again)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][-2:] == ["出处", "导入问题"]
    assert [row[1] for row in rows[1:]] == ["坏的", "也坏"]
    assert rows[1][0] == "单选题"
    assert [row[-1] for row in rows[1:]] == ["请改：answer_not_an_option", "请改：missing_answer"]
    sheet["E2"] = "B"
    mended = parse_xlsx(packed(sheet.parent), "x.xlsx")
    assert [each.item.stem for each in mended.candidates] == ["坏的"]
    assert "column_ignored" not in [
        i.code for i in mended.issues if i.facts.get("heading") == "导入问题"
    ]


# --- files that mean harm, or are none


def raw_book(sheet: str, shared: str = "") -> bytes:
    """A workbook with the XML of one sheet given."""
    made = packed(book(("题干", "答案"), ("对吗", "对")))
    out = BytesIO()
    with ZipFile(BytesIO(made)) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = sheet.encode()
            target.writestr(name, content)
        if shared:
            target.writestr("xl/sharedStrings.xml", shared)
    return out.getvalue()


def inline(name: str, text: str) -> str:
    return f'<c r="{name}" t="inlineStr"><is><t>{text}</t></is></c>'


def in_sheet(rows: str) -> str:
    return f'<worksheet xmlns="{NS}"><sheetData>{rows}</sheetData></worksheet>'


CELLS = st.one_of(
    st.none(),
    st.sampled_from(HEADINGS),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "xlsx_old"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "xlsx_locked"),
        (b"%PDF-1.7", "not_xlsx"),
        (b"PK\x03\x04 no zip", "archive_broken"),
        (raw_book(in_sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')), "xlsx_too_many_rows"),
        (raw_book(in_sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>')), "xlsx_too_wide"),
        (raw_book(in_sheet('<row r="1"><c r="A1"><v>1')[:-30]), "xlsx_broken"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(data: bytes, code: str):
    found = parse_xlsx(data, "x.xlsx")
    assert codes(found) == [code]
    assert found.issues[0].severity is Severity.ERROR
    assert found.candidates == ()


def test_a_million_formatted_rows_are_no_matter():
    rows = '<row r="1048576"><c r="A1048576" s="0"/></row>'
    cells = f'<row r="1">{inline("A1", "题干")}{inline("B1", "答案")}</row>'
    cells += f'<row r="2">{inline("A2", "对吗")}{inline("B2", "对")}</row>'
    data = raw_book(in_sheet(cells + rows))
    assert len(parse_xlsx(data, "x.xlsx").candidates) == 1


def test_one_long_text_shown_by_many_cells_is_refused():
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 9001))
    shared = f'<sst xmlns="{NS}"><si><t>{"x" * 100_000}</t></si></sst>'
    data = raw_book(in_sheet(cells), shared)
    assert codes(parse_xlsx(data, "x.xlsx")) == ["xlsx_too_large"]


def test_a_formula_that_failed_is_an_error():
    rows = (
        f'<row r="1">{inline("A1", "题干")}{inline("B1", "答案")}</row>'
        f'<row r="2">{inline("A2", "对吗")}<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    data = raw_book(in_sheet(rows))
    assert "cell_error" in codes(parse_xlsx(data, "x.xlsx"))


@given(st.binary(max_size=600))
def test_any_bytes_are_taken(data: bytes):
    for start in (b"", b"PK\x03\x04"):
        assert parse_xlsx(start + data, "x.xlsx").issues


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_broken_workbooks_are_taken(dice: random.Random):
    with ZipFile(BytesIO(SAMPLE)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = dice.choice(sorted(parts))
    content = bytearray(parts[name])
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(content))
        content[at : at + dice.randint(0, 20)] = dice.randbytes(dice.randint(0, 6))
    parts[name] = bytes(content)
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for each, data in parts.items():
            archive.writestr(each, data)
    found = parse_xlsx(out.getvalue(), "x.xlsx")
    assert isinstance(found, Parsed)
    bad_rows_xlsx(out.getvalue(), found.issues)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=9), max_size=9))
def test_any_cells_are_taken(rows: list[list[object]]):
    made = book(HEADINGS)
    for row in rows:
        made.worksheets[0].append([str(v) if str(v).startswith("=") else v for v in row])
    found = parse_xlsx(packed(made), "x.xlsx")
    assert all(isinstance(issue, Issue) for issue in found.issues)


SAMPLE = write_xlsx(
    Outgoing("x", tuple(examples("zh")), (Stimulus("m", "文", Where()),), {"a.png": png()})
)[0]
