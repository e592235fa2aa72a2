"""Identity and differences of versions."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.domain.difference import (
    Change,
    Mark,
    Piece,
    Snapshot,
    compare,
    compare_history,
    compare_texts,
)
from lms.questions.domain.identity import ItemFacts, content_sha256
from lms.questions.domain.items import FieldError, Item, item_as_json, item_from_json
from tests.factories.questions import multiple_body, single_body, true_false_body
from tests.unit.questions.strategies import facts, items

FACTS = ItemFacts("x-lesson", "发票", ("ecl-14",), "easy", False)


def snapshot(body: dict[str, object], **fields: object) -> Snapshot:
    return Snapshot(item_from_json(body), replace(FACTS, **fields))  # type: ignore[arg-type]


@given(items, facts)
def test_the_same_content_has_the_same_hash_whatever_the_order_of_fields(
    item: Item, about: ItemFacts
) -> None:
    body = item_as_json(item)
    turned = dict(reversed(list(body.items())))
    assert content_sha256(body, about) == content_sha256(turned, about)
    assert len(content_sha256(body, about)) == 64


@given(items, items, facts, facts)
def test_hashes_differ_exactly_when_something_a_person_sees_differs(
    old: Item, new: Item, before: ItemFacts, after: ItemFacts
) -> None:
    same = content_sha256(item_as_json(old), before) == content_sha256(item_as_json(new), after)
    assert same == (compare(Snapshot(old, before), Snapshot(new, after)) == [])


@given(items, facts)
def test_nothing_changed(item: Item, about: ItemFacts) -> None:
    assert compare(Snapshot(item, about), Snapshot(item, about)) == []


@given(st.text(max_size=40), st.text(max_size=40))
def test_pieces_hold_both_texts(old: str, new: str) -> None:
    pieces = compare_texts(old, new)
    assert "".join(one.text for one in pieces if one.mark is not Mark.NEW) == old
    assert "".join(one.text for one in pieces if one.mark is not Mark.GONE) == new
    assert all(one.text for one in pieces)


def test_chinese_is_compared_by_character_and_numbers_as_a_whole() -> None:
    assert compare_texts("单笔 10 元以内", "单笔 15 元以内") == (
        Piece(Mark.SAME, "单笔 "),
        Piece(Mark.GONE, "10"),
        Piece(Mark.NEW, "15"),
        Piece(Mark.SAME, " 元以内"),
    )


def test_a_rewritten_sentence_is_not_cut_into_crumbs() -> None:
    old, new = "订单已经成立，客服不能单方宣布不算数。", "这样说会让买家误会，也不合规。"
    assert [one.mark for one in compare_texts(old, new)] == [Mark.GONE, Mark.NEW, Mark.SAME]
    kept = compare_texts("客服可以说页面没写，所以不算承诺", "客服不可以说页面写了，所以算承诺")
    assert [one.text for one in kept if one.mark is Mark.SAME] == [
        "客服",
        "可以说页面",
        "，所以",
        "算承诺",
    ]


def test_what_changed_is_named() -> None:
    old = snapshot(single_body())
    body = single_body("买家问能不能开专票，怎么回？", key="a")
    options = [dict(option) for option in body["options"]]  # type: ignore[call-overload]
    options[0]["text"] = "「能开。」"
    options[2]["feedback"] = ""
    body["options"] = [options[1], options[0], options[2]]
    changes = compare(old, snapshot(body, point="专票", red_line=True, cards=(), difficulty="hard"))
    assert [(change.field, change.option_id) for change in changes] == [
        ("stem", ""),
        ("option", "a"),
        ("feedback", "c"),
        ("order", ""),
        ("key", ""),
        ("point", ""),
        ("cards", ""),
        ("difficulty", ""),
        ("red_line", ""),
    ]
    by_field = {change.field: change for change in changes}
    assert by_field["key"].pieces == (Piece(Mark.GONE, "b"), Piece(Mark.NEW, "a"))
    assert by_field["cards"].pieces == (Piece(Mark.GONE, "ecl-14"),)
    assert by_field["red_line"].pieces == (Piece(Mark.GONE, "false"), Piece(Mark.NEW, "true"))


def test_an_option_more_and_an_option_less() -> None:
    three = single_body()
    two = {**three, "options": three["options"][:2]}  # type: ignore[index]
    gone = compare(snapshot(three), snapshot(two))
    assert gone == [
        Change("option", "c", (Piece(Mark.GONE, "「要加税点。」"),)),
        Change("feedback", "c", (Piece(Mark.GONE, "不能加价。"),)),
    ]
    assert [one.pieces[0].mark for one in compare(snapshot(two), snapshot(three))] == [Mark.NEW] * 2


def test_credit_and_type() -> None:
    strict, kind = snapshot(multiple_body()), snapshot(multiple_body(credit="proportional"))
    assert compare(strict, kind) == [
        Change("credit", "", (Piece(Mark.GONE, "exact"), Piece(Mark.NEW, "proportional")))
    ]
    fields = [change.field for change in compare(strict, snapshot(true_false_body()))]
    assert fields[:2] == ["type", "stem"]
    assert "credit" in fields


def test_history() -> None:
    one, two = snapshot(single_body("一")), snapshot(single_body("二"))
    assert compare_history([]) == []
    assert compare_history([one]) == [[]]
    assert [[c.field for c in changes] for changes in compare_history([one, two, two])] == [
        [],
        ["stem"],
        [],
    ]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"lesson_key": " "}, "lesson"),
        ({"point": " "}, "point"),
        ({"difficulty": "simple"}, "difficulty"),
        ({"cards": ("",)}, "cards[0]"),
    ],
)
def test_facts_are_checked(fields: dict[str, object], field: str) -> None:
    with pytest.raises(FieldError) as caught:
        replace(FACTS, **fields)  # type: ignore[arg-type]
    assert caught.value.field == field
