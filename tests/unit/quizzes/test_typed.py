"""What is typed from a paper, read as answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.domain.items import item_as_json, sample_responses
from lms.quizzes.domain.typed import (
    SlipCode,
    answers_as_json,
    answers_from_json,
    differing,
    fields_for,
    fields_of,
    read_answers,
    read_line,
)
from tests.factories.item_types import ESSAY, TYPED
from tests.unit.quizzes.papers import multiple, paper_of, pooled, single, true_false

ALL = [
    single(),
    multiple(),
    true_false(),
    *(item_as_json(item) for item in TYPED.values()),
    item_as_json(ESSAY),
]
PAPER = paper_of(*(pooled(number, body) for number, body in enumerate(ALL, start=1)))
ITEMS = {
    position: (placed.item, placed.item.face(placed.option_order))
    for position, placed in enumerate(PAPER, start=1)
}


def letter(position: int, option: str) -> str:
    return "ABCDEF"[PAPER[position - 1].option_order.index(option)]


def test_a_line_goes_item_by_item() -> None:
    found, slips = read_line(" A BD,c  － Ｂ\n", [1, 2, 4, 5, 9])
    assert found == {1: "A", 2: "BD", 4: "c", 5: "-", 9: "B"}
    assert slips == ()


def test_a_number_goes_on_from_there() -> None:
    found, slips = read_line("A 4.BD C 9D", [1, 2, 4, 5, 9])
    assert found == {1: "A", 4: "BD", 5: "C", 9: "D"}
    assert slips == ()


def test_a_number_may_stand_alone() -> None:
    assert read_line("4 B 9: C", [1, 4, 9]) == ({4: "B", 9: "C"}, ())


@pytest.mark.parametrize(
    ("line", "position", "value", "code"),
    [
        ("A B", 3, "", SlipCode.TOO_FEW),
        ("A B C D", 4, "D", SlipCode.NO_SUCH_ITEM),
        ("A 7B", 7, "7B", SlipCode.NO_SUCH_ITEM),
    ],
)
def test_a_line_that_does_not_fit_names_the_place(line, position, value, code) -> None:
    _, slips = read_line(line, [1, 2, 3])
    assert [(slip.position, slip.value, slip.code) for slip in slips] == [(position, value, code)]


def test_an_empty_line_says_nothing() -> None:
    assert read_line("  ", [1, 2]) == ({}, ())


def test_letters_become_the_options_of_this_paper() -> None:
    line = f"{letter(1, 'b')} {letter(2, 'c')}{letter(2, 'a')} 错"
    answers, slips = read_answers(ITEMS, {}, line)
    assert slips == ()
    assert answers == {
        1: {"chosen": ["b"]},
        2: {"chosen": ["a", "c"]},
        3: {"chosen": ["false"]},
    }


@pytest.mark.parametrize(
    ("said", "chosen"),
    [("a", "true"), ("B", "false"), ("√", "true"), ("x", "false"), ("Ｔ", "true"), ("×", "false")],
)
def test_a_judgement_is_typed_as_people_mark_it(said: str, chosen: str) -> None:
    answers, _ = read_answers(ITEMS, {3: [("chosen", said)]})
    assert answers[3] == {"chosen": [chosen]}


@pytest.mark.parametrize(
    ("position", "name", "value", "code"),
    [
        (1, "chosen", "E", SlipCode.NO_SUCH_OPTION),
        (1, "chosen", "甲", SlipCode.NO_SUCH_OPTION),
        (1, "chosen", "AB", SlipCode.ONE_ONLY),
        (2, "chosen", "ABA", SlipCode.TWICE),
        (3, "chosen", "C", SlipCode.NO_SUCH_OPTION),
        (6, "pair:p1", "Z", SlipCode.NO_SUCH_OPTION),
        (6, "pair:p1", "AB", SlipCode.ONE_ONLY),
        (7, "place:ask", "1", SlipCode.ORDER),
        (8, "gap:may:chosen", "C", SlipCode.NO_SUCH_OPTION),
        (8, "gap:may:chosen", "AB", SlipCode.ONE_ONLY),
        (5, "text", "9" * 200, SlipCode.UNREADABLE),
    ],
)
def test_a_slip_names_position_and_value_and_spoils_nothing_else(
    position: int, name: str, value: str, code: SlipCode
) -> None:
    fields = {4: [("text", "七退")], position: [(name, value)]}
    if name.startswith("place"):
        fields[position] += [(f"place:{one}", "") for one in ("sorry", "offer", "follow")]
    answers, (slip,) = read_answers(ITEMS, fields)
    assert (slip.position, slip.value, slip.code) == (position, value, code)
    assert answers == {4: {"text": "七退"}}


def test_the_line_and_a_field_must_not_differ() -> None:
    line = "A B A"
    assert read_answers(ITEMS, {1: [("chosen", "a")]}, line)[1] == ()
    _, (slip,) = read_answers(ITEMS, {1: [("chosen", "C")]}, line)
    assert (slip.position, slip.value, slip.code) == (1, "A / C", SlipCode.DIFFERS)


def test_a_dash_is_no_answer() -> None:
    fields = {1: [("chosen", "－")], 2: [("chosen", "-")], 8: [("gap:may:chosen", "-")]}
    assert read_answers(ITEMS, fields) == ({}, ())


@pytest.mark.parametrize("position", [position for position in ITEMS if position != len(ALL)])
def test_what_is_typed_for_an_answer_gives_that_answer(position: int) -> None:
    item, face = ITEMS[position]
    samples = sample_responses(item)
    for raw in (*samples.right, *(one for one in samples.wrong if one)):
        typed = fields_of(face, raw)
        names = {one.name for one in fields_for(face)}
        assert set(typed) <= names
        fields = [(name, typed.get(name, "")) for name in names]
        answers, slips = read_answers({position: (item, face)}, {position: fields})
        assert slips == ()
        again = fields_of(face, answers.get(position, {}))
        assert {name: value for name, value in again.items() if value.strip()} == {
            name: value for name, value in typed.items() if value.strip()
        }


RAW = st.dictionaries(st.integers(1, 99), st.just({"text": "a"}) | st.just({"chosen": ["b"]}))


@given(RAW, RAW)
def test_typings_differ_where_they_do(first, second) -> None:
    at = differing(first, second)
    settled = {**first, **{one: second.get(one, {}) for one in at}}
    assert {one: raw for one, raw in settled.items() if raw} == second
    assert all(first.get(one) != second.get(one) for one in at)
    stored = answers_as_json(dict(reversed(first.items())))
    assert list(stored) == [str(one) for one in sorted(first)]
    assert answers_from_json(stored) == first
