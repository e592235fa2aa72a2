import pytest

from lms.quizzes.domain.specification import (
    banks_of,
    is_fixed,
    items_total,
    points_total,
    sections_as_json,
    sections_from_json,
)
from lms.units import as_points
from tests.unit.quizzes.papers import section


def test_sections_travel_through_json_exactly() -> None:
    plan = (section(3, points="0.1", title="基础"), section(2, bank="rules", points="7.25"))
    assert sections_from_json(sections_as_json(plan)) == plan
    assert sections_as_json(plan)[0]["points_each"] == "0.10"


def test_numbers_from_an_authored_file_are_read_as_written() -> None:
    (one,) = sections_from_json([{"bank": "law", "draw": 15, "points_each": 1}])
    assert (one.title, one.draw, one.points_each) == ("", 15, as_points(1))
    (other,) = sections_from_json([{"bank": "law", "draw": "2", "points_each": 0.1}])
    assert other.points_each == as_points("0.1")


@pytest.mark.parametrize(
    "row",
    [
        {"bank": "law", "draw": 0, "points_each": 1},
        {"bank": "law", "draw": 1, "points_each": 0},
        {"bank": "law", "draw": 1, "points_each": "viel"},
        {"bank": "law", "draw": "viel", "points_each": 1},
        {"draw": 1, "points_each": 1},
        {"bank": "law", "points_each": 1},
        {"bank": "law", "draw": 1},
    ],
)
def test_a_section_that_draws_or_gives_nothing_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is for the author's log
        sections_from_json([row])


def test_totals() -> None:
    plan = [section(3, points="2.5"), section(2, bank="rules", points="1")]
    assert items_total(plan) == 5
    assert points_total(plan) == as_points("9.5")
    assert banks_of([*plan, section(1)]) == ("law", "rules")


NARROWED = {
    "title": "红线",
    "bank": "law",
    "draw": 2,
    "points_each": "5.00",
    "points": ["发票", "退款"],
    "tags": ["重点"],
    "difficulties": ["hard"],
    "types": ["true_false"],
}
PICKED = {
    "title": "",
    "bank": "law",
    "draw": 2,
    "points_each": "5.00",
    "items": ["law-02", "law-01"],
    "shuffle": False,
    "shuffle_options": False,
}


@pytest.mark.parametrize("row", [NARROWED, PICKED])
def test_what_a_section_asks_for_travels_through_json(row: dict[str, object]) -> None:
    plan = sections_from_json([row])
    assert sections_as_json(plan) == [row]


def test_a_plan_without_narrowings_is_stored_as_it_always_was() -> None:
    assert sections_as_json([section(3)]) == [
        {"title": "", "bank": "law", "draw": 3, "points_each": "5.00"}
    ]


def test_who_picks_items_need_not_count_them() -> None:
    (one,) = sections_from_json([{"bank": "law", "points_each": 1, "items": ["b", "a"]}])
    assert (one.draw, one.items, one.is_fixed) == (2, ("b", "a"), False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"items": ["a", "a"]},
        {"items": ["a"], "draw": 2},
        {"items": ["a"], "points": ["发票"]},
        {"points": "发票", "draw": 1},
        {"types": [1], "draw": 1},
        {"items": [], "draw": 0},
        {"items": ["a"], "shuffle": "no"},
    ],
)
def test_a_section_that_contradicts_itself_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is for the author's log
        sections_from_json([{"bank": "law", "points_each": 1, **wrong}])


def test_a_paper_is_fixed_when_every_section_is() -> None:
    fixed = {"bank": "law", "points_each": 1, "items": ["a"], "shuffle": False}
    other = {"bank": "law", "points_each": 1, "items": ["b"]}
    assert is_fixed(sections_from_json([fixed]))
    assert not is_fixed(sections_from_json([fixed, other]))
    assert not is_fixed(sections_from_json([fixed, {"bank": "law", "points_each": 1, "draw": 1}]))
    assert not is_fixed([])
