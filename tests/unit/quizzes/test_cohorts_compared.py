"""Cells of cohorts become comparisons: by band, nobody without a rest score, no number without people enough."""

import pytest

from lms.psychometrics.dif import PEOPLE_AT_LEAST, DifClass
from lms.quizzes.domain.cohorts import band_of, compare_cohorts
from lms.quizzes.domain.item_statistics import Cell


def cells(cohort: int, right: int, wrong: int, rest: int | None = 5000) -> list[tuple[int, Cell]]:
    return [
        (cohort, Cell(rest, "b", 500, 500, True, right)),
        (cohort, Cell(rest, "a", 0, 500, False, wrong)),
    ]


@pytest.mark.parametrize(
    ("rest", "band"), [(0, 0), (999, 0), (1000, 1), (5263, 5), (8999, 8), (9000, 9), (10_000, 9)]
)
def test_bands(rest: int, band: int) -> None:
    assert band_of(rest) == band


def test_the_harder_cohort_is_found() -> None:
    found = compare_cohorts([*cells(1, 160, 40), *cells(2, 150, 50), *cells(3, 60, 90)])
    assert [(one.cohort_id, one.n, one.right) for one in found] == [
        (1, 200, 160),
        (2, 200, 150),
        (3, 150, 60),
    ]
    third = found[2].dif
    assert third is not None
    assert third.verdict is DifClass.C
    assert third.is_harder


def test_a_weaker_cohort_is_no_finding() -> None:
    """Equal shares within each band, but the second cohort stands in the lower one."""
    found = compare_cohorts(
        [
            *cells(1, 160, 40, 9000),
            *cells(1, 20, 20, 2000),
            *cells(2, 32, 8, 9500),
            *cells(2, 100, 100, 2500),
        ]
    )
    for one in found:
        assert one.dif is not None
        assert one.dif.verdict is DifClass.A
        assert abs(one.dif.difference) < 1


def test_no_number_without_people_enough() -> None:
    least = PEOPLE_AT_LEAST
    few = compare_cohorts([*cells(1, 500, 100), *cells(2, 9, least - 10)])
    assert [one.dif for one in few] == [None, None]
    enough = compare_cohorts([*cells(1, 500, 100), *cells(2, 10, least - 10)])
    assert all(one.dif is not None for one in enough)
    assert compare_cohorts(cells(1, 500, 100))[0].dif is None


def test_who_has_no_rest_is_left_out() -> None:
    found = compare_cohorts([*cells(1, 500, 100), *cells(2, 200, 200, None)])
    assert [one.cohort_id for one in found] == [1]
