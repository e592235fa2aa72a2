"""Which format a file is in: told by its content and said, or not told at all."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.issues import Where
from lms.questions.domain.exchange.formats import FORMATS, READ, WRITTEN, detect, read_file
from lms.questions.domain.exchange.values import Candidate, Outgoing
from lms.questions.domain.exchange.yaml_shape import item_from_entry

ITEM = item_from_entry(
    {
        "type": "single_response",
        "stem": "Who pays?",
        "options": [{"id": "a", "text": "Buyer", "key": True}, {"id": "b", "text": "Seller"}],
    }
)
BANK = Outgoing("题库", (Candidate(ITEM, Where(), name="q1"),))
PAPER = "1. 谁付运费？\nA. 买家\nB. 卖家\n答案：A\n"


def packed(*names: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return out.getvalue()


@pytest.mark.parametrize("name", WRITTEN)
def test_what_we_write_is_recognised_without_its_name_and_read_back(name):
    writer = FORMATS[name].write
    assert writer is not None
    data, _ = writer(BANK)
    found = detect(data, "x").format
    assert found == {"docx-key": "docx"}.get(name, name)
    if name != "docx":  # a paper without its key says no answers
        (one,) = read_file(found, data, "x").candidates
        assert one.item.stem == "Who pays?"


@pytest.mark.parametrize(
    ("data", "file", "wanted"),
    [
        (PAPER.encode(), "题.txt", "text"),
        (PAPER.encode("gb18030"), "题.txt", "text"),
        (b"What?\nA. x\nB. y\nANSWER: B\n", "a.txt", "aiken"),
        (b"::q:: What? {=x ~y}\n", "a.txt", "gift"),
        (b"$CATEGORY: a/b\n\nWhat? {T}\n", "", "gift"),
        (b"Only words, no marks", "a.gift", "gift"),
        (b"- id: x\n  type: essay\n  stem: y\n", "", "yaml"),
        (b"<?xml version='1.0'?>\n<!-- c -->\n<quiz></quiz>", "a.txt", "moodle-xml"),
        (b"<questestinterop/>", "a.xml", "qti"),
        (packed("imsmanifest.xml", "a/b.xml"), "a.zip", "qti"),
        (packed("xl/workbook.xml"), "a.zip", "xlsx"),
        (packed("word/document.xml"), "a.docx", "docx"),
        (b"\xd0\xcf\x11\xe0old", "a.xls", "xlsx"),
    ],
)
def test_told_by_its_marks(data, file, wanted):
    assert detect(data, file).format == wanted


@pytest.mark.parametrize(
    ("data", "file", "code"),
    [
        (b"", "a.txt", "file_empty"),
        (b"  \n", "a.txt", "file_empty"),
        (b"Just a letter to nobody.", "a.txt", "format_unknown"),
        (b"What? {=x ~y}\n\nB. y\nANSWER: B\n", "a.txt", "format_unclear"),
        (b"<html><body>1.</body></html>", "a.xml", "format_unknown"),
        (b"\xd0\xcf\x11\xe0old", "a.doc", "doc_old"),
        (packed("readme.txt"), "a.zip", "format_unknown"),
        (b"PK\x03\x04broken", "a.zip", "archive_broken"),
        (b"\xff\xfe\x00\xd8", "a.txt", "encoding_broken"),
    ],
)
def test_what_cannot_be_told_is_said_and_never_guessed(data, file, code):
    found = detect(data, file)
    assert found.format == ""
    assert found.issues[0].code == code


def test_the_content_counts_and_a_wrong_ending_is_said():
    found = detect(packed("word/document.xml"), "a.xlsx")
    assert found.format == "docx"
    assert [issue.code for issue in found.issues] == ["ending_differs"]


def test_the_encoding_is_said():
    assert read_file("text", PAPER.encode("gb18030"), "a.txt").encoding == "GB18030"


def test_a_file_without_questions_says_so():
    assert read_file("yaml", b"[]", "a.yml").issues[0].code == "nothing_found"


@given(st.binary(max_size=200), st.sampled_from(["", "a.txt", "a.xlsx", "a.zip", "a.xml", "a.yml"]))
def test_detection_never_raises(data, file):
    found = detect(data, file)
    assert found.format in READ or found.issues


@given(st.text(max_size=120))
def test_detection_of_text_never_raises(text):
    found = detect(text.encode(), "a.txt")
    assert found.format in READ or found.issues
