"""Marks: pieces by which items that may be alike are found before they are compared."""

from hypothesis import given
from hypothesis import strategies as st

from lms.questions.domain.items import item_as_json
from lms.questions.domain.likeness_marks import ENOUGH, MARKS, count_marks, marks_of
from lms.questions.domain.search_text import search_text
from tests.factories.item_types import TYPED
from tests.factories.questions import multiple_body, single_body, true_false_body

BODIES = [
    single_body(),
    multiple_body(),
    true_false_body(),
    *(item_as_json(item) for item in TYPED.values()),
]


def test_an_item_holds_all_of_its_own_marks() -> None:
    for body in BODIES:
        marks = marks_of(body)
        assert 1 <= len(marks) <= MARKS
        assert count_marks(search_text(body, key="k"), marks) == len(marks)


def test_punctuation_width_case_and_bold_do_not_hide_an_item() -> None:
    mine = marks_of(single_body("买家问：能不能开**发票**？ABC 怎么回"))
    text = search_text(single_body("买家问,能不能开发票?ＡＢＣ 怎么回!"), key="k")
    assert count_marks(text, mine) == len(mine)


def test_another_item_holds_too_few() -> None:
    marks = marks_of(single_body("七天无理由退货的运费由谁承担，什么时候由平台承担？"))
    text = search_text(true_false_body("客服可以把买家的手机号发到群里。"), key="k")
    assert count_marks(text, marks) == 0


def test_marks_are_spread_over_stem_and_options() -> None:
    body = single_body("".join(chr(0x4E00 + at) for at in range(160)))
    assert any(mark in ("不能开", "可以开", "请发抬头", "要加税点") for mark in marks_of(body))
    assert len(marks_of(body)) == MARKS


def test_a_short_text_is_its_own_mark_and_an_empty_one_has_none() -> None:
    assert marks_of({"stem": "退货"}) == ("退货",)
    assert marks_of({"stem": " ？"}) == ()
    assert marks_of({}) == ()
    assert count_marks("退货怎么办", ("退货",)) == 1


def test_fewer_than_enough_marks_do_not_count() -> None:
    assert ENOUGH == 2
    assert count_marks("一二三四", ("一二三四", "五六七八", "九十百千")) == 0
    assert count_marks("一二三四 九十百千", ("一二三四", "五六七八", "九十百千")) == 2


@given(
    st.dictionaries(st.sampled_from(["stem", "options", "gaps", "x"]), st.text() | st.integers())
)
def test_any_shape_is_read(body: dict[str, object]) -> None:
    assert len(marks_of(body)) <= MARKS
