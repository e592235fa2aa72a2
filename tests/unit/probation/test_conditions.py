"""What exactly is shown, signed and hashed."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.probation.domain.conditions import (
    Condition,
    compose,
    fingerprint,
    fold_name,
    is_same_name,
    read_condition,
    text_sha256,
)


def test_a_line_is_read():
    body = {
        "key": "C1",
        "text": " 五个模块测验全部通过 ",
        "text_en": "All module quizzes passed",
        "source": "module_quiz",
        "threshold": 80,
        "keys": ["law"],
        "data": "试卷",
        "judge": "trainer",
    }
    assert read_condition(body) == Condition(
        key="C1",
        text="五个模块测验全部通过",
        text_en="All module quizzes passed",
        source="module_quiz",
        threshold="80",
        data="试卷",
        keys=("law",),
    )


def test_only_key_and_text_are_needed():
    assert read_condition({"key": "C1", "text": "x", "text_en": None, "keys": "law"}) == Condition(
        "C1", "x"
    )


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"text": "x"}, "key"),
        ({"key": "", "text": "x"}, "key"),
        ({"key": "条件一", "text": "x"}, "key"),
        ({"key": "C:1", "text": "x"}, "key"),
        ({"key": "C1"}, "text"),
        ({"key": "C1", "text": "  "}, "text"),
        ({"key": "C1", "text": 5}, "text"),
    ],
)
def test_a_line_without_name_or_words_is_refused(body, wrong):
    with pytest.raises(ValueError, match=wrong):
        read_condition(body)


def test_the_signed_text_holds_title_and_every_line():
    text = compose("录用条件", "正文。\r\n一、测验通过。\r\n", ["测验通过", "不触碰红线", ""])
    assert text == "## 录用条件\n\n正文。\n一、测验通过。\n\n---\n\n- 不触碰红线\n"


def test_what_the_author_wrote_is_not_said_twice():
    text = compose("录用条件", "# 录用条件\n\n- 测验通过\n", ["测验通过"])
    assert text == "# 录用条件\n\n- 测验通过\n"


words = st.text(st.characters(exclude_categories=["Cs", "Cc"])).map(str.strip).filter(bool)


@given(words, st.text(), st.lists(words))
def test_composing_again_changes_nothing(title, text, lines):
    once = compose(title, text, lines)
    assert compose(title, once, lines) == once
    assert all(word in once for word in [title, *lines])


def test_the_hash_is_that_of_the_bytes():
    assert text_sha256("录用条件\n") == hashlib.sha256("录用条件\n".encode()).hexdigest()


def test_the_fingerprint_does_not_depend_on_the_order_of_keys():
    one = fingerprint({"text": "a", "items": [{"key": "C1", "text": "x"}]})
    assert one == fingerprint({"items": [{"text": "x", "key": "C1"}], "text": "a"})
    assert one != fingerprint({"items": [{"text": "x", "key": "C2"}], "text": "a"})


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("王小明", "王小明"),
        (" 王 小明　", "王小明"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("Li  Lei", "Li Lei"),
        ("𬭎 文", "𬭎文"),
    ],
)
def test_a_name_is_the_same_with_blanks_folded(typed, name):
    assert is_same_name(typed, name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("", "王小明"), ("  ", "  "), ("王小", "王小明"), ("王晓明", "王小明"), ("LiLei", "Li Lei"), ("li lei", "Li Lei")],
)  # fmt: skip
def test_another_name_is_another(typed, name):
    assert not is_same_name(typed, name)


@given(st.text())
def test_folding_is_idempotent(name):
    assert fold_name(fold_name(name)) == fold_name(name)
