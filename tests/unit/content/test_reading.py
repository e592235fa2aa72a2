"""What is wrong with a file is an Issue at its line, and never a traceback."""

import datetime as dt
from contextlib import nullcontext
from decimal import Decimal

import pytest

from lms.content.domain.values import Content
from lms.content.reading.programmes import CRITERIA
from lms.content.reading.tree import read_content
from lms.content.services import check_files
from lms.curriculum.models import Lesson, Module, Programme, Stage
from lms.defense.domain.rubric import rubric_from_settings
from lms.issues import Severity
from lms.library.models import RuleCard
from lms.probation.domain.conditions import read_condition
from lms.probation.models import HiringConditions
from lms.questions.domain.exchange.yaml_lines import YamlError, load
from lms.questions.models import Item, ItemBank
from lms.quizzes.models import Quiz
from tests.unit.content.trees import (
    CARDS,
    CONDITIONS,
    COURSE,
    FILES,
    PROGRAMME,
    judgement,
    lesson,
    quiz,
    single,
    write,
)

TODAY = dt.date(2026, 11, 23)


def check(root, **changes):
    return check_files(write(root, **changes), today=TODAY)


def found(root, **changes):
    """Codes, files and lines of what is found."""
    _, issues = check(root, **changes)
    return [(one.code, one.where.file.rsplit("/", 1)[-1], one.where.line) for one in issues]


def codes(root, **changes):
    return {code for code, _, _ in found(root, **changes)}


def test_a_valid_root_has_no_findings(tmp_path):
    content, issues = check(tmp_path)
    assert issues == []
    course, bank = content.courses[0], content.banks[0]
    assert [one.key for one in course.lessons] == ["one-a", "two-b"]
    assert [one.key for one in course.cards] == ["card-a", "card-b"]
    assert [(one.key, one.purpose, one.position) for one in bank.items] == [
        ("bank-1", "quiz", 1),
        ("bank-2", "quiz", 2),
        ("bank-r1", "recall", 1),
        ("bank-r2", "recall", 2),
    ]
    assert course.lessons[0].where.line == 1
    assert bank.items[1].where.line == 13
    assert list(course.media) == ["media/map.svg"]


