"""What must hold between files."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.content.domain.checks.programmes import find_cycle
from lms.issues import Severity
from tests.unit.content.test_reading import check, codes, found
from tests.unit.content.trees import (
    CARDS,
    CONDITIONS,
    PROGRAMME,
    judgement,
    lesson,
    quiz,
    single,
)

TODAY = dt.date(2026, 11, 23)
RECALL = single("bank-r1") + single("bank-r2", "two-b")
PICKED = "  - {title: 二, bank: bank, items: [bank-1], shuffle: false, points_each: 1}\n"


def asking(more: str, *, draw: int = 2) -> str:
    """Return the text of a quiz whose section says more."""
    text = quiz("quiz-two", "two", draw=draw)
    return text.replace("points_each: 1}", f"points_each: 1, {more}}}")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"items_yml": single("bank-1") + single("bank-1")}, "key_twice"),
        ({"items_yml": single("bank-r1") + judgement("bank-2")}, "key_twice"),
        ({"01_b_md": lesson("one-a")}, "key_twice"),
        ({"law_yml": CARDS.replace("card-b", "card-a")}, "key_twice"),
        ({"two_yml": quiz("quiz-one", "one")}, "key_twice"),
        ({"programme_yml": PROGRAMME.replace("id: two", "id: one")}, "key_twice"),
        ({"items_yml": single("bank-1", "nowhere") + judgement("bank-2")}, "unknown_lesson"),
        ({"items_yml": single("bank-1", cards="[nowhere]") + judgement("bank-2")}, "unknown_card"),
        ({"recall_yml": single("bank-r1")}, "lesson_without_recall"),
        ({"programme_yml": PROGRAMME.replace("[one]", "[three]")}, "unknown_module"),
        ({"programme_yml": PROGRAMME.replace("requires: []", "requires: [two]")}, "cycle"),
        ({"programme_yml": PROGRAMME.replace("requires: []", "requires: [one]")}, "cycle"),
        ({"programme_yml": PROGRAMME.replace("02-two", "09-two")}, "missing_folder"),
        ({"programme_yml": PROGRAMME.replace("02-two", "09-two")}, "unused_folder"),
        ({"01_b_md": None}, "missing_folder"),
        ({"programme_yml": PROGRAMME.replace("quiz: quiz-two", "quiz: quiz-nine")}, "unknown_quiz"),
        ({"programme_yml": PROGRAMME.replace("quiz: quiz-two", "quiz: quiz-one")}, "quiz_of_other_gate"),
        ({"programme_yml": PROGRAMME.replace("knowledge: 25", "knowledge: 30")}, "weights_not_100"),
        ({"two_yml": quiz("quiz-two", "nine")}, "unknown_gate"),
        ({"two_yml": quiz("quiz-two", "two", "nine")}, "unknown_bank"),
        ({"two_yml": quiz("quiz-two", "two", draw=3)}, "bank_too_small"),
        ({"two_yml": asking("points: [没有的]")}, "unknown_point"),
        ({"two_yml": asking("tags: [重点]")}, "unknown_tag"),
        ({"two_yml": asking("items: [bank-1, bank-9]")}, "unknown_item"),
        ({"two_yml": asking("types: [true_false]")}, "section_too_small"),
        ({"two_yml": asking("items: [bank-1]", draw=1) + PICKED}, "item_in_two_sections"),
        ({"two_yml": asking("types: [crossword]")}, "unknown_value"),
        ({"two_yml": asking("difficulties: hard")}, "wrong_type"),
        ({"two_yml": asking("shuffle: false")}, "nothing_to_order"),
        ({"two_yml": asking("items: [bank-1]")}, "draw_of_picked"),
        ({"two_yml": asking("items: [bank-1, bank-1]")}, "item_twice"),
        ({"two_yml": asking("items: []")}, "empty_field"),
        ({"two_yml": asking("items: [bank-1, bank-2], types: [true_false]")}, "picked_and_narrowed"),
        ({"law_yml": CARDS.replace("2026-07-17", "2027-07-17", 1)}, "checked_in_future"),
        ({"conditions_yml": CONDITIONS.replace("条件如下：模块测验全部通过。", "条件另附。")}, "condition_not_in_text"),
        ({"conditions_yml": CONDITIONS.replace("Conditions: You pass every", "You pass each")}, "condition_not_in_text"),
    ],
)  # fmt: skip
def test_errors_between_files(tmp_path, changes, code):
    _, issues = check(tmp_path, **changes)
    assert code in {one.code for one in issues if one.severity is Severity.ERROR}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"items_yml": single("bank-1", cards="[card-b]") + judgement("bank-2")}, "only_unverified_cards"),
        ({"programme_yml": PROGRAMME.replace("due_day: 4", "due_day: 7")}, "due_after_stage"),
        ({"programme_yml": PROGRAMME.replace("due_day: 10", "due_day: 5")}, "due_after_defense"),
        ({"programme_yml": PROGRAMME.replace("due_day: 4", "due_day: 1")}, "due_before_required"),
        ({"law_yml": CARDS.replace("第十四条", "")}, "law_without_clause"),
        ({"01_b_md": lesson("two-b", head="cards: [card-a]\n")}, "card_not_shown"),
        ({"01_b_md": lesson("two-b", "::: card card-b\n:::\n")}, "card_not_listed"),
        ({"01_a_md": lesson("one-a")}, "unused_picture"),
    ],
)  # fmt: skip
def test_warnings_between_files(tmp_path, changes, code):
    if code == "law_without_clause":
        changes = {"law_yml": CARDS.replace("clause: 第十四条", 'clause: ""')}
    _, issues = check(tmp_path, **changes)
    assert code in {one.code for one in issues}
    assert {one.severity for one in issues} == {Severity.WARNING}


def test_an_item_on_a_verified_and_an_unverified_card_stands(tmp_path):
    items = single("bank-1", cards="[card-a, card-b]") + judgement("bank-2")
    assert codes(tmp_path, items_yml=items) == set()


def test_recall_items_may_rest_on_unverified_cards(tmp_path):
    recall = single("bank-r1", cards="[card-b]") + single("bank-r2", "two-b")
    assert codes(tmp_path, recall_yml=recall) == set()


def test_two_sections_of_one_bank_add_up(tmp_path):
    text = quiz("quiz-two", "two", draw=1)
    twice = text + "  - {title: 二, bank: bank, draw: 2, points_each: 1}\n"
    assert "bank_too_small" in codes(tmp_path, two_yml=twice)


def test_a_section_may_ask_for_a_type_or_pick_its_items(tmp_path):
    plan = asking("types: [true_false], difficulties: [easy, medium, hard]", draw=1)
    assert codes(tmp_path / "a", two_yml=plan) == set()
    assert codes(tmp_path / "b", two_yml=plan + PICKED) == set()


def test_sections_that_take_items_from_each_other_are_found(tmp_path):
    only = "  - {title: 二, bank: bank, draw: 1, types: [true_false], points_each: 1}\n"
    text = asking("types: [true_false]", draw=1) + only
    assert codes(tmp_path, two_yml=text) == {"sections_compete"}


def test_what_a_section_asks_for_is_named_with_its_place(tmp_path):
    text = asking("points: [没有的]")
    _, issues = check(tmp_path, two_yml=text)
    (issue,) = [one for one in issues if one.code == "unknown_point"]
    assert issue.where.field == "sections[0].points[0]"
    assert issue.where.line == text.count("\n")
    assert issue.facts == {"bank": "bank", "point": "没有的"}


def test_a_key_twice_names_both_places(tmp_path):
    _, issues = check(tmp_path, items_yml=single("bank-1") + single("bank-1"))
    twice = next(one for one in issues if one.code == "key_twice")
    assert twice.where.line == 13
    assert "items.yml:1" in twice.message


def habits(texts, key):
    """A bank of 12 single responses whose options have ``texts`` and whose key is option number ``key``."""
    items = []
    for number in range(12):
        options = "".join(
            f"    - {{id: {'abcd'[place]}, text: {text}, {'key: true, ' if place == key(number) else ''}why: 是}}\n"
            for place, text in enumerate(texts)
        )
        head, tail = single(f"bank-{number}").split("  options:\n")
        items.append(f"{head}  options:\n{options}  explanation: 道理\n")
        assert tail
    return "".join(items)


def test_keys_that_are_regularly_the_longest_are_noticed(tmp_path):
    text = habits(["短", "这一项特别长", "短短"], lambda number: 1)
    assert {"key_often_longest", "key_position_uneven"} <= codes(tmp_path, items_yml=text)


def test_even_keys_are_not(tmp_path):
    text = habits(["一样", "长度", "三项"], lambda number: number % 3)
    assert codes(tmp_path, items_yml=text) == set()


def test_an_empty_bank_is_noticed(tmp_path):
    text = found(tmp_path, items_yml=None)
    assert ("bank_without_items", "bank.yml", 1) in text


@given(
    st.dictionaries(
        st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3), max_size=6
    )
)
def test_a_cycle_found_is_one_and_none_is_missed(requires):
    cycle = find_cycle(requires)
    for here, there in zip(cycle, (*cycle[1:], *cycle[:1]), strict=True):
        assert there in requires[here]
    if not cycle:
        # Without a cycle, repeatedly removing keys that wait for nothing empties the graph.
        left = dict(requires)
        while left:
            free = [key for key, wants in left.items() if not any(w in left for w in wants)]
            assert free
            for key in free:
                del left[key]


def test_more_conditions_than_anybody_remembers(tmp_path):
    head, tail = CONDITIONS.split("text: |-")
    first = head.split("items:\n")[1]
    more = "".join(first.replace("key: quizzes", f"key: quizzes-{n}") for n in range(9))
    assert codes(tmp_path, conditions_yml=head + more + "text: |-" + tail) == {"many_conditions"}


def test_a_course_without_conditions_is_fine(tmp_path):
    assert codes(tmp_path, conditions_yml=None) == set()
