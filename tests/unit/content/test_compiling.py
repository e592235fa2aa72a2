"""Rendering for publication."""

import datetime as dt

import pytest

from lms.content.compiling import CardState, compile_content
from lms.content.domain.plan import Kind
from lms.content.services import check_files
from tests.unit.content.trees import (
    CARDS,
    FILES,
    STIMULI,
    SVG,
    judgement,
    lesson,
    sharing,
    single,
    write,
)

TODAY = dt.date(2026, 11, 23)


@pytest.fixture
def compiled_from(tmp_path):
    numbers = iter(range(100))

    def build(known=None, **changes):
        content, issues = check_files(write(tmp_path / str(next(numbers)), **changes), today=TODAY)
        assert [one for one in issues if one.severity == "error"] == []
        return compile_content(content, known or {})

    return build


def parts(compiled, kind, key):
    return next(one.parts for one in compiled.things if (one.kind, one.key) == (kind, key))


def test_a_lesson_is_rendered_with_its_card_picture_and_chat(compiled_from):
    text = compiled_from().lessons["one-a"].text
    html = "".join(block["html"] for block in text.blocks)
    assert [block["key"] for block in text.blocks] == ["b1", "b2", "b3", "b4", "b5"]
    assert '<div class="rule-card">' in html
    assert "核对于 2026-07-17" in html
    assert "待核" not in html
    assert 'src="/media/demo/map.svg?v=' in html
    assert 'alt="图"' in html
    assert "<figcaption>图注</figcaption>" in html
    assert "chat-agent" in html
    assert '<mark class="place" title="优惠上限">10 元</mark>' in html
    assert text.cards == ({"key": "card-a", "version": 1},)


def test_an_unverified_card_says_so(compiled_from):
    body = lesson("two-b", "::: card card-b\n:::\n", "cards: [card-b]\n")
    text = compiled_from(**{"01_b_md": body}).lessons["two-b"].text
    html = "".join(block["html"] for block in text.blocks)
    assert '<span class="rule-card-unchecked">待核</span>' in html
    assert "3 分钟（截至 2026-04）" in html


def test_what_a_card_says_is_escaped(compiled_from):
    cards = CARDS.replace("要开发票", '"<img src=x onerror=alert(1)>"')
    text = compiled_from(law_yml=cards).lessons["one-a"].text
    html = "".join(block["html"] for block in text.blocks)
    assert "<img src=x" not in html
    assert "&lt;img" in html


def test_a_changed_card_or_picture_revises_the_lesson_that_shows_it(compiled_from):
    first = compiled_from()
    card = compiled_from(law_yml=CARDS.replace("要开发票", "有求必开"))
    picture = compiled_from(map_svg=SVG.replace("图", "新图"))
    for changed in (card, picture):
        before, after = (parts(one, Kind.LESSON, "one-a") for one in (first, changed))
        assert {name for name in before if before[name] != after[name]} == {"shown"}
        assert first.lessons["one-a"].text.sha256 != changed.lessons["one-a"].text.sha256
        assert parts(first, Kind.LESSON, "two-b") == parts(changed, Kind.LESSON, "two-b")


def test_the_version_of_a_card_counts_up_even_where_the_author_forgot(compiled_from):
    first = compiled_from()
    same = CardState(4, first.cards["card-a"][0].sha256())
    cases = {
        same: 4,
        CardState(4, "other"): 5,
        CardState(4, ""): 5,
    }
    for known, version in cases.items():
        text = compiled_from({"card-a": known}).lessons["one-a"].text
        assert text.cards == ({"key": "card-a", "version": version},)
        assert f"第 {version} 版" in "".join(block["html"] for block in text.blocks)


def test_compiling_twice_gives_the_same(compiled_from):
    assert compiled_from().things[0].parts == compiled_from().things[0].parts
    first, second = compiled_from(), compiled_from()
    assert [(t.kind, t.key, t.parts) for t in first.things] == [
        (t.kind, t.key, t.parts) for t in second.things
    ]


def test_moving_a_lesson_changes_its_place_and_not_its_version(compiled_from, tmp_path):
    first = compiled_from()
    root = write(tmp_path / "moved")
    folder = root / "courses/demo/02-two"
    (folder / "01-b.md").rename(folder / "02-b.md")
    (folder / "01-a0.md").write_text(lesson("two-a0"), encoding="utf-8")
    recall = FILES["question_banks/bank/recall.yml"]
    extra = recall.replace("bank-r", "bank-s").replace("two-b", "two-a0")
    (root / "question_banks/bank/recall.yml").write_text(recall + extra, encoding="utf-8")
    content, issues = check_files(root, today=TODAY)
    assert issues == []
    moved = compile_content(content, {})
    before, after = (parts(one, Kind.LESSON, "two-b") for one in (first, moved))
    assert {name for name in before if before[name] != after[name]} == {"place"}
    assert first.lessons["two-b"].text.sha256 == moved.lessons["two-b"].text.sha256


def test_every_authored_thing_is_planned(compiled_from):
    items = sharing(single("bank-1")) + judgement("bank-2")
    things = compiled_from(items_yml=items, stimuli_yml=STIMULI).things
    kinds = [one.kind for one in things]
    assert {kind: kinds.count(kind) for kind in Kind} == {
        Kind.CARD: 2,
        Kind.BANK: 1,
        Kind.CASE_GROUP: 1,
        Kind.PROGRAMME: 1,
        Kind.LESSON: 2,
        Kind.ITEM: 4,
        Kind.QUIZ: 3,
        Kind.CONDITIONS: 1,
    }