def test_true_false_bodies_keep_their_feedback(tmp_path):
    content, _ = check(tmp_path)
    body = content.banks[0].items[1].body
    assert body["answer"] is False
    assert body["feedback"] == {"true": "再想想", "false": "对"}


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        # YAML
        ({"items_yml": "- id: [\n"}, ("yaml_broken", "items.yml", 2)),
        ({"items_yml": "\tid: x\n"}, ("yaml_broken", "items.yml", 1)),
        ({"bank_yml": "id: bank\nid: bank\n"}, ("yaml_key_twice", "bank.yml", 2)),
        ({"bank_yml": "id: &a bank\ntitle: *a\n"}, ("yaml_alias", "bank.yml", 1)),
        ({"bank_yml": "id: !!python/object:os.system x\n"}, ("yaml_broken", "bank.yml", 1)),
        ({"bank_yml": "id: \x07\n"}, ("yaml_broken", "bank.yml", 1)),
        ({"bank_yml": ""}, ("empty_file", "bank.yml", None)),
        ({"items_yml": "id: x\n"}, ("wrong_type", "items.yml", 1)),
        ({"bank_yml": "- x\n"}, ("wrong_type", "bank.yml", 1)),
        ({"items_yml": "- plain\n"}, ("wrong_type", "items.yml", 1)),
        # fields
        ({"course_yml": COURSE.replace("title: 示例课程\n", "")}, ("missing_field", "course.yml", 1)),
        ({"course_yml": COURSE + "colour: red\n"}, ("unknown_field", "course.yml", 5)),
        ({"course_yml": COURSE.replace("示例课程", "2026")}, ("wrong_type", "course.yml", 2)),
        ({"course_yml": COURSE.replace("示例课程", '""')}, ("empty_field", "course.yml", 2)),
        ({"course_yml": COURSE.replace("id: demo", "id: Demo!")}, ("bad_key", "course.yml", 1)),
        ({"course_yml": COURSE.replace("id: demo", "id: other")}, ("folder_name", "course.yml", 1)),
        ({"course_yml": COURSE.replace("files", "app")}, ("unknown_value", "course.yml", 4)),
        ({"course_yml": None}, ("missing_file", "course.yml", None)),
        ({"bank_yml": None}, ("missing_file", "bank.yml", None)),
        ({"programme_yml": None}, ("missing_file", "programme.yml", None)),
        (
            {"programme_yml": PROGRAMME.replace("cut_percent: 60", "cut_percent: 160")},
            ("out_of_range", "programme.yml", 35),
        ),
        (
            {"programme_yml": PROGRAMME.replace("due_day: 2", "due_day: soon")},
            ("wrong_type", "programme.yml", 21),
        ),
        (
            {"programme_yml": PROGRAMME.replace("requires: [one]", "requires: one")},
            ("wrong_type", "programme.yml", 32),
        ),
        (
            {"programme_yml": PROGRAMME.replace("requires: [one]", "requires: [1]")},
            ("wrong_type", "programme.yml", 32),
        ),
        ({"programme_yml": PROGRAMME.replace("due_day: 2", "due_day: 010")}, ("wrong_type", "programme.yml", 21)),
        # cards
        ({"law_yml": CARDS.replace("2026-07-17", "soon", 1)}, ("wrong_type", "law.yml", 16)),
        ({"law_yml": CARDS.replace("confidence: A", "confidence: C")}, ("unknown_value", "law.yml", 9)),
        # items
        (
            {"items_yml": single("bank-1").replace(", key: true", "") + judgement("bank-2")},
            ("item_malformed", "items.yml", 1),
        ),
        (
            {"items_yml": single("bank-1").replace("乙,", "乙, key: true,") + judgement("bank-2")},
            ("item_malformed", "items.yml", 1),
        ),
        (
            {"items_yml": single("bank-1").replace("text: 乙", "text: 甲") + judgement("bank-2")},
            ("item_malformed", "items.yml", 11),
        ),
        (
            {"items_yml": judgement("bank-1").replace("  why: {true: 再想想, false: 对}\n", "")},
            ("missing_field", "items.yml", 1),
        ),
        (
            {"items_yml": judgement("bank-1").replace("false: 对", "wrong: 对")},
            ("missing_field", "items.yml", 10),
        ),
        (
            {"items_yml": judgement("bank-1").replace("answer: false", "answer: maybe")},
            ("wrong_type", "items.yml", 9),
        ),
        (
            {"items_yml": single("bank-1").replace("single_response", "riddle")},
            ("unknown_value", "items.yml", 2),
        ),
        ({"items_yml": single("bank-1").replace(", why: 不对", "")}, ("missing_field", "items.yml", 11)),
        ({"items_yml": single("bank-1", cards="[card-a, card-a]")}, ("card_twice", "items.yml", 1)),
        # quizzes
        ({"one_yml": quiz("quiz-one", "one").replace("everything", "gossip")}, ("unknown_value", "one.yml", 11)),
        ({"one_yml": quiz("quiz-one", "one").replace("points_each: 1", "points_each: -1")}, ("out_of_range", "one.yml", 13)),
        ({"one_yml": quiz("quiz-one", "one").replace("true", '"yes"')}, ("wrong_type", "one.yml", 8)),
    ],
)  # fmt: skip
def test_a_mistake_is_found_at_its_line(tmp_path, changes, finding):
    assert finding in found(tmp_path, **changes)


