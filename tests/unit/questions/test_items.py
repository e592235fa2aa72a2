"""Items as values: lossless bodies, strict responses, scores that keep their laws."""

import json
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.domain.items import (
    Chosen,
    CreditRule,
    FieldError,
    Item,
    MultipleResponse,
    Option,
    SingleResponse,
    TrueFalse,
    answer_as_json,
    explain,
    is_right,
    item_as_json,
    item_from_json,
    parse_response,
    sample_responses,
    score,
    shuffled_order,
    stable_order,
)
from lms.units import Points, as_points
from tests.factories.questions import multiple_body, single_body, true_false_body
from tests.unit.questions.strategies import answers, items, multiple_responses

points = st.decimals(min_value=0, max_value=1000, places=2).map(as_points)


def reordered(item: Item, rng: Random) -> Item:
    """The same item with its options authored in another order."""
    if isinstance(item, TrueFalse):
        return item
    options = list(item.options)
    rng.shuffle(options)
    return replace(item, options=tuple(options))


@given(items)
def test_bodies_are_lossless(item: Item) -> None:
    body = json.loads(json.dumps(item_as_json(item)))
    assert item_from_json(body) == item
    assert item_as_json(item_from_json(body)) == body


@given(items, points)
def test_every_item_answers_its_own_samples(item: Item, full: Points) -> None:
    samples = sample_responses(item)
    for raw in samples.right:
        answer = parse_response(item, raw)
        assert is_right(item, answer)
        assert score(item, answer, full) == full
    for raw in samples.wrong:
        answer = parse_response(item, raw)
        assert not is_right(item, answer)
        assert 0 <= score(item, answer, full) <= full
    for raw in samples.malformed:
        with pytest.raises(FieldError):
            parse_response(item, raw)


@given(st.data(), items, points)
def test_score_lies_between_nothing_and_everything(
    data: st.DataObject, item: Item, full: Points
) -> None:
    answer = parse_response(item, data.draw(answers(item)))
    earned = score(item, answer, full)
    assert 0 <= earned <= full
    assert earned == earned.quantize(Decimal("0.01"))
    if is_right(item, answer):
        assert earned == full


@given(items, points)
def test_nothing_earns_nothing(item: Item, full: Points) -> None:
    answer = parse_response(item, {"chosen": []})
    assert answer.is_empty
    assert score(item, answer, full) == 0
    assert not is_right(item, answer)


@given(st.data(), items, points, st.randoms(use_true_random=False))
def test_order_of_options_and_of_the_response_changes_nothing(
    data: st.DataObject, item: Item, full: Points, rng: Random
) -> None:
    raw = data.draw(answers(item))
    turned = {"chosen": list(reversed(raw["chosen"]))}  # type: ignore[call-overload]
    other = reordered(item, rng)
    answer = parse_response(item, raw)
    assert parse_response(other, turned) == answer
    assert score(other, answer, full) == score(item, answer, full)
    assert is_right(other, answer) == is_right(item, answer)


@given(st.data(), items)
def test_answers_are_lossless(data: st.DataObject, item: Item) -> None:
    answer = parse_response(item, data.draw(answers(item)))
    assert parse_response(item, json.loads(json.dumps(answer_as_json(answer)))) == answer


@given(st.data(), multiple_responses(with_weights=False))
def test_only_the_key_is_right_under_every_rule(
    data: st.DataObject, item: MultipleResponse
) -> None:
    answer = parse_response(item, data.draw(answers(item)))
    assert is_right(item, answer) == (answer.ids == item.keys)


