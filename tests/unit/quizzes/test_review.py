import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.quizzes.domain.grading import mark_paper
from lms.quizzes.domain.paper import draw_paper
from lms.quizzes.domain.presentation import present, review
from lms.quizzes.domain.review import (
    PRESETS,
    RIGHT_AFTER_MINUTES,
    STORED_AT_MOST,
    Moment,
    Part,
    ReviewMatrix,
    ReviewRule,
    Shown,
    matrix_as_stored,
    matrix_from_stored,
    what_is_shown,
)
from tests.unit.quizzes.papers import (
    multiple,
    paper_of,
    pooled,
    section,
    single,
    true_false,
)

ENDED = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
CLOSES = dt.datetime(2026, 11, 23, 10, 0, tzinfo=dt.UTC)
RELEASED = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)
BEFORE = CLOSES - dt.timedelta(seconds=1)
LOOK_ENDS = ENDED + dt.timedelta(minutes=RIGHT_AFTER_MINUTES)
SECOND = dt.timedelta(seconds=1)
OWN = Shown(responses=True, points=True)
ALL_BUT_COMPARED = Shown(responses=True, points=True, keys=True, explanations=True)


def shown_at(matrix: ReviewMatrix, now: dt.datetime, released_at: dt.datetime | None = None):
    return what_is_shown(matrix, ended_at=ENDED, closes_at=CLOSES, released_at=released_at, now=now)


@pytest.mark.parametrize(
    ("rule", "now", "shown"),
    [
        (ReviewRule.RESULT, CLOSES, Shown()),
        (ReviewRule.RESPONSES, ENDED, OWN),
        (ReviewRule.RESPONSES, CLOSES, OWN),
        (ReviewRule.EVERYTHING, ENDED, ALL_BUT_COMPARED),
        (ReviewRule.EVERYTHING, RELEASED, ALL_BUT_COMPARED),
        (
            ReviewRule.EVERYTHING_AFTER_CLOSE,
            BEFORE,
            replace(OWN, opens_at={Part.KEYS: CLOSES, Part.EXPLANATIONS: CLOSES}),
        ),
        (ReviewRule.EVERYTHING_AFTER_CLOSE, CLOSES, ALL_BUT_COMPARED),
    ],
)
def test_what_each_usual_rule_shows(rule: ReviewRule, now: dt.datetime, shown: Shown) -> None:
    assert shown_at(PRESETS[rule], now) == shown


def only(part: Part, *moments: Moment) -> ReviewMatrix:
    return ReviewMatrix(**{part.value: frozenset(moments)})


@pytest.mark.parametrize("part", list(Part))
@pytest.mark.parametrize(
    ("moment", "hidden", "visible"),
    [
        (Moment.RIGHT_AFTER, [LOOK_ENDS, CLOSES, RELEASED], [ENDED, LOOK_ENDS - SECOND]),
        (Moment.WHILE_OPEN, [CLOSES, RELEASED], [ENDED, LOOK_ENDS, BEFORE]),
        (Moment.AFTER_CLOSE, [ENDED, BEFORE], [CLOSES, RELEASED]),
        (Moment.AFTER_RELEASE, [ENDED, CLOSES, RELEASED - SECOND], [RELEASED, RELEASED + SECOND]),
    ],
)
def test_a_part_is_shown_at_its_moment_only(part, moment, hidden, visible) -> None:
    matrix = only(part, moment)
    for now, expected in [*((at, False) for at in hidden), *((at, True) for at in visible)]:
        shown = shown_at(matrix, now, RELEASED if now >= RELEASED else None)
        assert getattr(shown, part.value) is expected
        assert sum(getattr(shown, one.value) for one in Part) == int(expected)


def test_what_is_hidden_says_from_when_it_is_shown_and_what_is_shown_until_when() -> None:
    matrix = ReviewMatrix(
        responses=frozenset({Moment.RIGHT_AFTER, Moment.WHILE_OPEN}),
        points=frozenset({Moment.RIGHT_AFTER, Moment.AFTER_CLOSE}),
        keys=frozenset({Moment.AFTER_CLOSE, Moment.AFTER_RELEASE}),
        explanations=frozenset({Moment.AFTER_RELEASE}),
        comparison=frozenset({Moment.WHILE_OPEN, Moment.AFTER_CLOSE}),
    )
    at_once = shown_at(matrix, ENDED)
    assert at_once.ends_at == {Part.RESPONSES: CLOSES, Part.POINTS: LOOK_ENDS}
    assert at_once.opens_at == {Part.KEYS: CLOSES}
    assert at_once.waits_for_release == {Part.KEYS, Part.EXPLANATIONS}
    assert shown_at(matrix, LOOK_ENDS).opens_at == {Part.POINTS: CLOSES, Part.KEYS: CLOSES}
    closed = shown_at(matrix, CLOSES)
    assert (closed.opens_at, closed.ends_at) == ({}, {})
    assert closed.waits_for_release == {Part.EXPLANATIONS}
    assert shown_at(matrix, RELEASED, RELEASED).waits_for_release == frozenset()