@pytest.mark.parametrize(
    ("body", "code", "line"),
    [
        ("开场\n\n::: hint\n好\n:::\n", "unknown_container", 13),
        ("开场\n\n::: tip\n好\n", "container_not_closed", 13),
        ("开场\n\n:::\n", "container_not_open", 13),
        ("::: tip\n好\n::: warn\n好\n:::\n", "container_not_closed", 11),
        ("::: card\n:::\n", "card_without_key", 11),
        ("::: card nowhere\n:::\n", "unknown_card", 11),
        ("::: chat\n路人：借过\n:::\n", "chat_speaker", 12),
        ("# 大标题\n", "heading_level", 11),
        ("开场 <b>粗</b>\n", "html_in_text", 11),
        ("![图](media/gone.svg \"注\")\n", "missing_picture", 11),
        ("![图](https://example.com/x.png \"注\")\n", "picture_path", 11),
        ("![图](media/../x.svg \"注\")\n", "picture_path", 11),
        ("![](media/map.svg \"注\")\n", "picture_without_alt", 11),
        ("![图](media/map.svg)\n", "picture_without_caption", 11),
        ("上限 [[10 元]]\n", "place_malformed", 11),
        ("上限 10 元]]\n", "place_malformed", 11),
        ("开场\n\n  ::: card card-a\n  :::\n", "container_indented", 13),
        ("- 一\n\n  ::: card card-a\n  :::\n", "container_indented", 13),
        ("> ::: card card-a\n> :::\n", "container_indented", 11),
        ("看这里 ::: card card-a\n", "container_indented", 11),
        ("```\n::: card card-a\n:::\n```\n", "container_not_read", 12),
        ("::: card\u3000card-a\n:::\n", "container_not_read", 11),
        (":::: tip\n好\n:::\n", "unknown_container", 11),
        ("::: tip\n好\n:::\u3000\n\n完\n", "container_not_closed", 11),
        ("::: card card-a\n补充一句\n:::\n", "card_with_text", 12),
        ("::: chat\n买家：![图](media/map.svg)\n:::\n", "picture_in_chat", 12),
        ("![图](media/map.svg “图注”)\n", "picture_malformed", 11),
        ("|a|\n|-|\n|![图](media/gone.svg \"注\")|\n", "missing_picture", 13),
        ("开场\x00\n", "control_character", 11),
    ],
)  # fmt: skip
def test_a_mistake_in_a_lesson_is_found_at_its_line(tmp_path, body, code, line):
    assert (code, "01-b.md", line) in found(tmp_path, **{"01_b_md": lesson("two-b", body)})


@pytest.mark.parametrize("text", ["没有头的课文\n", "---\nid: x\n没有收尾\n", ""])
def test_a_lesson_without_a_head(tmp_path, text):
    assert "lesson_without_head" in codes(tmp_path, **{"01_b_md": text})


def test_a_lesson_without_a_text(tmp_path):
    text = lesson("two-b").replace("小林打开窗口。", "")
    assert "empty_lesson" in codes(tmp_path, **{"01_b_md": text})


def test_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path):
    write(tmp_path)
    for name, text in FILES.items():
        marked = "\ufeff" + text.replace("\n", "\r\n")
        if not name.endswith(".svg"):
            (tmp_path / name).write_bytes(marked.encode())
    plain, _ = read_content(write(tmp_path / "plain"), reviews=["everything"])
    marked_content, issues = read_content(tmp_path, reviews=["everything"])
    assert issues == []
    assert marked_content.lessons[0].body == plain.lessons[0].body


def test_a_file_in_another_encoding(tmp_path):
    write(tmp_path)
    (tmp_path / "courses/demo/01-one/01-a.md").write_bytes("课文".encode("gb18030"))
    _, issues = check_files(tmp_path, today=TODAY)
    assert "not_utf8" in {one.code for one in issues}


def test_a_file_that_is_far_too_large(tmp_path):
    write(tmp_path)
    with (tmp_path / "courses/demo/01-one/01-a.md").open("wb") as handle:
        handle.truncate(3 * 1024 * 1024)
    _, issues = check_files(tmp_path, today=TODAY)
    assert "file_too_large" in {one.code for one in issues}


@pytest.mark.parametrize(
    ("svg", "code"),
    [
        ("<svg", "svg_broken"),
        ("<html/>", "svg_broken"),
        ('<svg xmlns="http://www.w3.org/2000/svg"/>', "svg_without_title"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "svg_unsafe"),
        ('<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>', "svg_unsafe"),
        (
            '<svg xmlns="http://www.w3.org/2000/svg"><a href="https://example.com"/></svg>',
            "svg_unsafe",
        ),
        (
            '<svg xmlns="http://www.w3.org/2000/svg"><path fill="url(http://example.com)"/></svg>',
            "svg_unsafe",
        ),
    ],
)
def test_pictures_may_only_draw(tmp_path, svg, code):
    assert code in codes(tmp_path, map_svg=svg)


def test_an_entity_bomb_in_a_picture_is_not_expanded(tmp_path):
    bomb = (
        '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        '<svg xmlns="http://www.w3.org/2000/svg"><title>&b;</title></svg>'
    )
    _, issues = check(tmp_path, map_svg=bomb)
    assert all("aaaaaaaaaaaa" not in one.message for one in issues)


def test_another_file_among_the_pictures(tmp_path):
    write(tmp_path)
    (tmp_path / "courses/demo/media/notes.docx").write_bytes(b"x")
    _, issues = check_files(tmp_path, today=TODAY)
    assert [one.code for one in issues] == ["picture_type"]


