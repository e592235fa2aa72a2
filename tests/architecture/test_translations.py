"""Every sentence of the interface exists in English."""

import re

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from lms.config import ROOT

CATALOGUE = ROOT / "lms/web/translations/en/LC_MESSAGES/messages.po"
METHODS = [
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
]
OPTIONS = {pattern: {"trimmed": "true"} for pattern, method in METHODS if method == "jinja2"}
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "trans": None}
HAN = re.compile(r"[\u4e00-\u9fff]")
PLACE = re.compile(r"%\((\w+)\)[sd]")
#: Names that stay Chinese in English sentences: the product, and terms shown with their Chinese original.
MAY_STAY_CHINESE = re.compile(
    r"上岗|中文|录用条件|转正答辩|转正|待核|提前|不符合|通用规范汉字表|电商售前客服岗前培养"
)


def used() -> set[object]:
    found = extract_from_dir(ROOT / "lms", METHODS, OPTIONS, KEYWORDS)
    return {message for _file, _line, message, _comments, _context in found}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as handle:
        return read_po(handle, locale="en")


def test_complete(catalogue):
    missing = sorted(str(text) for text in used() if catalogue.get(first(text)) is None)
    assert missing == [], "run `make translations` and fill in lms/web/translations/en"


def first(text: object) -> str:
    return text[0] if isinstance(text, tuple) else str(text)


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def test_nothing_empty_or_fuzzy(catalogue):
    assert [m.id for m in messages(catalogue) if m.fuzzy or not all(strings(m))] == []


def test_nothing_left_over(catalogue):
    known = {first(text) for text in used()}
    assert [m.id for m in messages(catalogue) if first(m.id) not in known] == []


def test_english_is_english(catalogue):
    left = [
        s
        for m in messages(catalogue)
        for s in strings(m)
        if HAN.search(MAY_STAY_CHINESE.sub("", s))
    ]
    assert left == []


def test_placeholders_agree(catalogue):
    different = [
        m.id
        for m in messages(catalogue)
        for s in strings(m)
        if set(PLACE.findall(s)) != set(PLACE.findall(first(m.id)))
    ]
    assert different == []
