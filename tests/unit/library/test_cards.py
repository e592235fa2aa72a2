"""Cards as values."""

import dataclasses
import datetime as dt

import pytest

from lms.library.domain.cards import Card, card_html, next_version

CARD = Card(
    key="ecl-14",
    kind="law",
    title="发票有求必开",
    title_en="Invoices",
    source="电子商务法",
    source_en="E-Commerce Law",
    clause="第十四条",
    rule="要开发票",
    say="好的",
    do="登记",
    consequence="罚款",
    values=({"name": "时限", "value": "3 天", "as_of": "2026-04"},),
    confidence="A",
    checked_on=dt.date(2026, 7, 17),
    effective_from=dt.date(2019, 1, 1),
)
WORDS = {
    "rule": "大意",
    "say": "说",
    "do": "做",
    "consequence": "后果",
    "values": "数字",
    "unchecked": "待核",
    "checked": "核对于 {date}",
    "effective": "{date} 起施行",
    "version": "第 {number} 版",
    "as_of": "截至 {date}",
}


def html(**changes):
    return card_html(dataclasses.replace(CARD, **changes), 3, WORDS)


def test_everything_a_card_says():
    text = html()
    for words in (
        "电子商务法",
        "第十四条",
        "发票有求必开",
        "要开发票",
        "罚款",
        "3 天",
        "截至 2026-04",
    ):
        assert words in text
    assert "核对于 2026-07-17" in text
    assert "2019-01-01 起施行" in text
    assert "第 3 版" in text
    assert "待核" not in text


def test_what_is_empty_is_left_out():
    text = html(clause="", consequence="", values=(), effective_from=None)
    assert "rule-card-clause" not in text
    assert "后果" not in text
    assert "数字" not in text
    assert "施行" not in text


def test_an_unverified_card_says_so():
    assert "待核" in html(confidence="B")
    assert not dataclasses.replace(CARD, confidence="B").is_verified


@pytest.mark.parametrize("field", ["title", "source", "clause", "rule", "say", "do", "consequence"])
def test_every_text_is_escaped(field):
    assert "<script>" not in html(**{field: "<script>x</script>"})


def test_values_are_escaped():
    value = {"name": "<b>", "value": "<i>", "as_of": "<u>"}
    text = html(values=(value,))
    assert not any(tag in text for tag in ("<b>", "<i>", "<u>"))


@pytest.mark.parametrize(
    "changes",
    [
        {"rule": "别的"},
        {"checked_on": dt.date(2026, 8, 1)},
        {"confidence": "B"},
        {"effective_from": None},
        {"values": ()},
        {"title_en": "Other"},
    ],
)
def test_the_digest_covers_everything(changes):
    assert dataclasses.replace(CARD, **changes).sha256() != CARD.sha256()
    assert dataclasses.replace(CARD).sha256() == CARD.sha256()


@pytest.mark.parametrize(
    ("authored", "current", "number"), [(1, None, 1), (4, None, 4), (1, 1, 2), (5, 2, 5), (1, 7, 8)]
)
def test_versions_only_count_up(authored, current, number):
    assert next_version(authored, current) == number
