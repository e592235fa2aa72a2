"""Texts that several items share, and the types that are not a choice, in files."""

import datetime as dt

import pytest

from lms.content.compiling import compile_content
from lms.content.domain.plan import Kind, Stored, make_plan
from lms.content.services import check_files
from tests.unit.content.trees import STIMULI, judgement, quiz, sharing, single, write

TODAY = dt.date(2026, 11, 23)
ITEMS = sharing(single("bank-1")) + sharing(judgement("bank-2")) + single("bank-3")


def check(root, **changes):
    changes = {"items_yml": ITEMS, "stimuli_yml": STIMULI} | changes
    return check_files(write(root, **changes), today=TODAY)


def places(issues):
    return [
        (one.code, one.where.file.rsplit("/", 1)[-1], one.where.line, one.where.field)
        for one in issues
    ]


def test_items_stand_under_their_text_in_the_order_of_the_file(tmp_path):
    content, issues = check(tmp_path)
    assert issues == []
    (bank,) = content.banks
    assert [(one.key, one.title) for one in bank.stimuli] == [("case-a", "一段聊天")]
    assert bank.stimuli[0].text.startswith("::: chat\n买家：在吗\n")
    assert [one.key for one in bank.sharing("case-a")] == ["bank-1", "bank-2"]
    compiled = compile_content(content, {})
    assert [place for _, _, place in compiled.items.values()] == [1, 2, 0, 0, 0]
    cases = {one.key: one.parts["case"] for one in compiled.things if one.kind is Kind.ITEM}
    assert (cases["bank-1"], cases["bank-2"], cases["bank-3"]) == ("case-a/1", "case-a/2", "")


def test_a_bank_without_shared_texts_has_none(tmp_path):
    content, _ = check_files(write(tmp_path), today=TODAY)
    assert content.banks[0].stimuli == ()


def test_a_text_may_go_without_a_title(tmp_path):
    content, issues = check(tmp_path, stimuli_yml=STIMULI.replace("  title: 一段聊天\n", ""))
    assert issues == []
    assert content.banks[0].stimuli[0].title == ""


PICTURE = STIMULI.replace("| 0042 |", "| ![图](media/map.svg) |")
HEADING = STIMULI.replace("    | 单号", "    ## 订单\n\n    | 单号")
IN_RECALL = sharing(single("bank-r1")) + single("bank-r2", "two-b")


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"stimuli_yml": STIMULI.replace("id: case-a", "id: Case A")}, ("bad_key", "stimuli.yml", 1, "id")),
        ({"stimuli_yml": STIMULI.replace("title:", "name:")}, ("unknown_field", "stimuli.yml", 2, "name")),
        ({"stimuli_yml": "- id: case-a\n"}, ("missing_field", "stimuli.yml", 1, "text")),
        ({"stimuli_yml": "id: case-a\n"}, ("wrong_type", "stimuli.yml", 1, "")),
        ({"stimuli_yml": STIMULI.replace("一段聊天", "长" * 121)}, ("too_long", "stimuli.yml", 2, "title")),
        ({"stimuli_yml": STIMULI.replace("买家：在吗", "买家：<b>在吗</b>")}, ("html_in_text", "stimuli.yml", 5, "text")),
        ({"stimuli_yml": STIMULI.replace("    :::\n\n", "\n")}, ("container_not_closed", "stimuli.yml", 4, "text")),
        ({"stimuli_yml": STIMULI.replace("::: chat", "::: talk")}, ("unknown_container", "stimuli.yml", 4, "text")),
        ({"stimuli_yml": STIMULI.replace("买家：在吗", "路人：在吗")}, ("chat_speaker", "stimuli.yml", 5, "text")),
        ({"stimuli_yml": PICTURE}, ("picture_outside_lesson", "stimuli.yml", 11, "text")),
        ({"stimuli_yml": HEADING}, ("heading_outside_lesson", "stimuli.yml", 9, "text")),
        ({"stimuli_yml": STIMULI + "    ::: card card-a\n    :::\n"}, ("card_outside_lesson", "stimuli.yml", 12, "text")),
        ({"stimuli_yml": STIMULI + STIMULI}, ("key_twice", "stimuli.yml", 12, "")),
        ({"stimuli_yml": STIMULI + STIMULI.replace("case-a", "case-b")}, ("stimulus_without_items", "stimuli.yml", 12, "")),
        ({"stimuli_yml": None}, ("unknown_stimulus", "items.yml", 8, "stimulus")),
        ({"items_yml": ITEMS.replace("stimulus: case-a", 'stimulus: ""')}, ("empty_field", "items.yml", 8, "stimulus")),
        ({"recall_yml": IN_RECALL}, ("unknown_field", "recall.yml", 8, "stimulus")),
    ],
)  # fmt: skip
def test_a_mistake_is_found_at_its_line_and_field(tmp_path, changes, finding):
    _, issues = check(tmp_path, **changes)
    assert finding in places(issues)


