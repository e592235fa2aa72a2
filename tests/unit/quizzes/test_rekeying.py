"""Corrections of marked papers: what they give, and that leaving one out gives everything back."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.domain.items import FieldError, Item, item_as_json, item_from_json
from lms.quizzes.domain.grading import (
    ItemResult,
    Mark,
    grade,
    grade_as_json,
    mark_paper,
    results_from_json,
)
from lms.quizzes.domain.paper import Paper
from lms.quizzes.domain.rekeying import (
    Change,
    Correction,
    CorrectionKind,
    Figures,
    Flip,
    check_correction,
    corrected_item,
    corrected_paper,
    is_all_dropped,
    kinds_for,
    remark,
)
from lms.units import as_points
from tests.factories.item_types import ESSAY, TYPED
from tests.unit.quizzes.papers import multiple, paper_of, pooled, single, true_false

GIVE = Correction(CorrectionKind.GIVE_POINTS)
DROP = Correction(CorrectionKind.DROP)
Answers = Mapping[int, Mapping[str, object]]


def change(**key: object) -> Correction:
    return Correction(CorrectionKind.CHANGE_KEY, key)


def also(**key: object) -> Correction:
    return Correction(CorrectionKind.ACCEPT_ALSO, key)


#: For each item: corrections that make sense, and answers of every kind.
CASES: Mapping[
    str, tuple[Mapping[str, object], Sequence[Correction], Sequence[dict[str, object]]]
] = {
    "single": (
        single(),
        (change(chosen=["a"]), change(chosen=["c"]), also(chosen=["d"]), also(chosen=["a"])),
        [{}, *({"chosen": [one]} for one in "abcd")],
    ),
    "several": (
        multiple(credit="proportional"),
        (change(chosen=["a", "b"]), also(chosen=["a", "c", "d"]), also(chosen=["a"])),
        [{}, {"chosen": ["a"]}, {"chosen": ["a", "c"]}, {"chosen": ["a", "c", "d"]}],
    ),
    "judge": (true_false(), (change(chosen=["true"]),), [{}, {"chosen": ["true"]}]),
    "short": (
        item_as_json(TYPED["short"]),
        (change(text="包退\n七退"), also(text="无理由"), also(text="七天*")),
        [{}, {"text": "七退"}, {"text": "包退"}, {"text": "七天退"}, {"text": "无理由"}],
    ),
    "number": (
        item_as_json(TYPED["number"]),
        (change(text="30"), also(text="168 ~ 169"), also(text="200±1")),
        [{}, {"text": "170"}, {"text": "30 元"}, {"text": "168.5"}, {"text": "201"}],
    ),
    "match": (
        item_as_json(TYPED["match"]),
        (change(pairs={"p1": "wait"}), also(pairs={"p1": "wait"}), also(pairs={"p3": "wait"})),
        [
            {},
            {"pairs": {"p1": "wait", "p2": "invoice", "p3": "wait"}},
            {"pairs": {"p1": "track", "p2": "invoice", "p3": "photo"}},
        ],
    ),
    "order": (
        item_as_json(TYPED["order"]),
        (change(order=["ask", "sorry", "offer", "follow"]),),
        [{}, {"order": ["ask", "sorry", "offer", "follow"]}],
    ),
    "gaps": (
        item_as_json(TYPED["gaps"]),
        (
            change(gaps={"days": {"text": "15"}}),
            also(gaps={"payer": {"text": "商家"}, "may": {"chosen": ["n"]}}),
            also(gaps={"photos": {"chosen": ["a"]}}),
        ),
        [
            {},
            {"gaps": {"days": {"text": "15"}, "payer": {"text": "商家"}}},
            {"gaps": {"may": {"chosen": ["n"]}, "photos": {"chosen": ["a"]}}},
        ],
    ),
}


def marked(
    body: Mapping[str, object], raw: dict[str, object]
) -> tuple[Paper, tuple[ItemResult, ...], Answers]:
    """A paper of the item as number 1 and another, the other answered rightly."""
    paper = paper_of(pooled(1, body), pooled(2))
    answers = {1: raw, 2: {"chosen": ["b"]}}
    return paper, mark_paper(paper, answers), answers


def marks(results: Sequence[ItemResult]) -> list[tuple[Decimal, Decimal, bool]]:
    return [(one.points, one.max_points, one.is_right) for one in results]


def one_mark(name: str, raw: dict[str, object], *corrections: Correction) -> tuple[str, bool]:
    """Points of 5 and rightness of one answer."""
    paper, results, answers = marked(CASES[name][0], raw)
    first = remark(paper, results, answers, {1: corrections})[0]
    return f"{first.points.normalize():f}", first.is_right


@st.composite
def situations(draw: st.DrawFn) -> tuple[str, dict[str, object], list[Correction]]:
    name = draw(st.sampled_from(sorted(CASES)))
    _, corrections, answers = CASES[name]
    chosen = draw(st.lists(st.sampled_from([*corrections, GIVE, DROP]), max_size=4))
    return name, draw(st.sampled_from(answers)), chosen


@given(situations())
def test_applying_and_undoing_gives_the_stored_marks(
    situation: tuple[str, dict[str, object], list[Correction]],
) -> None:
    name, raw, corrections = situation
    paper, results, answers = marked(CASES[name][0], raw)
    applied = remark(paper, results, answers, {1: corrections})
    assert remark(paper, applied, answers, {}) == results
    for left_out in range(len(corrections)):
        others = corrections[:left_out] + corrections[left_out + 1 :]
        undone = remark(paper, applied, answers, {1: others})
        assert undone == remark(paper, results, answers, {1: others})


@given(situations())
def test_the_other_places_are_never_marked_again(
    situation: tuple[str, dict[str, object], list[Correction]],
) -> None:
    name, raw, corrections = situation
    paper, results, answers = marked(CASES[name][0], raw)
    told = (results[0], ItemResult(2, as_points(1), as_points(5), True, False, False, "l1", "发票"))
    assert remark(paper, told, answers, {1: corrections})[1] == told[1]


@given(situations())
def test_marks_stay_within_what_the_place_is_worth(
    situation: tuple[str, dict[str, object], list[Correction]],
) -> None:
    name, raw, corrections = situation
    paper, results, answers = marked(CASES[name][0], raw)
    for one in remark(paper, results, answers, {1: corrections}):
        assert 0 <= one.points <= one.max_points


@given(situations())
def test_giving_and_accepting_never_lower(
    situation: tuple[str, dict[str, object], list[Correction]],
) -> None:
    name, raw, corrections = situation
    paper, results, answers = marked(CASES[name][0], raw)
    before = remark(paper, results, answers, {1: corrections})[0]
    for extra in [GIVE, *(c for c in CASES[name][1] if c.kind is CorrectionKind.ACCEPT_ALSO)]:
        after = remark(paper, results, answers, {1: [*corrections, extra]})[0]
        assert after.points >= before.points


@given(situations())
def test_the_order_of_independent_corrections_does_not_matter(
    situation: tuple[str, dict[str, object], list[Correction]],
) -> None:
    name, raw, corrections = situation
    changes = [c for c in corrections if c.kind is CorrectionKind.CHANGE_KEY][:1]
    free = changes + [c for c in corrections if c.kind is not CorrectionKind.CHANGE_KEY]
    paper, results, answers = marked(CASES[name][0], raw)
    found = {
        tuple(marks(remark(paper, results, answers, {1: order}))) for order in permutations(free)
    }
    assert len(found) == 1


@given(situations())
def test_marks_are_kept_and_read_back(
    situation: tuple[str, dict[str, object], list[Correction]],
) -> None:
    name, raw, corrections = situation
    paper, results, answers = marked(CASES[name][0], raw)
    after = remark(paper, results, answers, {1: corrections})
    outcome = grade_as_json(
        grade(after, cut_percent=Decimal(60), red_line_all=False), after, answers
    )
    assert results_from_json(paper, json.loads(json.dumps(outcome))["items"]) == after


@pytest.mark.parametrize(
    ("name", "raw", "corrections", "expected"),
    [
        ("single", {"chosen": ["a"]}, [change(chosen=["a"])], ("5", True)),
        ("single", {"chosen": ["b"]}, [change(chosen=["a"])], ("0", False)),
        ("single", {"chosen": ["b"]}, [also(chosen=["a"])], ("5", True)),
        ("single", {"chosen": ["a"]}, [also(chosen=["a"])], ("5", True)),
        ("single", {}, [GIVE], ("5", True)),
        ("single", {"chosen": ["b"]}, [DROP], ("0", True)),
        ("single", {"chosen": ["b"]}, [change(chosen=["a"]), change(chosen=["b"])], ("5", True)),
        ("single", {"chosen": ["d"]}, [also(chosen=["d"]), change(chosen=["a"])], ("5", True)),
        ("several", {"chosen": ["a"]}, [], ("3.75", False)),
        ("several", {"chosen": ["a", "c", "d"]}, [also(chosen=["a", "c", "d"])], ("5", True)),
        ("short", {"text": "包退"}, [change(text="包退")], ("5", True)),
        ("short", {"text": "七退"}, [change(text="包退")], ("2.5", False)),
        ("short", {"text": " 无理由 "}, [also(text="无理由")], ("5", True)),
        ("number", {"text": "168.5元"}, [also(text="168～169")], ("5", True)),
        ("number", {"text": "170.4"}, [change(text="170")], ("0", False)),
        (
            "match",
            {"pairs": {"p1": "wait", "p2": "invoice", "p3": "wait"}},
            [also(pairs={"p1": "wait"}), also(pairs={"p3": "wait"})],
            ("5", True),
        ),
        (
            "order",
            {"order": ["ask", "sorry", "offer", "follow"]},
            [CASES["order"][1][0]],
            ("5", True),
        ),
        ("gaps", {"gaps": {"payer": {"text": "商家"}}}, [CASES["gaps"][1][1]], ("1", False)),
        ("gaps", {"gaps": {"days": {"text": "15"}}}, [CASES["gaps"][1][0]], ("2", False)),
    ],
)
def test_what_an_answer_earns(
    name: str,
    raw: dict[str, object],
    corrections: list[Correction],
    expected: tuple[str, bool],
) -> None:
    assert one_mark(name, raw, *corrections) == expected


def test_a_dropped_item_leaves_both_sums_and_no_red_line() -> None:
    paper = paper_of(pooled(1, red_line=True), pooled(2), points="5")
    answers = {2: {"chosen": ["b"]}}
    results = mark_paper(paper, answers)
    before = grade(results, cut_percent=Decimal(80), red_line_all=True)
    after = remark(paper, results, answers, {1: [DROP]})
    result = grade(after, cut_percent=Decimal(80), red_line_all=True)
    assert (before.points, before.max_points, before.passed) == (5, 10, False)
    assert (result.points, result.max_points, result.passed) == (5, 5, True)
    assert result.red_line_missed == ()
    assert result.study == ()


def test_points_given_lift_a_red_line() -> None:
    paper = paper_of(pooled(1, red_line=True), pooled(2))
    results = mark_paper(paper, {2: {"chosen": ["b"]}})
    result = grade(
        remark(paper, results, {}, {1: [GIVE]}), cut_percent=Decimal(50), red_line_all=True
    )
    assert result.passed


def test_a_paper_of_dropped_items_only_is_still_worth_something() -> None:
    paper = paper_of(pooled(1), pooled(2))
    results = mark_paper(paper, {1: {"chosen": ["b"]}})
    both = {1: [DROP], 2: [DROP]}
    assert is_all_dropped(paper, both)
    assert not is_all_dropped(paper, {1: [DROP]})
    assert [one.points for one in remark(paper, results, {}, both)] == [5, 5]


def test_a_changed_scoring_rule_does_not_reach_a_stored_mark() -> None:
    """The mark that was told stands where only more is accepted and the answer is not among it."""
    paper, results, answers = marked(single(), {"chosen": ["a"]})
    told = (
        ItemResult(1, as_points("2.5"), as_points(5), True, False, False, "l1", "发票"),
        results[1],
    )
    after = remark(paper, told, answers, {1: [also(chosen=["d"])]})[0]
    assert (after.points, after.marked) == (Decimal("2.5"), Mark(as_points("2.5"), False))


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_item_is_shown_with_the_key_that_counts(name: str) -> None:
    body, corrections, _ = CASES[name]
    item = item_from_json(body)
    for one in corrections:
        shown = corrected_item(item, [one])
        assert item_from_json(item_as_json(shown)) == shown
        assert (shown == item) == (
            one.kind is CorrectionKind.ACCEPT_ALSO
            and (name in {"several", "match"} or "photos" in str(one.key))
        )


def test_feedback_that_said_the_opposite_is_left_out() -> None:
    shown = corrected_item(item_from_json(single()), [change(chosen=["a"])])
    assert {option.id: option.feedback for option in shown.options} == {
        "a": "",
        "b": "",
        "c": "讲解 c",
        "d": "讲解 d",
    }


def test_a_paper_is_shown_with_corrections_of_its_items_alone() -> None:
    paper = paper_of(pooled(1), pooled(2))
    shown = corrected_paper(paper, {1: [change(chosen=["a"])], 9: [DROP]})
    assert shown[0].item.keys == {"a"}
    assert shown[1] == paper[1]


@pytest.mark.parametrize("name", sorted(CASES))
def test_corrections_that_make_sense_are_let_pass(name: str) -> None:
    item = item_from_json(CASES[name][0])
    for one in [*CASES[name][1], GIVE, DROP]:
        check_correction(item, one)


@pytest.mark.parametrize(
    ("item", "correction"),
    [
        (item_from_json(single()), change(chosen=["b"])),
        (item_from_json(single()), change(chosen=["z"])),
        (item_from_json(single()), change(chosen=["a", "b"])),
        (item_from_json(single()), change()),
        (item_from_json(single()), also(chosen=["b"])),
        (item_from_json(single()), also(chosen=["a", "c"])),
        (item_from_json(multiple()), change(chosen=["a", "b", "c", "d"])),
        (item_from_json(multiple()), also(chosen=["c", "a"])),
        (item_from_json(true_false()), also(chosen=["true"])),
        (item_from_json(true_false()), change(chosen=["true", "false"])),
        (TYPED["short"], also(text="  ")),
        (TYPED["short"], change(text="七退")),
        (TYPED["number"], also(text="很多")),
        (TYPED["number"], change(text="5 ~ 3")),
        (TYPED["match"], also(pairs={"p1": "track"})),
        (TYPED["match"], change(pairs={"p9": "track"})),
        (TYPED["match"], change(pairs={})),
        (TYPED["order"], also(order=["ask", "sorry", "offer", "follow"])),
        (TYPED["order"], change(order=["ask"])),
        (TYPED["order"], change(order=[])),
        (TYPED["gaps"], also(gaps={})),
        (TYPED["gaps"], also(gaps={"no": {"text": "1"}})),
        (TYPED["gaps"], also(gaps={"may": {"chosen": ["y"]}})),
        (ESSAY, GIVE),
        (ESSAY, DROP),
    ],
)
def test_corrections_that_make_none_are_refused(item: Item, correction: Correction) -> None:
    with pytest.raises(FieldError):
        check_correction(item, correction)


def test_nothing_can_be_corrected_of_what_people_mark() -> None:
    assert kinds_for(ESSAY) == ()
    assert CorrectionKind.ACCEPT_ALSO not in kinds_for(TYPED["order"])
    assert len(kinds_for(TYPED["gaps"])) == 4


@pytest.mark.parametrize("correction", [GIVE, change(chosen=["a"])])
def test_a_correction_is_stored_and_read_back(correction: Correction) -> None:
    stored = json.loads(json.dumps(correction.facts()))
    assert Correction.from_stored(correction.kind.value, stored) == correction


def figures(points: str, max_points: str, *, passed: bool) -> Figures:
    return Figures.of_stored(as_points(points), as_points(max_points), passed=passed)


@pytest.mark.parametrize(
    ("before", "after", "flip", "direction"),
    [
        (("70", "100", False), ("80", "100", True), Flip.TO_PASS, 1),
        (("80", "100", True), ("75", "100", False), Flip.TO_FAIL, -1),
        (("70", "100", True), ("70", "95", True), Flip.NONE, 1),
        (("70", "100", True), ("70", "100", True), Flip.NONE, 0),
    ],
)
def test_who_moves_and_who_flips(
    before: tuple[str, str, bool], after: tuple[str, str, bool], flip: Flip, direction: int
) -> None:
    one = Change(
        figures(before[0], before[1], passed=before[2]),
        figures(after[0], after[1], passed=after[2]),
    )
    assert (one.flip, one.direction) == (flip, direction)
    assert Figures.from_json(json.loads(json.dumps(one.before.as_json()))) == one.before
