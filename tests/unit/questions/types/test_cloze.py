"""Cloze: gaps of the smaller types, weighted, in one text."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings

from lms.questions.domain.items import (
    AcceptedNumber,
    AcceptedText,
    Cloze,
    FieldError,
    Gap,
    MultipleResponse,
    Numeric,
    Option,
    ShortText,
    SingleResponse,
    item_from_json,
    parse_response,
)
from tests.unit.questions.strategies import clozes
from tests.unit.questions.types.laws import keeps_every_law

OPTIONS = (Option("a", "甲", "对"), Option("b", "乙", "不对"), Option("c", "丙"))
ITEM = Cloze(
    "收到货 {{days}} 天内，因 {{why}} 可以 {{what}}，运费 {{fee}}。",
    (
        Gap("days", 2, Numeric("", (AcceptedNumber.around(Decimal(7)),), "天")),
        Gap("why", 1, MultipleResponse("", OPTIONS, frozenset("ab"))),
        Gap("what", 1, ShortText("", (AcceptedText("退货"), AcceptedText("退*", Decimal(50))))),
        Gap("fee", 1, SingleResponse("", OPTIONS, "c")),
    ),
    "讲解",
)


@settings(max_examples=60)
@given(clozes())
def test_laws(item: Cloze) -> None:
    keeps_every_law(item)


def test_the_share_is_the_weighted_mean() -> None:
    def share(**gaps: object) -> Fraction:
        return ITEM.share(parse_response(ITEM, {"gaps": gaps}))

    assert share(days={"text": "7 天"}) == Fraction(2, 5)
    assert share(what={"text": "退款"}) == Fraction(1, 10)
    assert share(days={"text": "8"}, why={"chosen": ["a", "b"]}, fee={}) == Fraction(1, 5)


def test_open_gaps_are_not_stored() -> None:
    answer = parse_response(
        ITEM, {"gaps": {"what": {"text": " "}, "fee": {"chosen": []}, "why": {}}}
    )
    assert answer.is_empty
    assert answer.as_json() == {}


def test_explained_gap_by_gap() -> None:
    raw = {
        "gaps": {"why": {"chosen": ["a", "c"]}, "fee": {"chosen": ["b"]}, "days": {"text": "七"}}
    }
    rows = ITEM.explained(parse_response(ITEM, raw), None).rows
    assert [(row.id, row.given, row.right, row.feedback) for row in rows] == [
        ("days", "七", ("7 天",), ""),
        ("why", "甲、丙", ("甲、乙",), "对"),
        ("what", "", ("退货",), ""),
        ("fee", "乙", ("丙",), "不对"),
    ]


GAP = Gap("g", 1, SingleResponse("", OPTIONS, "a"))


@pytest.mark.parametrize(
    ("stem", "gaps"),
    [
        ("没有空", (GAP,)),
        ("{{g}} 两次 {{g}}", (GAP,)),
        ("{{g}} {{h}}", (GAP,)),
        ("{{h}} {{g}}", (GAP, Gap("h", 1, GAP.item))),
        ("{{g}}", (GAP, GAP)),
        ("", (GAP,)),
        ("没有", ()),
        ("{{g}}", (Gap("g", 0, GAP.item),)),
        ("{{g}}", (Gap("g", 1, SingleResponse("题干", OPTIONS, "a")),)),
    ],
)
def test_markers_must_fit_the_gaps(stem: str, gaps: tuple[Gap, ...]) -> None:
    with pytest.raises(FieldError):
        Cloze(stem, gaps)


def test_a_bad_gap_names_its_place() -> None:
    body = ITEM.as_json()
    gaps = body["gaps"]
    assert isinstance(gaps, list)
    gaps[1]["item"]["key"] = ["z"]
    with pytest.raises(FieldError) as caught:
        item_from_json(body)
    assert caught.value.field == "gaps[1].item.key"


def test_a_gap_item_cannot_stand_alone() -> None:
    with pytest.raises(FieldError):
        item_from_json(GAP.item.as_json())