def test_a_server_clock_set_back_hides_nothing() -> None:
    early = ENDED - dt.timedelta(minutes=5)
    assert shown_at(PRESETS[ReviewRule.EVERYTHING], early) == ALL_BUT_COMPARED


def test_a_window_that_ends_before_the_first_look_leaves_no_gap() -> None:
    matrix = only(Part.KEYS, Moment.RIGHT_AFTER, Moment.AFTER_CLOSE)
    closes = ENDED + dt.timedelta(minutes=10)
    for minutes in (0, 10, 29, 30, 3000):
        now = ENDED + dt.timedelta(minutes=minutes)
        shown = what_is_shown(matrix, ended_at=ENDED, closes_at=closes, released_at=None, now=now)
        assert shown.keys
        assert not shown.ends_at


matrices = st.builds(
    ReviewMatrix, **{part.value: st.frozensets(st.sampled_from(Moment)) for part in Part}
)


@given(matrices)
def test_every_matrix_is_stored_and_read_back(matrix: ReviewMatrix) -> None:
    stored = matrix_as_stored(matrix)
    assert matrix_from_stored(stored) == matrix
    assert len(stored) <= STORED_AT_MOST


def test_a_usual_rule_is_stored_by_its_name() -> None:
    assert [matrix_as_stored(PRESETS[rule]) for rule in ReviewRule] == [
        "result",
        "responses",
        "everything",
        "everything_after_close",
    ]


@pytest.mark.parametrize(
    "stored",
    ["", "nothing", "matrix:", "matrix:keys=x", "matrix:secrets=c", "matrix:keys=c,keys=r"],
)
def test_what_is_no_rule_is_refused(stored: str) -> None:
    with pytest.raises(ValueError, match="no review rule"):
        matrix_from_stored(stored)


def test_a_presented_item_keeps_the_order_of_the_paper() -> None:
    (placed,) = paper_of(pooled(1), seed=3)
    (shown,) = present((placed,))
    assert tuple(option.id for option in shown.options) == placed.option_order
    assert {option.text for option in shown.options} == {f"说法 {one}" for one in "abcd"}
    assert not shown.takes_many
    assert shown.position == 1


def test_only_a_multiple_response_takes_many() -> None:
    paper = paper_of(pooled(1), pooled(2, multiple()), pooled(3, true_false()))
    assert [item.takes_many for item in present(paper)] == [False, True, False]


def test_a_presented_paper_holds_no_key_and_no_feedback() -> None:
    paper = paper_of(pooled(1), pooled(2, multiple()), pooled(3, true_false()))
    text = repr(present(paper))
    assert "讲解" not in text
    assert "总的道理" not in text
    assert "选对时" not in text
    assert "key" not in text


def test_a_section_is_named_at_its_first_item_only() -> None:
    plan = [section(2, title="基础"), section(2, bank="rules", title="情景")]
    pools = {"law": [pooled(n) for n in (1, 2)], "rules": [pooled(n) for n in (3, 4)]}
    paper = draw_paper(plan, pools, 1)
    assert [item.section for item in present(paper)] == ["基础", "", "情景", ""]


def reviewed(shown: Shown):
    paper = paper_of(pooled(1, single("b")), pooled(2, single("c")))
    answers = {1: {"chosen": ["b"]}, 2: {"chosen": ["a"]}}
    return review(paper, mark_paper(paper, answers), answers, shown)


def test_everything_shows_keys_feedback_and_explanation() -> None:
    first, second = reviewed(ALL_BUT_COMPARED)
    assert first.result.is_right
    assert {option.id for option in second.options if option.is_key} == {"c"}
    assert {option.id for option in second.options if option.is_chosen} == {"a"}
    assert next(o for o in second.options if o.id == "a").feedback == "讲解 a"
    assert second.explanation == "总的道理"


def test_responses_show_no_key() -> None:
    for item in reviewed(OWN):
        assert {option.is_key for option in item.options} == {None}
        assert {option.feedback for option in item.options} == {None}
        assert item.explanation == ""
        assert sum(option.is_chosen for option in item.options) == 1


def test_a_result_alone_shows_no_item() -> None:
    assert reviewed(Shown(comparison=True)) == ()


def test_an_item_left_out_is_shown_without_a_choice() -> None:
    paper = paper_of(pooled(1))
    (item,) = review(paper, mark_paper(paper, {}), {}, ALL_BUT_COMPARED)
    assert not item.result.is_answered
    assert not any(option.is_chosen for option in item.options)


def test_points_alone_show_neither_answers_nor_options() -> None:
    first, second = reviewed(Shown(points=True))
    assert (first.result.is_right, second.result.is_right) == (True, False)
    assert first.options == first.rows == ()
    assert first.explanation == ""


def test_keys_without_own_answers_say_nothing_of_what_was_chosen() -> None:
    for item in reviewed(Shown(keys=True)):
        assert item.result is None
        assert not any(option.is_chosen for option in item.options)
        assert sum(bool(option.is_key) for option in item.options) == 1
        assert {option.feedback for option in item.options} == {None}


def test_own_answers_without_points_do_not_say_whether_they_were_right() -> None:
    for item in reviewed(Shown(responses=True)):
        assert item.result is None
        assert {option.is_key for option in item.options} == {None}
