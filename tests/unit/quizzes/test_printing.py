"""Papers on paper: codes, letters, parts, layout of answer sheets."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.questions.domain.items import FaceOption, ItemType, item_as_json
from lms.quizzes.domain.paper import paper_as_json
from lms.quizzes.domain.presentation import present
from lms.quizzes.domain.printing import (
    LETTERS,
    OptionColumns,
    answer_sheet,
    grouped_by_paper,
    id_of_code,
    ids_of_letters,
    letters_of,
    option_columns,
    paper_code,
    parts_of,
)
from lms.quizzes.press.documents import han_number, key_of
from tests.factories.item_types import ESSAY, TYPED
from tests.unit.quizzes.papers import multiple, paper_of, pooled, single, true_false

OPTIONS = tuple(FaceOption(one, f"说法 {one}") for one in ("c", "a", "d", "b"))


def typed(name: str) -> Mapping[str, object]:
    return item_as_json(TYPED[name])


@given(st.integers(1, 10**12))
def test_a_code_names_its_paper(number: int) -> None:
    code = paper_code(number)
    assert id_of_code(code) == number
    assert id_of_code(f" {code.replace('-', '')} ") == number
    assert (
        id_of_code(code.translate({ord(str(one)): ord("０") + one for one in range(10)})) == number
    )


@given(st.integers(1, 99_999), st.data())
def test_one_wrong_digit_and_two_swapped_are_noticed(number: int, data) -> None:
    digits = paper_code(number).replace("-", "")
    at = data.draw(st.integers(0, len(digits) - 1))
    other = data.draw(st.sampled_from([one for one in "0123456789" if one != digits[at]]))
    assert id_of_code(digits[:at] + other + digits[at + 1 :]) is None
    swapped = digits[:at] + digits[at : at + 2][::-1] + digits[at + 2 :]
    assert swapped == digits or id_of_code(swapped) is None


@pytest.mark.parametrize("text", ["", "7", "abc", "0042-", "0042--7", "林小满", "42"])
def test_what_is_no_code(text: str) -> None:
    assert id_of_code(text) is None


def test_letters_follow_the_order_of_the_paper() -> None:
    assert letters_of(["a", "b"], OPTIONS) == "BD"
    assert ids_of_letters("DB", OPTIONS) == ["b", "a"]
    assert letters_of([], OPTIONS) == ""


@given(st.sets(st.sampled_from("abcd")))
def test_letters_and_ids_are_each_others_reverse(ids) -> None:
    assert set(ids_of_letters(letters_of(ids, OPTIONS), OPTIONS)) == ids


@pytest.mark.parametrize("letter", ["E", "Z", "1", "a", "甲"])
def test_a_letter_of_no_option_is_refused(letter: str) -> None:
    with pytest.raises(ValueError, match=letter):
        ids_of_letters(f"A{letter}", OPTIONS)


def test_options_stand_as_tight_as_they_fit() -> None:
    assert option_columns(["对", "错"]) is OptionColumns.FOUR
    assert option_columns(["先道歉，接住客户的情绪", "错"]) is OptionColumns.TWO
    assert option_columns(["对", "这句话很长" * 5]) is OptionColumns.ONE
    assert option_columns(["对", "![](media:x)"]) is OptionColumns.ONE


def test_sixty_choices_stand_in_three_columns() -> None:
    items = present(paper_of(*(pooled(number) for number in range(1, 61))))
    sheet = answer_sheet(items)
    assert [len(column) for column in sheet.columns] == [20, 20, 20]
    assert [column[0].position for column in sheet.columns] == [1, 21, 41]
    assert {row.letters for column in sheet.columns for row in column} == {"ABCD"}


def test_many_options_take_wider_columns() -> None:
    body = single()
    body["options"] = [{"id": one, "text": one, "feedback": ""} for one in "abcdefgh"]
    items = present(paper_of(*(pooled(number, body) for number in range(1, 21))))
    assert [len(column) for column in answer_sheet(items).columns] == [10, 10]


def test_a_sheet_has_room_for_every_type() -> None:
    bodies = [
        *(item_as_json(item) for item in TYPED.values()),
        item_as_json(ESSAY),
        multiple(),
        true_false(),
    ]
    paper = paper_of(*(pooled(number, body) for number, body in enumerate(bodies, start=1)))
    sheet = answer_sheet(present(paper))
    assert [(box.position, box.kind, box.labels, box.unit) for box in sheet.boxes] == [
        (1, ItemType.SHORT_TEXT, ("",), ""),
        (2, ItemType.NUMERIC, ("",), "元"),
        (3, ItemType.MATCHING, ("1", "2", "3"), ""),
        (4, ItemType.ORDERING, ("A", "B", "C", "D"), ""),
        (5, ItemType.CLOZE, ("1", "2", "3", "4"), ""),
    ]
    assert sheet.essays == (6,)
    assert [
        (row.position, row.letters, row.takes_many) for (*rows,) in sheet.columns for row in rows
    ] == [
        (7, "ABCD", True),
        (8, "AB", False),
    ]


def test_parts_say_what_each_item_is_worth_where_all_are_worth_the_same() -> None:
    (part,) = parts_of(present(paper_of(pooled(1), pooled(2), points="2.5")))
    assert (part.title, part.points, part.points_each, len(part.items)) == ("", 5, 2.5, 2)


def test_the_key_names_letters_as_on_the_paper() -> None:
    paper = paper_of(
        *(pooled(number, typed(name)) for number, name in enumerate(TYPED, start=1)),
        pooled(8, multiple(("a", "c"))),
        pooled(9, true_false(answer=False)),
    )
    by_position = {entry.position: entry for entry in key_of(paper)}
    shown = {
        position: [(line.label, line.texts) for line in entry.lines]
        for position, entry in by_position.items()
    }
    assert shown[1] == [("", ("七退",))]
    assert shown[2] == [("", ("169.5–170.5 元",))]
    choices = paper[2].option_order
    wanted = [LETTERS[choices.index(one)] for one in ("track", "invoice", "photo")]
    assert shown[3] == [(str(n), (letter,)) for n, letter in enumerate(wanted, start=1)]
    steps = ["sorry", "ask", "offer", "follow"]
    assert shown[4] == [
        (letter, (str(steps.index(step) + 1),))
        for letter, step in zip("ABCD", paper[3].option_order, strict=True)
    ]
    assert [label for label, _ in shown[5]] == ["1", "2", "3", "4"]
    several = paper[5]
    assert by_position[6].letters == "".join(
        sorted(LETTERS[several.option_order.index(one)] for one in "ac")
    )
    assert by_position[7].letters == "B"


def test_same_papers_are_one_group() -> None:
    one, other = (paper_as_json(paper_of(pooled(1), pooled(2), seed=seed)) for seed in (1, 4))
    assert one != other
    assert grouped_by_paper([one, other, one], lambda paper: paper) == [[one, one], [other]]


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (35, "三十五")]
)
def test_headings_count_in_chinese(number: int, words: str) -> None:
    assert han_number(number) == words