def test_an_unknown_file_in_a_bank_is_named(tmp_path):
    write(tmp_path)
    (tmp_path / "question_banks/bank/more.gift").write_text("x")
    _, issues = check_files(tmp_path, today=TODAY)
    assert [(one.code, one.severity) for one in issues] == [("unknown_file", Severity.WARNING)]


def test_a_root_without_content_is_an_error(tmp_path):
    content, issues = check_files(tmp_path, today=TODAY)
    assert content == Content((), (), is_complete=False)
    assert {one.code for one in issues} == {"no_content"}
    assert {one.severity for one in issues} == {Severity.ERROR}


def test_the_conditions_keep_a_note_for_the_customer_to_themselves(tmp_path):
    content, issues = check(tmp_path, conditions_yml=CONDITIONS + "note_for_customer: 请法务确认\n")
    assert issues == []
    conditions = content.courses[0].conditions
    assert conditions is not None
    assert "法务" not in repr(conditions)


def test_deep_nesting_never_crashes():
    assert load("[" * 30 + "]" * 30).line == 1
    with pytest.raises(YamlError, match="nested too deeply"):
        load("[" * 5000 + "]" * 5000)


def test_lines_count_from_the_first_line_given():
    node = load("a: 1\nb: [2, 3]\n", first_line=10)
    assert node.value["b"].value[1].line == 11


MULTIPLE = (
    single("bank-1")
    .replace("single_response", "multiple_response")
    .replace(
        "    - {id: b, text: 乙, why: 不对}\n",
        "    - {id: b, text: 乙, key: true, why: 对}\n    - {id: c, text: 丙, why: 不对}\n",
    )
)


@pytest.mark.parametrize(
    ("line", "credit"), [("", "exact"), ("  credit: proportional\n", "proportional")]
)
def test_multiple_responses_are_all_or_nothing_unless_the_author_says_otherwise(
    tmp_path, line, credit
):
    content, issues = check(tmp_path, items_yml=MULTIPLE + line + judgement("bank-2"))
    assert issues == []
    assert content.items[0].body["credit"] == credit
    assert content.items[0].body["key"] == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "finding"),
    [
        ("!!binary aGk=", ("yaml_broken", "course.yml", 2)),
        ("x\n? [a]\n: b", ("yaml_broken", "course.yml", 3)),
        ("[]", ("wrong_type", "course.yml", 2)),
        ("2026-11-23", ("wrong_type", "course.yml", 2)),
    ],
)
def test_values_that_no_author_means(tmp_path, value, finding):
    assert finding in found(tmp_path, course_yml=COURSE.replace("示例课程", value))


def test_a_moment_is_text():
    assert load("2026-11-23T10:00:00").value == "2026-11-23T10:00:00"


CHOICE, JUDGEMENT = single("bank-1", cards="[card-a]"), judgement("bank-1")


