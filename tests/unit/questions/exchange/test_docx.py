"""Word documents: what trainers' papers hold, and papers of ours that read back."""

import random
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lms.issues import Where
from lms.questions.domain.exchange.docx import parse_docx, write_docx
from lms.questions.domain.exchange.docx.package import packed
from lms.questions.domain.exchange.plain_text import parse_text
from lms.questions.domain.exchange.values import Candidate, Outgoing, Parsed, Stimulus
from lms.questions.domain.exchange.xlsx.examples import examples
from lms.questions.domain.items import (
    Cloze,
    MultipleResponse,
    Option,
    ShortText,
    SingleResponse,
    TrueFalse,
    item_as_json,
)

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LAYOUTS = sorted((Path(__file__).parents[3] / "golden/questions/layouts").glob("*.txt"))


def png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (20, 10), "red").save(out, "PNG")
    return out.getvalue()


def p(*runs: str, number: tuple[int, int] | None = None) -> str:
    properties = ""
    if number is not None:
        properties = f'<w:pPr><w:numPr><w:ilvl w:val="{number[1]}"/><w:numId w:val="{number[0]}"/></w:numPr></w:pPr>'
    return f"<w:p>{properties}{''.join(runs)}</w:p>"


def r(text: str, look: str = "") -> str:
    properties = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paper(*paragraphs: str, parts: dict[str, str] | None = None, media=None) -> bytes:
    data = packed("".join(paragraphs), media or {})
    if not parts:
        return data
    out = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(out, "w") as target:
        for name in source.namelist():
            if name not in parts:
                target.writestr(name, source.read(name))
        for name, content in parts.items():
            target.writestr(name, content)
    return out.getvalue()


def lines(*texts: str) -> list[str]:
    return [p(r(text)) for text in texts]


def codes(found: Parsed) -> list[str]:
    return [issue.code for issue in found.issues]


NUMBERING = f"""<w:numbering xmlns:w="{W}">
<w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="upperLetter"/><w:lvlText w:val="%2."/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>
<w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
</w:numbering>"""


def test_automatic_numbers_are_read_as_word_shows_them():
    data = paper(
        p(r("单选题（每题2分）"), number=(2, 0)),
        p(r("谁发货？"), number=(1, 0)),
        p(r("仓库"), number=(1, 1)),
        p(r("买家"), number=(1, 1)),
        p(r("答案：A")),
        p(r("谁付款？"), number=(1, 0)),
        p(r("仓库"), number=(1, 1)),
        p(r("买家"), number=(1, 1)),
        p(r("答案：B")),
        parts={"word/numbering.xml": NUMBERING},
    )
    found = parse_docx(data, "卷.docx")
    assert found.issues == ()
    assert [(c.item.stem, c.item.key, c.points) for c in found.candidates] == [
        ("谁发货？", "a", 2),
        ("谁付款？", "b", 2),
    ]
    assert found.candidates[1].source.startswith("2. 谁付款？\nA. 仓库")
    assert found.candidates[1].where == Where("卷.docx", line=6)


