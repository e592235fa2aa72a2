from decimal import Decimal

from lms.quizzes.domain.comparison import compare
from lms.quizzes.domain.records import AnswerRow, find_fast, find_twins, is_fast
from lms.units import Percent


def row(
    attempt: int, version: int, chosen: str, *, right=False, seconds=None, person=0
) -> AnswerRow:
    return AnswerRow(attempt, person or attempt, version, version, right, chosen, seconds)


def test_fast_is_a_tenth_of_the_usual_time_or_under_two_seconds() -> None:
    assert [seconds for seconds in range(9) if is_fast(seconds, 60)] == [0, 1, 2, 3, 4, 5, 6]
    assert [seconds for seconds in range(9) if is_fast(seconds, 12)] == [0, 1]
    assert not is_fast(0, 9)


def test_three_fast_right_answers_are_worth_a_look_and_two_are_not() -> None:
    medians = dict.fromkeys(range(1, 6), 40)
    rows = [row(1, version, "a", right=True, seconds=3) for version in (1, 2, 4)]
    rows += [row(2, version, "a", right=True, seconds=3) for version in (1, 2)]
    rows += [row(2, 3, "b", seconds=3), row(2, 4, "a", right=True, seconds=None)]
    rows += [row(3, version, "a", right=True, seconds=5) for version in (1, 2, 3, 4)]
    rows += [row(4, version, "a", right=True, seconds=1) for version in (6, 7, 8)]
    (found,) = find_fast(rows, medians)
    assert (found.attempt_id, found.positions) == (1, (1, 2, 4))
    assert (found.seconds, found.usual_seconds) == ((3, 3, 3), (40, 40, 40))


def wrong(attempt: int, answers: str, person: int = 0) -> list[AnswerRow]:
    """A row an item; ``.`` is right, ``-`` omitted, ``*`` an answer without a text."""
    texts = {"-": "", ".": "k"}
    return [
        row(attempt, version, texts.get(one, one), right=one == ".", person=person)
        for version, one in enumerate(answers, start=1)
    ]


def test_twins_missed_eight_items_in_the_same_way() -> None:
    (found,) = find_twins([*wrong(5, "abcdabcd.."), *wrong(3, "abcdabcd.a")])
    assert (found.attempt_ids, found.shared, found.alike) == ((3, 5), 8, 8)


def test_a_ninth_that_differs_is_too_much_and_of_ten_one_may() -> None:
    assert find_twins([*wrong(1, "abcdabcda"), *wrong(2, "abcdabcdb")]) == []
    (found,) = find_twins([*wrong(1, "abcdabcdab"), *wrong(2, "abcdabcdaa")])
    assert (found.shared, found.alike) == (10, 9)


def test_seven_alike_omissions_and_texts_that_cannot_be_compared_make_no_twins() -> None:
    assert find_twins([*wrong(1, "abcdabc"), *wrong(2, "abcdabc")]) == []
    assert find_twins([*wrong(1, "abcdabc---"), *wrong(2, "abcdabc---")]) == []
    assert find_twins([*wrong(1, "abcdabc***"), *wrong(2, "abcdabc***")]) == []
    assert find_twins([*wrong(1, "........"), *wrong(2, "........")]) == []


def test_one_person_is_no_twin() -> None:
    assert find_twins([*wrong(1, "abcdabcd", 7), *wrong(2, "abcdabcd", 7)]) == []


def results(*values: tuple[int, bool]) -> list[tuple[Percent, bool]]:
    return [(Percent(Decimal(value)), passed) for value, passed in values]


def test_a_comparison_needs_five_people() -> None:
    four = results((50, False), (60, False), (80, True), (90, True))
    assert compare(Percent(Decimal(60)), four) is None
    found = compare(Percent(Decimal(60)), [*four, *results((100, True))])
    assert found is not None
    assert (found.median, found.people, found.passed) == (80, 5, 3)
