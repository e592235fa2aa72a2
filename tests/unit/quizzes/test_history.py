"""What a further paper prefers."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lms.quizzes.domain.history import NO_HISTORY, History, PastItem
from lms.quizzes.domain.paper import Paper, draw_paper
from lms.quizzes.domain.pool import PoolItem
from tests.unit.quizzes.papers import pooled, section, unhurried

seeds = st.integers(0, 2**48 - 1)
POINTS = ("发票", "退款", "物流")


def pool(size: int) -> list[PoolItem]:
    return [pooled(number, point=POINTS[number % 3]) for number in range(1, size + 1)]


def as_past(paper: Paper, *, attempt: int = 1, wrong: Sequence[str] = ()) -> list[PastItem]:
    return [
        PastItem(attempt, place, one.item_key, one.point, one.point not in wrong)
        for place, one in enumerate(paper, start=1)
    ]


@unhurried
@given(seeds, seeds, st.integers(1, 8))
def test_unseen_items_come_before_seen_ones(first: int, second: int, draw: int) -> None:
    items, plan = pool(10), [section(draw)]
    paper = draw_paper(plan, {"law": items}, first)
    again = draw_paper(plan, {"law": items}, second, History(as_past(paper)))
    repeated = {one.item_key for one in paper} & {one.item_key for one in again}
    assert len(repeated) == max(0, 2 * draw - 10)


@unhurried
@given(seeds, st.data())
def test_the_same_history_draws_the_same_paper(seed: int, data: st.DataObject) -> None:
    items, plan = pool(12), [section(3), section(2)]
    past = as_past(draw_paper(plan, {"law": items}, 1), wrong=["退款"])
    mixed = data.draw(st.permutations(past))
    paper = draw_paper(plan, {"law": items}, seed, History(past, prefers_missed=True))
    other = draw_paper(plan, {"law": items}, seed, History(mixed, prefers_missed=True))
    assert paper == other
    assert len({one.item_key for one in paper}) == 5


@unhurried
@given(seeds)
def test_points_missed_come_first_when_the_sitting_says_so(seed: int) -> None:
    items, plan = pool(24), [section(4)]
    past = as_past(draw_paper(plan, {"law": items}, 1))
    missed = [replace(one, is_right=one.position != 1) for one in past]
    point = missed[0].point
    paper = draw_paper(plan, {"law": items}, seed, History(missed, prefers_missed=True))
    assert {one.point for one in paper} == {point}
    assert not {one.item_key for one in paper} & {one.item_key for one in past}
    without = [draw_paper(plan, {"law": items}, seed, History(missed))]
    assert any(one.point != point for one in without[0])


def test_what_was_learnt_since_is_not_missed_any_more() -> None:
    past = [
        PastItem(1, 1, "a", "发票", is_right=False),
        PastItem(1, 2, "b", "退款", is_right=True),
        PastItem(2, 1, "c", "发票", is_right=True),
        PastItem(2, 2, "d", "退款", is_right=False),
    ]
    assert History(past).missed == {"退款"}
    assert History(past).seen == {"a", "b", "c", "d"}
    assert NO_HISTORY.missed == NO_HISTORY.seen == frozenset()


def test_a_seen_item_about_what_was_missed_comes_before_an_unseen_one_about_something_else() -> (
    None
):
    items = pool(6)
    past = [PastItem(1, 1, one.item_key, one.point, is_right=False) for one in items[:1]]
    history = History(past, prefers_missed=True)
    for seed in range(20):
        paper = draw_paper([section(2)], {"law": items}, seed, history)
        assert {one.point for one in paper} == {items[0].point}


def test_a_replacement_is_as_difficult_as_what_it_replaces() -> None:
    """Measured where it was measured, else as judged; alike is what differs by less than a tenth."""
    judged = [replace(pooled(n), difficulty=level) for n, level in ((1, "easy"), (2, "hard"))]
    measured = [replace(pooled(3), difficulty="easy", easiness=420)]
    middle = [replace(pooled(4), difficulty="hard", easiness=700)]
    items = [*judged, *measured, *middle]
    hard = History([PastItem(1, 1, "old", "发票", is_right=True, difficulty="hard")])
    easy = History([PastItem(1, 1, "old", "发票", True, "hard", 800)])
    found = {
        "hard": {draw_paper([section(1)], {"law": items}, n, hard)[0].item_key for n in range(40)},
        "easy": {draw_paper([section(1)], {"law": items}, n, easy)[0].item_key for n in range(40)},
    }
    assert found == {"hard": {"item-002", "item-003"}, "easy": {"item-001"}}


def test_a_section_replaces_its_own_places_of_the_latest_paper() -> None:
    past = [
        PastItem(attempt, place, f"{attempt}-{place}", "发票", is_right=place != 4)
        for attempt in (1, 2)
        for place in range(1, 6)
    ]
    replaced = History(past).replaced(3, 2)
    assert [one.item_key for one in replaced] == ["2-4", "2-3"]
    assert NO_HISTORY.replaced(1, 3) == ()


@unhurried
@given(seeds)
def test_wishes_do_not_break_what_sections_ask_for(seed: int) -> None:
    items = pool(9)
    plan = [section(4), replace(section(3), points=("发票",))]
    past = as_past(draw_paper(plan, {"law": items}, 1), wrong=POINTS)
    paper = draw_paper(plan, {"law": items}, seed, History(past, prefers_missed=True))
    assert {one.point for one in paper[4:]} == {"发票"}
    assert len({one.item_key for one in paper}) == 7