@pytest.mark.parametrize(
    ("item", "old", "new", "field"),
    [
        (CHOICE, "type: single_response", "type: dialogue", "type"),
        (CHOICE, "stem: 选哪个？", 'stem: ""', "stem"),
        (CHOICE, "  explanation: 道理\n", "", "explanation"),
        (CHOICE, "  stem:", "  answer: true\n  stem:", "answer"),
        (CHOICE, "  stem:", "  credit: exact\n  stem:", "credit"),
        (MULTIPLE, "  stem:", "  credit: kind\n  stem:", "credit"),
        (CHOICE, "options:", "options: a\n  choices:", "options"),
        (CHOICE, "{id: b, text: 乙, why: 不对}", "乙", "options[1]"),
        (CHOICE, ", why: 不对", "", "options[1].why"),
        (CHOICE, "why: 不对", 'why: ""', "options[1].why"),
        (CHOICE, "key: true", 'key: "yes"', "options[0].key"),
        (CHOICE, "id: b", "id: a", "options[1].id"),
        (CHOICE, "text: 乙", "text: 甲", "options[1].text"),
        (CHOICE, ", key: true", "", "key"),
        (CHOICE, "text: 乙,", "text: 乙, key: true,", "key"),
        (JUDGEMENT, "answer: false", 'answer: "no"', "answer"),
        (JUDGEMENT, "why: {true: 再想想, false: 对}", "why: 对", "why"),
        (JUDGEMENT, ", false: 对", "", "why.false"),
        (JUDGEMENT, "false: 对", 'false: ""', "why.false"),
        (JUDGEMENT, "  answer:", "  options: []\n  answer:", "options"),
        (CHOICE, "lesson: one-a", 'lesson: ""', "lesson"),
        (CHOICE, "  point: 要点\n", "", "point"),
        (CHOICE, "cards: [card-a]", "cards: card-a", "cards"),
        (CHOICE, "cards: [card-a]", "cards: [14]", "cards[0]"),
        (CHOICE, "cards: [card-a]", "cards: [card-a, card-a]", "cards"),
        (CHOICE, "difficulty: easy", "difficulty: easyish", "difficulty"),
        (CHOICE, "red_line: false", 'red_line: "no"', "red_line"),
    ],
)
def test_a_bad_item_names_its_field(tmp_path, item, old, new, field):
    assert old in item
    text = item.replace(old, new) + judgement("bank-2")
    _, issues = check(tmp_path, items_yml=text)
    named = {(one.where.file, one.where.field) for one in issues}
    assert ("question_banks/bank/items.yml", field) in named


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("stem: 选哪个？", "stem: 看图 ![图](media/map.svg)", "stem"),
        ("stem: 选哪个？", "stem: 上限 [[优惠上限：10 元", "stem"),
        ("stem: 选哪个？", "stem: <b>选</b>哪个？", "stem"),
        ("stem: 选哪个？", "stem: |\n    选哪个？\n    ::: tip\n    :::", "stem"),
        ("stem: 选哪个？", 'stem: "选\\0哪个？"', "stem"),
        ("text: 乙", 'text: "乙 [[x]]"', "options[1].text"),
        ("why: 不对", 'why: "不对 ![图](x"', "options[1].why"),
        ("explanation: 道理", "explanation: 上限]]", "explanation"),
    ],
)
def test_item_texts_are_checked_like_lessons(tmp_path, old, new, field):
    assert old in CHOICE
    _, issues = check(tmp_path, items_yml=CHOICE.replace(old, new) + judgement("bank-2"))
    named = {(one.where.file, one.where.field) for one in issues}
    assert named == {("question_banks/bank/items.yml", field)}


def test_judgements_and_conditions_are_checked_too(tmp_path):
    items = CHOICE + judgement("bank-2").replace("true: 再想想", 'true: "![图](x)"')
    conditions = CONDITIONS.replace("条件如下：", "上限 [[ 条件如下：")
    _, issues = check(tmp_path, items_yml=items, conditions_yml=conditions)
    assert {(one.code, one.where.field) for one in issues} == {
        ("picture_outside_lesson", "why.true"),
        ("place_malformed", "text"),
    }


def test_a_place_to_replace_may_stand_in_an_item(tmp_path):
    items = CHOICE.replace("选哪个？", "上限 [[优惠上限：10 元]]，选哪个？") + judgement("bank-2")
    assert codes(tmp_path, items_yml=items) == set()


def test_an_unknown_item_type_is_said_once(tmp_path):
    items = judgement("bank-1").replace("true_false", "riddle") + judgement("bank-2")
    assert found(tmp_path, items_yml=items) == [("unknown_value", "items.yml", 2)]


def test_an_unknown_kind_of_quiz_is_said_once(tmp_path):
    text = quiz("stage-demo", "start", stage=True).replace("stage_test", "stage_exam")
    assert found(tmp_path, stage_yml=text) == [("unknown_value", "stage.yml", 2)]


@pytest.mark.parametrize(
    "value", [".nan", ".inf", "-.inf", "0", "1.005", "1000.01", "9" * 400 + ".5", '"1"', "1:30"]
)
def test_points_that_nobody_can_earn(tmp_path, value):
    text = quiz("quiz-one", "one").replace("points_each: 1", f"points_each: {value}")
    _, issues = check(tmp_path, one_yml=text)
    assert [(one.where.line, one.where.field) for one in issues] == [
        (13, "sections[0].points_each")
    ]