# Four options, keys a and c: the formulas worked by hand, 6 points.
@pytest.mark.parametrize(
    ("rule", "chosen", "earned"),
    [
        (CreditRule.EXACT, "ac", "6"),
        (CreditRule.EXACT, "a", "0"),
        (CreditRule.EXACT, "acd", "0"),
        (CreditRule.PROPORTIONAL, "ac", "6"),
        (CreditRule.PROPORTIONAL, "a", "4.5"),
        (CreditRule.PROPORTIONAL, "acd", "4.5"),
        (CreditRule.PROPORTIONAL, "abcd", "3"),
        (CreditRule.PROPORTIONAL, "bd", "0"),
        (CreditRule.CORRECT_MINUS_WRONG, "ac", "6"),
        (CreditRule.CORRECT_MINUS_WRONG, "a", "3"),
        (CreditRule.CORRECT_MINUS_WRONG, "acd", "3"),
        (CreditRule.CORRECT_MINUS_WRONG, "abcd", "0"),
        (CreditRule.CORRECT_MINUS_WRONG, "ab", "0"),
        (CreditRule.CORRECT_MINUS_WRONG, "abd", "0"),
    ],
)
def test_credit_rules(rule: CreditRule, chosen: str, earned: str) -> None:
    item = item_from_json(multiple_body(credit=rule.value))
    answer = parse_response(item, {"chosen": list(chosen)})
    assert score(item, answer, as_points(6)) == Decimal(earned)


def test_a_third_is_rounded_half_up_to_a_hundredth() -> None:
    options = tuple(Option(name, name, "") for name in "abcd")
    item = MultipleResponse("?", options, frozenset("abc"), "", CreditRule.CORRECT_MINUS_WRONG)
    assert score(item, Chosen(frozenset("a")), as_points(1)) == Decimal("0.33")
    assert score(item, Chosen(frozenset("ab")), as_points(1)) == Decimal("0.67")
    assert score(item, Chosen(frozenset("a")), as_points("0.15")) == Decimal("0.05")


def test_negative_points_are_refused() -> None:
    item = item_from_json(single_body())
    with pytest.raises(ValueError, match="cannot be awarded"):
        score(item, Chosen(frozenset("b")), Points(Decimal(-1)))


@given(items, st.integers())
def test_shuffling_is_a_permutation_and_repeats_with_its_seed(item: Item, seed: int) -> None:
    order = shuffled_order(item, Random(seed))
    assert sorted(order) == sorted(option.id for option in item.options)
    assert order == shuffled_order(item, Random(seed))
    if isinstance(item, TrueFalse):
        assert order == ["true", "false"]


def test_shuffling_really_shuffles() -> None:
    item = item_from_json(multiple_body())
    assert {tuple(shuffled_order(item, Random(seed))) for seed in range(200)} > {
        ("a", "b", "c", "d"),
        ("d", "c", "b", "a"),
    }


def test_stable_order_belongs_to_person_and_item() -> None:
    item = item_from_json(multiple_body())
    mine = stable_order(item, person_id=7, item_key="x-01")
    assert mine == stable_order(item, person_id=7, item_key="x-01")
    assert {tuple(stable_order(item, person_id=n, item_key="x-01")) for n in range(20)} != {
        tuple(mine)
    }
    assert {tuple(stable_order(item, person_id=7, item_key=f"x-{n}")) for n in range(20)} != {
        tuple(mine)
    }


def test_explaining_marks_key_and_choice_in_the_order_shown() -> None:
    item = item_from_json(multiple_body())
    shown = explain(item, Chosen(frozenset({"a", "b"})), ["d", "c", "b", "a"])
    assert not shown.is_right
    assert [(one.id, one.is_key, one.is_chosen) for one in shown.options] == [
        ("d", False, False),
        ("c", True, False),
        ("b", False, True),
        ("a", True, True),
    ]
    assert shown.options[2].feedback == "这是推给别人。"
    assert shown.explanation == "先接住，再处理。"
    assert [one.id for one in explain(item, Chosen(frozenset())).options] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("order", [["a", "b", "c"], ["a", "b", "c", "c"], ["a", "b", "c", "x"]])
def test_explaining_needs_an_order_of_these_options(order: list[str]) -> None:
    with pytest.raises(ValueError, match="is not an order"):
        explain(item_from_json(multiple_body()), Chosen(frozenset()), order)


