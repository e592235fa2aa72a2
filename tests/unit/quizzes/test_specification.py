import pytest

from lms.quizzes.domain.specification import (
    Shortage,
    banks_of,
    find_shortages,
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


def test_a_bank_must_hold_what_all_its_sections_draw() -> None:
    plan = [section(3), section(2, bank="rules"), section(4)]
    assert find_shortages(plan, {"law": 7, "rules": 2}) == ()
    assert find_shortages(plan, {"law": 6}) == (Shortage("law", 7, 6), Shortage("rules", 2, 0))