def test_pictures_tables_breaks_and_signs_are_kept():
    drawing = (
        '<w:r><w:drawing><wp:inline><a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:embed="rIdPic1"/>'
        "</pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
    row = "<w:tr><w:tc><w:p>{}</w:p></w:tc><w:tc><w:p>{}</w:p></w:tc></w:tr>"
    table = f"<w:tbl>{row.format(r('客服'), r('首响|秒'))}{row.format(r('小王'), r('8'))}</w:tbl>"
    data = paper(
        p(r("1. 看图"), drawing),
        table,
        p(
            r("A. 10m"),
            r("2", '<w:vertAlign w:val="superscript"/>'),
            "<w:r><w:br/></w:r>",
            r("B. 3*4"),
        ),
        p(r("答案：A")),
        p(r("2. 对吗（"), '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>', r("）")),
        media={"rIdPic1": ("a.png", png())},
    )
    found = parse_docx(data, "x.docx")
    first, second = found.candidates
    name = next(iter(found.media))
    assert (
        first.item.stem
        == f"看图![](media:{name})\n\n| 客服 | 首响\\|秒 |\n| --- | --- |\n| 小王 | 8 |"
    )
    assert [o.text for o in first.item.options] == ["10m²", "3\\*4"]
    assert second.item == TrueFalse("对吗", True)
    assert found.media[name] == png()
    assert found.issues == ()


def test_options_and_keys_in_tables():
    row = "<w:tr>{}</w:tr>"
    cell = "<w:tc><w:p>{}</w:p></w:tc>"
    options = f"<w:tbl>{row.format(cell.format(r('A. 甲')) + cell.format(r('B. 乙')))}</w:tbl>"
    key = (
        "<w:tbl>"
        + row.format("".join(cell.format(r(t)) for t in ("题号", "1", "2")))
        + row.format("".join(cell.format(r(t)) for t in ("答案", "B", "A")))
        + "</w:tbl>"
    )
    data = paper(*lines("1. 哪个？"), options, *lines("2. 谁？"), options, key)
    found = parse_docx(data, "x.docx")
    assert [c.item.key for c in found.candidates] == ["b", "a"]
    assert found.issues == ()


def test_what_looks_tell_is_reported_never_guessed():
    bold = "<w:b/>"
    data = paper(
        p(r("1. 哪个"), r("不", bold), r("对？")),
        p(r("A. 甲")),
        p(r("B. 乙", bold)),
        p(r("2. 首都是"), r("北京", '<w:u w:val="single"/>'), r("。")),
        p(r("3. 还有"), r("    ", '<w:u w:val="single"/>'), r("。")),
        p(r("答案：上海")),
    )
    found = parse_docx(data, "x.docx")
    assert [(i.code, i.facts.get("marked")) for i in found.issues] == [
        ("missing_answer", ["bold"]),
        ("missing_answer", ["underlined"]),
    ]
    (candidate,) = found.candidates
    assert candidate.item.stem == "还有____。"
    assert isinstance(candidate.item, ShortText)


def test_what_lines_cannot_hold_is_said():
    box = f"<w:r><w:pict><w:txbxContent>{p(r('框里的字'))}</w:txbxContent></w:pict></w:r>"
    gone = "<w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
    data = paper(p(r("1. 对吗（√）"), box, gone))
    found = parse_docx(data, "x.docx")
    assert [i.facts.get("kind") for i in found.issues] == ["text box", "tracked change"]
    assert found.candidates[0].item.stem == "对吗"


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda path: path.stem)
def test_every_layout_reads_the_same_from_a_document(path: Path):
    text = path.read_text(encoding="utf-8")
    if "**" in text or "*" in text or "|" in text:
        text = text.replace("*", "").replace("|", " ")
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    found = parse_docx(paper(*lines(*escaped.split("\n"))), path.name)
    expected = parse_text(text, path.name)
    assert [c.item for c in found.candidates] == [c.item for c in expected.candidates]
    assert codes(found) == codes(expected)


# --- ours


def options(*texts: str) -> tuple[Option, ...]:
    return tuple(Option(name, text) for name, text in zip("abcd", texts, strict=False))


BANK = Outgoing(
    "客服岗前考试",
    (
        Candidate(SingleResponse("哪个**不**对？", options("甲", "乙"), "b", "见手册。"), Where(), points=None),
        Candidate(SingleResponse("看表：\n\n| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |", options("1", "2 & <3>"), "a"), Where()),
        Candidate(MultipleResponse("哪些？", options("甲" * 30, "乙", "丙"), frozenset("ac")), Where()),
        Candidate(TrueFalse("可以骂人。", False, "", "", "红线。"), Where()),
        Candidate(TrueFalse("看图 ![图](media:a.png)", True), Where()),
        Candidate(SingleResponse("（对话里）谁错了？", options("买家", "客服"), "b"), Where(), stimulus="m"),
    ),
    (Stimulus("m", "买家：在吗？\n\n客服：不在。", Where(), "一段对话"),),
    {"a.png": png()},
)  # fmt: skip


