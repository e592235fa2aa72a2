import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.errors import InvalidState
from lms.questions.domain.items import SingleResponse
from lms.quizzes.domain.paper import SEED_BITS, draw_paper, paper_as_json, paper_from_json
from lms.units import as_points
from tests.unit.quizzes.papers import multiple, pooled, section, single, true_false, unhurried

seeds = st.integers(0, 2**SEED_BITS - 1)
KINDS = (single, multiple, true_false)


def pool(size: int, first: int = 1):
    return [pooled(number, KINDS[number % 3]()) for number in range(first, first + size)]


@unhurried
@given(seed=seeds, size=st.integers(1, 30), data=st.data())
def test_a_paper_follows_its_plan(seed: int, size: int, data: st.DataObject) -> None:
    draw = data.draw(st.integers(1, size))
    again = data.draw(st.integers(0, size - draw))
    plan = [section(draw, title="甲"), *([section(again, points="2", title="乙")] if again else [])]
    paper = draw_paper(plan, {"law": pool(size)}, seed)
    assert [placed.section for placed in paper] == ["甲"] * draw + ["乙"] * again
    assert [placed.points for placed in paper] == [as_points(5)] * draw + [as_points(2)] * again
    assert len({placed.item_key for placed in paper}) == len(paper)
    for placed in paper:
        assert sorted(placed.option_order) == sorted(option.id for option in placed.item.options)


@unhurried
@given(seed=seeds, data=st.data())
def test_the_same_seed_draws_the_same_paper(seed: int, data: st.DataObject) -> None:
    pools = {"law": pool(12), "rules": pool(8, first=50)}
    plan = [section(5), section(3, bank="rules"), section(2)]
    mixed = {bank: data.draw(st.permutations(items)) for bank, items in pools.items()}
    assert draw_paper(plan, mixed, seed) == draw_paper(plan, pools, seed)


def test_this_seed_draws_this_paper_for_ever() -> None:
    """Guards the drawing itself: with another Python or another shuffle these numbers would change."""
    paper = draw_paper([section(5)], {"law": pool(12)}, 20261123)
    assert [(placed.item_version_id, "".join(placed.option_order)) for placed in paper] == [
        (10, "dcab"),
        (12, "bcad"),
        (7, "adcb"),
        (2, "truefalse"),
        (11, "truefalse"),
    ]


def test_seeds_make_a_difference() -> None:
    papers = [draw_paper([section(5)], {"law": pool(12)}, seed) for seed in range(40)]
    assert len({tuple(placed.item_key for placed in paper) for paper in papers}) > 30
    assert len({placed.option_order for paper in papers for placed in paper}) > 10


def test_every_item_and_every_order_has_its_chance() -> None:
    first = [draw_paper([section(1)], {"law": pool(6)}, seed)[0] for seed in range(600)]
    counts = [sum(p.item_version_id == number for p in first) for number in range(1, 7)]
    assert min(counts) > 60
    singles = [p.option_order.index("b") for p in first if isinstance(p.item, SingleResponse)]
    assert {singles.count(place) > len(singles) / 8 for place in range(4)} == {True}


def test_true_stands_before_false_on_every_paper() -> None:
    for seed in range(20):
        (placed,) = draw_paper([section(1)], {"law": [pooled(1, true_false())]}, seed)
        assert placed.option_order == ("true", "false")


def test_an_item_listed_twice_is_drawn_once() -> None:
    twice = [pooled(1), pooled(1), pooled(2)]
    assert len(draw_paper([section(2)], {"law": twice}, 1)) == 2
    with pytest.raises(InvalidState) as refused:
        draw_paper([section(3)], {"law": twice}, 1)
    assert refused.value.code == "pool_too_small"
    assert refused.value.facts == {"bank": "law", "needed": 3, "found": 2}


def test_a_bank_without_items_is_too_small() -> None:
    with pytest.raises(InvalidState) as refused:
        draw_paper([section(1)], {}, 1)
    assert refused.value.facts["found"] == 0


@unhurried
@given(seed=seeds)
def test_a_frozen_paper_reads_back_the_same(seed: int) -> None:
    paper = draw_paper([section(6, points="0.05")], {"law": pool(9)}, seed)
    frozen = json.loads(json.dumps(paper_as_json(paper), ensure_ascii=False))
    assert paper_from_json(frozen) == paper
    assert frozen[0]["body"] == dict(paper[0].body)


def test_a_frozen_paper_holds_the_words_as_they_were() -> None:
    (placed,) = draw_paper([section(1)], {"law": [pooled(9, single("c"), red_line=True)]}, 1)
    (row,) = paper_as_json([placed])
    assert row["body"] == single("c")
    assert set(row) == {
        "item_version_id", "item_key", "section", "points", "option_order", "body", "red_line", "lesson_key", "point",
    }  # fmt: skip