@pytest.mark.parametrize(("value", "points"), [("2", "2"), ("0.5", "0.5"), ("1000", "1000")])
def test_points_are_exact(tmp_path, value, points):
    text = quiz("quiz-one", "one").replace("points_each: 1", f"points_each: {value}")
    content, issues = check(tmp_path, one_yml=text)
    assert issues == []
    assert content.courses[0].quizzes[0].sections[0].points_each == Decimal(points)


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "soon"])
def test_a_bad_date_costs_one_finding_and_not_the_file(tmp_path, day):
    cards = CARDS.replace("2026-07-17", day, 1)
    assert found(tmp_path, law_yml=cards) == [("wrong_type", "law.yml", 16)]


@pytest.mark.parametrize(
    "changes",
    [
        {"law_yml": "- id: [\n"},
        {"01_b_md": "没有头的课文\n"},
        {"programme_yml": None},
        {"one_yml": "id: quiz-one\nid: quiz-one\n"},
        {"bank_yml": ""},
        {"items_yml": "id: bank-1\n"},
    ],
)
def test_what_refers_into_an_unreadable_file_is_not_blamed(tmp_path, changes):
    assert len(found(tmp_path, **changes)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"course_yml": COURSE.replace("id: demo\n", "")},
        {"bank_yml": "- x\n"},
        {"items_yml": "- plain\n" + single("bank-1") + judgement("bank-2")},
        {"items_yml": single("bank-1", '""') + judgement("bank-2")},
    ],
)
def test_one_mistake_is_said_once(tmp_path, changes):
    assert len(found(tmp_path, **changes)) == 1


@pytest.mark.parametrize("value", ["!!timestamp x", "!!bool x", "!!int", '!!int ""', "!!float x"])
def test_a_tag_that_does_not_fit_is_no_traceback(tmp_path, value):
    lines = {line for _, _, line in found(tmp_path, course_yml=COURSE.replace("示例课程", value))}
    assert lines == {2}


@pytest.mark.parametrize(
    "name",
    [
        "courses/demo/cards/more.yaml",
        "courses/demo/cards/more.YML",
        "courses/demo/cards/old/law.yml",
        "courses/demo/quizzes/more.yaml",
        "courses/demo/01-one/02-c.markdown",
        "courses/demo/01-one/map.svg",
        "courses/demo/conditions.yaml",
        "courses/notes.txt",
        "question_banks/more.yml",
        "question_banks/bank/items.yaml",
        "question_banks/bank/more/items.yml",
    ],
)
def test_nothing_is_passed_over_in_silence(tmp_path, name):
    path = write(tmp_path) / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("x", encoding="utf-8")
    _, issues = check_files(tmp_path, today=TODAY)
    assert [(one.code, one.severity) for one in issues] == [("unknown_file", Severity.WARNING)]
    assert name.startswith(issues[0].where.file)


@pytest.mark.parametrize("folder", ["cards", "01-one", "quizzes"])
def test_files_of_programs_are_nobodys_content(tmp_path, folder):
    for ending in ("yml", "md"):
        path = write(tmp_path) / f"courses/demo/{folder}/._x.{ending}"
        path.write_bytes(b"\x00\x05\x16\x07")
    assert check_files(tmp_path, today=TODAY)[1] == []


LESSON, QUIZ = lesson("two-b"), quiz("quiz-one", "one")
BANK = FILES["question_banks/bank/bank.yml"]