def change(body: dict[str, object], **fields: object) -> dict[str, object]:
    return {name: value for name, value in {**body, **fields}.items() if value is not ...}


OPTIONS = [{"id": "a", "text": "甲", "feedback": ""}, {"id": "b", "text": "乙", "feedback": ""}]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "type"),
        ({"type": "haiku"}, "type"),
        (change(single_body(), stem=...), "stem"),
        (change(single_body(), stem="  "), "stem"),
        (change(single_body(), stem=3), "stem"),
        (change(single_body(), colour="red"), "colour"),
        (change(single_body(), key=["z"]), "key"),
        (change(single_body(), key=[]), "key"),
        (change(single_body(), key=["a", "b"]), "key"),
        (change(single_body(), key="a"), "key"),
        (change(single_body(), key=["a", "a"]), "key"),
        (change(single_body(), key=[1]), "key[0]"),
        (change(single_body(), options={}), "options"),
        (change(single_body(), options=OPTIONS[:1], key=["a"]), "options"),
        (change(single_body(), options=["a", "b"]), "options[0]"),
        (change(single_body(), options=[{"id": "a", "text": "甲"}, *OPTIONS]), "options[0].feedback"),
        (change(single_body(), options=[*OPTIONS, OPTIONS[0]]), "options[2].id"),
        (change(single_body(), options=[*OPTIONS, {**OPTIONS[0], "id": "c"}]), "options[2].text"),
        (change(single_body(), options=[*OPTIONS, {"id": "C!", "text": "x", "feedback": ""}]), "options[2].id"),
        (change(single_body(), options=[{"id": f"o{n}", "text": f"{n}", "feedback": ""} for n in range(13)]), "options"),
        (change(multiple_body(), key=[]), "key"),
        (change(multiple_body(), key=["z"]), "key"),
        (change(multiple_body(), key=["a", "b", "c", "d"]), "key"),
        (change(multiple_body(), credit="generous"), "credit"),
        (change(multiple_body(), credit=...), "credit"),
        (change(true_false_body(), answer="false"), "answer"),
        (change(true_false_body(), feedback=[]), "feedback"),
        (change(true_false_body(), feedback={"true": ""}), "feedback.false"),
        (change(true_false_body(), stem=""), "stem"),
    ],
)  # fmt: skip
def test_a_bad_body_names_its_field(body: dict[str, object], field: str) -> None:
    with pytest.raises(FieldError) as caught:
        item_from_json(body)
    assert caught.value.field == field
    assert caught.value.problem
    assert str(caught.value).startswith(f"{field}: ")


def test_a_value_is_checked_however_it_is_made() -> None:
    options = (Option("a", "甲", ""), Option("b", "乙", ""))
    with pytest.raises(FieldError):
        SingleResponse("?", options, "c", "")
    with pytest.raises(FieldError):
        MultipleResponse("?", options, frozenset(), "")
    with pytest.raises(FieldError):
        TrueFalse(" ", True, "", "", "")
    assert MultipleResponse("?", options, frozenset("a"), "").credit is CreditRule.EXACT


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "a",
        7,
        {"text": "a"},
        {"chosen": None},
        {"chosen": "a"},
        {"chosen": ["e"]},
        {"chosen": ["a", "a"]},
        {"chosen": [["a"]]},
        {"chosen": ["a"], "more": 1},
        {1: ["a"]},
    ],
)
def test_malformed_responses_are_refused(raw: object) -> None:
    with pytest.raises(FieldError):
        parse_response(item_from_json(multiple_body()), raw)


def test_one_answer_only_where_one_is_asked_for() -> None:
    with pytest.raises(FieldError, match="at most 1"):
        parse_response(item_from_json(single_body()), {"chosen": ["a", "b"]})
    with pytest.raises(FieldError, match="at most 1"):
        parse_response(item_from_json(true_false_body()), {"chosen": ["true", "false"]})