@pytest.mark.parametrize(("draw", "expected"), [(1, []), (2, []), (3, []), (4, ["bank_too_small"])])
def test_a_quiz_draws_shared_items_together(tmp_path, draw, expected):
    _, issues = check(tmp_path, one_yml=quiz("quiz-one", "one", draw=draw))
    assert [one.code for one in issues] == expected


def test_a_quiz_that_the_groups_cannot_fill_is_an_error(tmp_path):
    items = ITEMS.replace(single("bank-3"), sharing(single("bank-3")))
    _, issues = check(tmp_path, items_yml=items)
    assert {one.code for one in issues} == {"bank_does_not_fit"}
    assert {one.where.file.rsplit("/", 1)[-1] for one in issues} == {"one.yml", "stage.yml", "two.yml"}  # fmt: skip


def test_what_people_mark_is_drawn_like_everything_else(tmp_path):
    essay = single("bank-4").split("  options:")[0].replace("single_response", "essay")
    items = single("bank-1") + essay + "  explanation: 道理\n"
    _, issues = check_files(write(tmp_path, items_yml=items), today=TODAY)
    assert issues == []


def test_a_shared_text_stays_in_its_bank(tmp_path):
    content, _ = check(tmp_path)
    things = compile_content(content, {}).things
    stored = [Stored(Kind.CASE_GROUP, "case-a", {"text": "x", "bank": "other"})]
    _, issues = make_plan(things, stored)
    assert [(one.code, one.where.line) for one in issues] == [("group_of_other_bank", 1)]


HEAD = single("bank-2").split("  options:")[0]


def typed(kind: str, words: str, stem: str = "选哪个？") -> str:
    """An item of a type that is not a choice, behind a single response."""
    head = HEAD.replace("single_response", kind).replace("选哪个？", stem)
    return single("bank-1") + head + words + "  explanation: 道理\n"


MATCHING = """  premises:
    - {id: p, text: 甲, choice: x}
    - {id: q, text: 乙, choice: z}
  choices: [{id: x, text: 一}, {id: y, text: 二}]
"""
GAPS = """  gaps:
    - id: days
      item: {type: numeric, accepted: [{value: 七}]}
"""


@pytest.mark.parametrize(
    ("items", "line", "field"),
    [
        (typed("short_text", "  accepted: [七天, 7]\n"), 21, "accepted[1]"),
        (typed("short_text", "  accepted: []\n"), 21, "accepted"),
        (typed("numeric", "  accepted:\n    - {value: 20}\n    - {value: 20.5}\n"), 23, "accepted[1].value"),
        (typed("numeric", "  accepted:\n    - {low: 3, high: 2}\n"), 22, "accepted[0].high"),
        (typed("matching", MATCHING), 23, "premises[1].choice"),
        (typed("ordering", "  options:\n    - {id: a, text: 一}\n    - {id: a, text: 二}\n"), 23, "options[1].id"),
        (typed("cloze", GAPS, "买家有 {{days}} 天。"), 23, "gaps[0].item.accepted[0].low"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_item_of_another_type_names_line_and_field(tmp_path, items, line, field):
    _, issues = check_files(write(tmp_path, items_yml=items), today=TODAY)
    assert places(issues) == [("item_malformed", "items.yml", line, field)]
