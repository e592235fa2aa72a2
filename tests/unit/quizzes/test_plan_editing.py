"""What the buttons of the quiz editor do to its sections."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.quizzes.domain.plan_editing import (
    SECTIONS_AT_MOST,
    SectionDraft,
    act,
    draft_of,
    find_slips,
    read_draft,
    without_strangers,
)
from tests.unit.quizzes.papers import section

A = SectionDraft(title="甲", bank="law")
B = SectionDraft(title="乙", bank="rules", is_picked=True, items=("x", "y", "z"))


@pytest.mark.parametrize(
    ("asked", "after"),
    [
        ("up:1", [B, A]),
        ("down:0", [B, A]),
        ("up:0", [A, B]),
        ("down:1", [A, B]),
        ("remove:0", [B]),
        ("remove:7", [A, B]),
        ("raise:1:y", [A, replace(B, items=("y", "x", "z"))]),
        ("raise:1:x", [A, B]),
        ("drop:1:y", [A, replace(B, items=("x", "z"))]),
        ("drop:1:q", [A, B]),
        ("pick:1:q", [A, replace(B, items=("x", "y", "z", "q"))]),
        ("pick:1:x", [A, B]),
        ("add", [A, B, SectionDraft(bank="rules")]),
        ("refresh", [A, B]),
        ("up:x", [A, B]),
        ("", [A, B]),
    ],
)
def test_buttons(asked: str, after: list[SectionDraft]) -> None:
    assert act([A, B], asked) == after


def test_the_last_section_stays_and_there_are_not_too_many() -> None:
    assert act([A], "remove:0") == [A]
    full = [A] * SECTIONS_AT_MOST
    assert act(full, "add") == full


@given(st.text(), st.text())
def test_nothing_typed_breaks_a_section(draw: str, points_each: str) -> None:
    draft = replace(A, draw=draw, points_each=points_each)
    assert (read_draft(draft) is None) == bool(find_slips(draft))


def test_a_section_reads_back_as_it_was() -> None:
    drawn = replace(section(3, points="2.5", title="一"), points=("发票",), shuffle_options=False)
    picked = replace(section(2), items=("b", "a"), shuffle=False)
    for one in (drawn, picked):
        assert read_draft(draft_of(one)) == one


def test_what_is_not_asked_for_is_not_saved() -> None:
    """Who changes from narrowings to picking, and back, finds what was chosen; saved is only one."""
    both = replace(B, points=("发票",), draw="2")
    picked, drawn = read_draft(both), read_draft(replace(both, is_picked=False))
    assert picked is not None
    assert drawn is not None
    assert (picked.items, picked.points) == (("x", "y", "z"), ())
    assert (drawn.items, drawn.points, drawn.draw) == ((), ("发票",), 2)


def test_narrowings_of_another_bank_are_left_behind() -> None:
    draft = replace(A, points=("发票", "退款"), tags=("发票",), types=("true_false",))
    kept = without_strangers(draft, [("points", "发票"), ("types", "true_false")])
    assert (kept.points, kept.tags, kept.types) == (("发票",), (), ("true_false",))
