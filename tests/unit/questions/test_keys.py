"""Another key for an item: weights, ranges, and what its type can say."""

from decimal import Decimal

import pytest

from lms.questions.domain.items import (
    AcceptedNumber,
    Chosen,
    Cloze,
    CreditRule,
    FieldError,
    Gap,
    Matched,
    MultipleResponse,
    Numeric,
    Option,
    SingleResponse,
    item_as_json,
    item_from_json,
    score,
)
from lms.questions.domain.keys import check_also, key_of, lift, with_also, with_key
from lms.units import as_points
from tests.factories.item_types import ESSAY, TYPED


def weighted(*weights: int) -> tuple[Option, ...]:
    return tuple(
        Option(name, name, f"讲解 {name}", Decimal(weight))
        for name, weight in zip("abcd", weights, strict=False)
    )


def test_a_weighted_key_takes_the_full_weight() -> None:
    item = SingleResponse("问？", weighted(100, 50, 0), "a")
    changed = with_key(item, {"chosen": ["c"]})
    assert [option.weight for option in changed.options] == [0, 50, 100]
    assert [option.feedback for option in changed.options] == ["", "讲解 b", ""]
    assert item_from_json(item_as_json(changed)) == changed


def test_further_options_of_a_weighted_single_response_are_full_too() -> None:
    item = SingleResponse("问？", weighted(100, 50, 0), "a")
    shown = with_also(item, {"chosen": ["b"]})
    assert shown is not None
    assert [option.weight for option in shown.options] == [100, 100, 0]
    assert shown.keys == {"a", "b"}


@pytest.mark.parametrize("ids", ["a", "ab", "bcd"])
def test_a_weighted_set_is_shared_out(ids: str) -> None:
    item = MultipleResponse(
        "问？", weighted(60, 40, -50, 0), frozenset("ab"), "", CreditRule.WEIGHTED
    )
    changed = with_key(item, {"chosen": list(ids)})
    assert item_from_json(item_as_json(changed)) == changed
    assert score(changed, Chosen(frozenset(ids)), as_points(5)) == 5
    assert all((option.weight or 0) <= 0 for option in changed.options if option.id not in ids)


@pytest.mark.parametrize(
    ("line", "low", "high"),
    [
        ("170", "170", "170"),
        ("169.5 ~ 170.5", "169.5", "170.5"),
        ("169.5～170.5 元", "169.5", "170.5"),
        ("1,000 至 1,200", "1000", "1200"),
        ("-3 到 5", "-3", "5"),
        ("170±0.5", "169.5", "170.5"),
        ("170 +/- 2", "168", "172"),
    ],
)
def test_lines_of_numbers(line: str, low: str, high: str) -> None:
    item = with_key(TYPED["number"], {"text": f"\n {line} \n"})
    assert isinstance(item, Numeric)
    assert [(one.low, one.high) for one in item.accepted] == [(Decimal(low), Decimal(high))]


@pytest.mark.parametrize("name", sorted(TYPED))
def test_the_key_as_it_is_changes_nothing(name: str) -> None:
    item = TYPED[name]
    assert with_key(item, key_of(item)) == item


def test_what_earned_a_part_goes_on_earning_it() -> None:
    item = with_key(TYPED["short"], {"text": "包退"})
    assert key_of(item) == {"text": "包退"}
    assert [one["percent"] for one in item_as_json(item)["accepted"]] == ["100", "50"]  # type: ignore[attr-defined]


def test_a_pairing_lifts_its_premise_alone() -> None:
    answer = Matched({"p1": "wait", "p2": "wait"})
    lifted = lift(TYPED["match"], {"pairs": {"p1": "wait"}}, answer)
    assert lifted == Matched({"p1": "track", "p2": "wait"})


def test_a_text_with_gaps_whose_gap_cannot_say_it() -> None:
    item = Cloze("{{n}}", (Gap("n", 1, Numeric("", (AcceptedNumber.around(Decimal(7)),))),))
    shown = with_also(item, {"gaps": {"n": {"text": "8"}}})
    assert shown is not None
    assert key_of(shown) == {"gaps": {"n": {"text": "8\n7"}}}
    assert with_also(TYPED["gaps"], {"gaps": {"photos": {"chosen": ["a"]}}}) is None


def test_an_essay_has_none() -> None:
    assert key_of(ESSAY) == {}
    with pytest.raises(FieldError):
        with_key(ESSAY, {"text": "x"})
    with pytest.raises(FieldError):
        check_also(ESSAY, {"text": "x"})


@pytest.mark.parametrize(
    "key", [{}, {"chosen": 5}, {"chosen": [5]}, {"text": 7}, {"gaps": 1}, {"gaps": {"n": 1}}]
)
@pytest.mark.parametrize("name", sorted(TYPED))
def test_keys_of_another_shape_are_refused(name: str, key: dict[str, object]) -> None:
    with pytest.raises(FieldError):
        with_key(TYPED[name], key)