@pytest.mark.parametrize(
    ("file", "text", "words", "field", "column"),
    [
        ("programme_yml", PROGRAMME, "id: demo", "id", Programme.key),
        ("programme_yml", PROGRAMME, "title: 示例方案", "title", Programme.title),
        ("programme_yml", PROGRAMME, "title_en: Demo programme", "title_en", Programme.title_en),
        ("programme_yml", PROGRAMME, "post: 售前客服", "post", Programme.post),
        ("programme_yml", PROGRAMME, "post_en: Agent", "post_en", Programme.post_en),
        ("programme_yml", PROGRAMME, "id: start", "stages[0].id", Stage.key),
        ("programme_yml", PROGRAMME, "title: 岗前", "stages[0].title", Stage.title),
        ("programme_yml", PROGRAMME, "title_en: Start", "stages[0].title_en", Stage.title_en),
        ("programme_yml", PROGRAMME, "id: one", "stages[0].modules[0].id", Module.key),
        ("programme_yml", PROGRAMME, "title: 第一模块", "stages[0].modules[0].title", Module.title),
        ("programme_yml", PROGRAMME, "title_en: Module one", "stages[0].modules[0].title_en", Module.title_en),
        ("01_b_md", LESSON, "id: two-b", "id", Lesson.key),
        ("01_b_md", LESSON, "title: 课文", "title", Lesson.title),
        ("01_b_md", LESSON, "title_en: Lesson", "title_en", Lesson.title_en),
        ("law_yml", CARDS, "id: card-a", "id", RuleCard.key),
        ("law_yml", CARDS, "title: 发票", "title", RuleCard.title),
        ("law_yml", CARDS, "title_en: Invoices", "title_en", RuleCard.title_en),
        ("one_yml", QUIZ, "id: quiz-one", "id", Quiz.key),
        ("one_yml", QUIZ, "title: 测验", "title", Quiz.title),
        ("one_yml", QUIZ, "title_en: Quiz", "title_en", Quiz.title_en),
        ("bank_yml", BANK, "id: bank", "id", ItemBank.key),
        ("bank_yml", BANK, "title: 题库", "title", ItemBank.title),
        ("bank_yml", BANK, "title_en: Bank", "title_en", ItemBank.title_en),
        ("items_yml", CHOICE, "id: bank-1", "id", Lesson.key),
        ("items_yml", CHOICE, "point: 要点", "point", Item.point),
        ("conditions_yml", CONDITIONS, "title: 录用条件", "title", HiringConditions.title),
        ("conditions_yml", CONDITIONS, "title_en: Hiring conditions", "title_en", HiringConditions.title_en),
    ],
)  # fmt: skip
def test_a_text_is_as_long_as_its_column_at_most(tmp_path, file, text, words, field, column):
    name, _, old = words.partition(": ")
    assert words in text
    for extra, expected in ((0, []), (1, [field])):
        new = f"{name}: {'x' * (column.type.length + extra)}"
        _, issues = check(tmp_path / str(extra), **{file: text.replace(f"{name}: {old}", new, 1)})
        assert [one.where.field for one in issues if one.code == "too_long"] == expected


def test_the_key_of_a_condition_is_as_long_as_probation_takes_it(tmp_path):
    for length, is_fine in ((40, True), (41, False)):
        key = "k" * length
        text = CONDITIONS.replace("key: quizzes", f"key: {key}")
        assert (codes(tmp_path / key, conditions_yml=text) == set()) == is_fine
        with nullcontext() if is_fine else pytest.raises(ValueError, match="key"):
            read_condition({"key": key, "text": "x"})


WEIGHTS = [(25, 25, 25, 25), (1, 1, 1, 97), (0, 50, 25, 25), (100, 0, 0, 0), (-1, 51, 25, 25), (30, 25, 25, 25)]  # fmt: skip
FINE = WEIGHTS[0]


@pytest.mark.parametrize(
    ("weights", "level", "cut"),
    [
        *((weights, 3, 60) for weights in WEIGHTS),
        *((FINE, level, 60) for level in (0, 1, 5, 6)),
        *((FINE, 3, cut) for cut in (-1, 0, 100, 101)),
    ],
)
def test_what_the_defense_refuses_the_check_finds(tmp_path, weights, level, cut):
    by_criterion = dict(zip(CRITERIA, weights, strict=True))
    settings = {
        "weights": by_criterion,
        "minimum_level": dict.fromkeys(CRITERIA, 3) | {"skill": level},
        "cut_percent": cut,
    }
    try:
        rubric_from_settings(settings)
    except ValueError:
        is_fine = False
    else:
        is_fine = True
    written = ", ".join(f"{name}: {weight}" for name, weight in by_criterion.items())
    text = (
        PROGRAMME.replace("{knowledge: 25, skill: 25, quality: 25, teamwork: 25}", f"{{{written}}}")
        .replace("cut_percent: 60", f"cut_percent: {cut}")
        .replace("skill: 3", f"skill: {level}")
    )
    _, issues = check(tmp_path, programme_yml=text)
    assert (issues == []) == is_fine
    assert {one.where.line for one in issues} <= {35, 36, 37}
    assert all(one.where.field.startswith("defense.") for one in issues)


def test_a_weight_out_of_range_names_its_criterion(tmp_path):
    text = PROGRAMME.replace("knowledge: 25, skill: 25", "knowledge: 0, skill: 50")
    _, issues = check(tmp_path, programme_yml=text)
    assert [(one.code, one.where.field) for one in issues] == [
        ("out_of_range", "defense.weights.knowledge")
    ]
