"""Short text: accepted answers, wildcards, and which differences count."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.domain.folding import Folding, Pattern
from lms.questions.domain.items import AcceptedText, FieldError, ShortText, Typed
from tests.unit.questions.strategies import characters, short_texts
from tests.unit.questions.types.laws import keeps_every_law


def share(accepted: str, typed: str, **flags: bool) -> Fraction:
    return ShortText("?", (AcceptedText(accepted),), **flags).share(Typed(typed))


@given(short_texts())
def test_laws(item: ShortText) -> None:
    keeps_every_law(item)


@pytest.mark.parametrize(
    ("accepted", "typed", "flags", "is_right"),
    [
        ("ABC123", "ＡＢＣ１２３", {}, True),
        ("ＡＢＣ", "abc", {}, True),
        ("abc", "ABC", {"match_case": True}, False),
        ("abc", "ａｂｃ", {"match_width": True}, False),
        ("ABC", "ａｂｃ", {"match_case": True}, False),
        ("new york", "  New \t York\n", {}, True),
        ("newyork", "new york", {}, False),
        ("七天无理由", "七天無理由", {}, False),
        ("七天无理由", "七天無理由", {"fold_traditional": True}, True),
        ("退貨", "退货", {"fold_traditional": True}, True),
        ("Straße", "STRASSE", {}, True),
        ("*退货*", "我要退货呀", {}, True),
        ("*退货*", "退货", {}, True),
        ("退*货", "退货", {}, True),
        ("退*货", "退掉的货物", {}, False),
        ("a*b*c", "a c b", {}, False),
        ("a*b*c", "aXbbYc", {}, True),
        (r"5\*3", "5*3", {}, True),
        (r"5\*3", "5x3", {}, False),
        ("5*3", "5*3", {}, True),
        (r"\*", "*", {}, True),
        (r"a\b", r"a\b", {}, True),
        ("５＊３", "5*3", {}, True),
        ("５＊３", "5x3", {}, False),
    ],
)
def test_which_texts_are_the_same(
    accepted: str, typed: str, flags: dict[str, bool], is_right: bool
) -> None:
    assert share(accepted, typed, **flags) == Fraction(is_right)


def test_the_first_that_matches_decides() -> None:
    item = ShortText(
        "?",
        (
            AcceptedText("北京"),
            AcceptedText("北*", Decimal(50), "差一点"),
            AcceptedText("*", Decimal(-10), "再想想"),
        ),
    )
    assert [item.share(Typed(text)) for text in ("北京", "北平", "上海", " ")] == [
        1,
        Fraction(1, 2),
        0,
        0,
    ]
    (row,) = item.explained(Typed("北平"), None).rows
    assert (row.given, row.right, row.feedback) == ("北平", ("北京",), "差一点")


@pytest.mark.parametrize(
    "accepted",
    [
        (),
        (AcceptedText("北", Decimal(50)),),
        (AcceptedText("*", Decimal(50)), AcceptedText("北京")),
        (AcceptedText(" "),),
        (AcceptedText("北", Decimal(101)),),
        (AcceptedText("长" * 201),),
    ],
)
def test_an_item_that_nobody_can_answer_is_refused(accepted: tuple[AcceptedText, ...]) -> None:
    with pytest.raises(FieldError):
        ShortText("?", accepted)


@given(st.text(characters, max_size=40), st.booleans(), st.booleans(), st.booleans())
def test_a_text_is_always_the_same_as_itself(
    text: str, match_case: bool, match_width: bool, fold_traditional: bool
) -> None:
    folding = Folding(match_case, match_width, fold_traditional)
    assert Pattern(text.replace("*", "\\*"), folding).matches(folding.fold(text)) or "\\" in text


def test_many_stars_do_not_take_long() -> None:
    assert share("*a" * 60 + "*b", "a" * 200) == 0
