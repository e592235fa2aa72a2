"""Marks of reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.curriculum.domain.reading import Mark, move_mark


def test_the_first_block_seen():
    assert move_mark(None, block=3, blocks_total=9) == Mark(3, 3, 9)


def test_going_back_keeps_the_furthest():
    assert move_mark(Mark(7, 7, 9), block=2, blocks_total=9) == Mark(2, 7, 9)


def test_a_text_that_became_shorter_never_leaves_the_mark_behind_its_end():
    moved = move_mark(Mark(7, 9, 9), block=2, blocks_total=5)
    assert moved == Mark(2, 5, 5)


def test_read_means_the_last_block():
    assert not Mark(8, 8, 9).is_read
    assert Mark(1, 9, 9).is_read
    assert not Mark(0, 0, 0).is_read


@pytest.mark.parametrize("block", [0, -1, 10])
def test_a_block_outside_the_text_is_refused(block):
    with pytest.raises(ValueError, match="of 9"):
        move_mark(None, block=block, blocks_total=9)


@given(st.integers(1, 30), st.lists(st.integers(1, 30)))
def test_marks_stay_inside_the_text(total, blocks):
    mark = None
    for block in (b for b in blocks if b <= total):
        mark = move_mark(mark, block=block, blocks_total=total)
        assert 1 <= mark.last_block <= mark.furthest_block <= total