def test_a_paper_with_its_key_reads_back():
    data, issues = write_docx(BANK, with_key=True)
    found = parse_docx(data, "x.docx")
    assert issues == ()
    assert codes(found) == ["text_not_used"]  # the title and the line for the name
    name = next(iter(found.media))
    expected = [
        item_as_json(each.item)
        | {"stem": each.item.stem.replace("![图](media:a.png)", f"![](media:{name})")}
        for each in BANK.candidates
    ]
    assert [item_as_json(each.item) for each in found.candidates] == expected
    assert found.candidates[-1].stimulus == "s1"
    assert found.stimuli[0].text == "**一段对话**\n\n买家：在吗？\n\n客服：不在。"


def test_a_paper_without_its_key_shows_no_answer():
    data, _ = write_docx(BANK, with_key=False)
    found = parse_docx(data, "x.docx")
    assert set(codes(found)) == {"text_not_used", "missing_answer"}
    assert found.candidates == ()


def test_papers_of_every_type_are_written_and_the_same_each_time():
    bank = Outgoing("卷", tuple(examples("zh")))
    data, issues = write_docx(bank, with_key=True)
    assert write_docx(bank, with_key=True)[0] == data
    assert [(i.code, i.facts["kind"]) for i in issues] == [("docx_left_out", "feedback")]
    found = parse_docx(data, "x.docx")
    types = {item_as_json(each.item)["type"] for each in found.candidates}
    assert types >= {
        "single_response",
        "multiple_response",
        "true_false",
        "short_text",
        "numeric",
        "ordering",
        "essay",
    }


def test_a_text_with_gaps_reads_back():
    item = examples("zh")[7].item
    assert isinstance(item, Cloze)
    gaps = [
        type(item.gaps[0])(str(n), 1, ShortText("", (_accepted(t),)))
        for n, t in ((1, "48"), (2, "评分"))
    ]
    cloze = Cloze("在 {{1}} 小时内，否则影响 {{2}}。", tuple(gaps))
    data, _ = write_docx(Outgoing("卷", (Candidate(cloze, Where()),)), with_key=True)
    assert [each.item for each in parse_docx(data, "x").candidates] == [cloze]


def _accepted(text: str):
    found = examples("zh")[3].item
    assert isinstance(found, ShortText)
    return type(found.accepted[0])(text)


# --- files that mean harm, or are none


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "docx_old"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "docx_locked"),
        (b"{\\rtf1", "not_docx"),
        (b"PK\x03\x04 no zip", "archive_broken"),
        (paper(parts={"word/document.xml": "<w:document"}), "xml_broken"),
        (
            paper(parts={"word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
            "xml_entities",
        ),
        (paper(), "file_empty"),
    ],
)
def test_what_cannot_be_read_is_said(data: bytes, code: str):
    found = parse_docx(data, "x.docx")
    assert codes(found) == [code]
    assert found.candidates == ()


@given(st.binary(max_size=600))
def test_any_bytes_are_taken(data: bytes):
    for start in (b"", b"PK\x03\x04"):
        assert parse_docx(start + data, "x.docx").issues


SAMPLE = write_docx(BANK, with_key=True)[0]


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_broken_documents_are_taken(dice: random.Random):
    with ZipFile(BytesIO(SAMPLE)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = dice.choice(sorted(parts))
    content = bytearray(parts[name])
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(content))
        content[at : at + dice.randint(0, 20)] = dice.choice(
            [dice.randbytes(4), b"<w:p>", b"</w:p>", b"<w:tbl>", b'w:val="-1"', b""]
        )
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for each, data in {**parts, name: bytes(content)}.items():
            archive.writestr(each, data)
    assert isinstance(parse_docx(out.getvalue(), "x.docx"), Parsed)
