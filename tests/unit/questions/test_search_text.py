"""What the search looks at: all words of every type, folded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.domain.items import item_as_json
from lms.questions.domain.search_text import (
    fold,
    letters_of,
    search_fields,
    search_text,
    search_words,
)
from tests.factories.item_types import TYPED
from tests.factories.questions import multiple_body, single_body, true_false_body
from tests.unit.questions.strategies import every_item, maybe_words, words


def is_found(asked: str, body: dict[str, object], **facts: object) -> bool:
    text = search_text(body, key="b-01", **facts)
    return all(word in text for word in search_words(asked))


@given(every_item)
def test_every_word_of_every_type_is_found(item):
    body = item_as_json(item)
    said = [item.stem, item.explanation, *(one.text for one in item.parts() if not one.is_plain)]
    for text in said:
        # The two judgements of true/false have fixed names, which are no words of the item.
        if text not in {"对", "错"}:
            assert is_found(text, body)


@given(every_item, words, st.lists(words, max_size=3))
def test_the_title_and_the_tags_are_found(item, name, tags):
    body = item_as_json(item)
    for text in (name, *tags):
        assert is_found(text, body, name=name, tags=tags)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("short", "七退"),
        ("short", "还差一个字"),
        ("number", "170.5"),
        ("number", "元"),
        ("number", "算得对"),
        ("match", "我要开发票"),
        ("match", "请客户拍照"),
    ],
)
def test_what_each_type_says_beside_its_stem(name, said):
    assert is_found(said, item_as_json(TYPED[name]))


def test_names_of_fields_and_ids_are_no_words():
    for body in (single_body(), multiple_body(), true_false_body()):
        for asked in ("options", "single_response", "explanation", "exact", "feedback"):
            assert not is_found(asked, body)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("Coffee", "COFFEE"),
        ("满 10% 可以吗？", "10%"),
        ("满 10% 可以吗？", "可以吗?"),
        ("Straße", "STRASSE"),
        ("**不**可以", "不可以"),
        ("按 `F5` 刷新", "F5"),
        ("看图：![订单](media:" + "a" * 64 + ".png)", "订单"),
        ("全角　空格", "全角 空格"),
        ("不 可以", "可以 不"),
    ],
)
def test_width_case_and_marks_do_not_count(said, asked):
    assert is_found(asked, single_body(said))


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("发票", "發票"),
        ("不可以", "不让"),
        ("看图：![订单](media:" + "a" * 64 + ".png)", "aaaa"),
        ("可以", "可以 没有"),
    ],
)
def test_what_is_not_said_is_not_found(said, asked):
    assert not is_found(asked, single_body(said))


def test_several_words_are_each_looked_for_once():
    assert search_words("  买家　发票 买家 ") == ("买家", "发票")
    assert search_words(" ") == ()


@given(maybe_words, maybe_words, maybe_words)
def test_a_text_that_holds_a_word_has_all_its_letters(before, word, after):
    text = fold(f"{before}{word}{after}")
    for held in search_words(text):
        pairs = zip(letters_of(held), letters_of(text), strict=True)
        assert all(need & has == need for need, has in pairs)


@given(maybe_words)
def test_letters_fit_into_signed_64_bits_and_differ_for_other_letters(text):
    assert all(0 <= bits < 2**63 for bits in letters_of(text))
    assert letters_of("起") != letters_of("球")
    assert letters_of("") == (0, 0, 0, 0)


def test_the_fields_of_an_item_go_together():
    fields = search_fields(single_body(), key="b-01", tags=("双十一",))
    text = str(fields["search_text"])
    assert "双十一" in text
    assert tuple(fields[f"letters_{number}"] for number in (1, 2, 3, 4)) == letters_of(text)
