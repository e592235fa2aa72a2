"""Drawing items that share a text: whole, together, reproducibly."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.errors import InvalidState
from lms.quizzes.domain.fitting import can_fill
from lms.quizzes.domain.paper import draw_paper, paper_as_json, paper_from_json
from lms.quizzes.domain.pool import PoolItem, Stimulus
from lms.quizzes.domain.presentation import present
from tests.unit.quizzes.papers import pooled, section, unhurried


def pool(singles: int, *groups: int) -> list[PoolItem]:
    """``singles`` items that stand alone and groups of these sizes; keys do not tell the places."""
    items = [pooled(number) for number in range(1, singles + 1)]
    number = singles
    for index, size in enumerate(groups):
        stimulus = Stimulus(f"case-{index}", f"案例 {index}", "买家：在吗？")
        for place in range(size, 0, -1):
            number += 1
            items.append(replace(pooled(number), stimulus=stimulus, place=place))
    return items


def group_of(pools: list[PoolItem]) -> dict[int, str]:
    return {one.item_version_id: one.stimulus.key for one in pools if one.stimulus}


@unhurried
@given(
    st.integers(min_value=0, max_value=8),
    st.lists(st.integers(min_value=1, max_value=4), max_size=4),
    st.lists(st.integers(min_value=1, max_value=6), min_size=1, max_size=3),
    st.integers(),
)
def test_groups_come_whole_or_not_at_all(
    singles: int, groups: list[int], draws: list[int], seed: int
) -> None:
    items = pool(singles, *groups)
    plan = [section(draw, title=str(index)) for index, draw in enumerate(draws)]
    try:
        paper = draw_paper(plan, {"law": items}, seed)
    except InvalidState:  # these blocks cannot fill this plan
        return
    assert paper == draw_paper(plan, {"law": list(reversed(items))}, seed)
    assert len(paper) == sum(draws)
    assert len({placed.item_key for placed in paper}) == len(paper)
    in_group = group_of(items)
    sizes = {name: list(in_group.values()).count(name) for name in in_group.values()}
    at = 0
    while at < len(paper):
        name = in_group.get(paper[at].item_version_id)
        stimulus = paper[at].stimulus
        if name is None:
            assert stimulus is None
            at += 1
            continue
        size = sizes[name]
        block = paper[at : at + size]
        assert stimulus is not None
        assert (stimulus.key, stimulus.items) == (name, size)
        assert [in_group.get(placed.item_version_id) for placed in block] == [name] * size
        places = [
            next(one.place for one in items if one.item_version_id == placed.item_version_id)
            for placed in block
        ]
        assert places == list(range(1, size + 1))
        assert {placed.section for placed in block} == {block[0].section}
        assert [placed.stimulus for placed in block[1:]] == [None] * (size - 1)
        at += size


@given(st.integers())
def test_a_group_that_does_not_fit_gives_way_to_what_does(seed: int) -> None:
    paper = draw_paper([section(4)], {"law": pool(0, 3, 2, 2)}, seed)
    assert [placed.stimulus.items for placed in paper if placed.stimulus] == [2, 2]


@given(st.integers())
def test_a_single_item_does_not_take_the_last_place_of_a_group(seed: int) -> None:
    paper = draw_paper([section(4)], {"law": pool(1, 4)}, seed)
    assert [placed.stimulus.items for placed in paper if placed.stimulus] == [4]


def test_both_groups_and_single_items_are_drawn_over_many_papers() -> None:
    first = {
        bool(draw_paper([section(3)], {"law": pool(6, 3)}, seed)[0].stimulus) for seed in range(60)
    }
    assert first == {True, False}


def test_what_cannot_be_filled_is_refused_with_its_bank() -> None:
    with pytest.raises(InvalidState) as refused:
        draw_paper([section(3)], {"law": pool(0, 2, 2)}, 1)
    assert refused.value.facts == {"bank": "law", "needed": 3, "found": 4}


def test_a_paper_with_a_shared_text_is_read_back_as_it_was() -> None:
    paper = draw_paper([section(5)], {"law": pool(2, 3)}, 4)
    rows = json.loads(json.dumps(paper_as_json(paper)))
    assert paper_from_json(rows) == paper
    assert sum("stimulus" in row for row in rows) == 1
    shown = [item.stimulus for item in present(paper)]
    assert [one.title for one in shown if one] == ["案例 0"]


@given(st.lists(st.integers(min_value=1, max_value=6), max_size=7), st.integers(-2, 40))
def test_filling_is_a_sum_of_some_blocks(sizes: list[int], wanted: int) -> None:
    sums = {0}
    for size in sizes:
        sums |= {one + size for one in sums}
    assert can_fill(wanted, sizes) == (wanted in sums)
