"""What is wrong with a file is an Issue at its line, and never a traceback."""

import datetime as dt

import pytest

from lms.content.domain.values import Content
from lms.content.reading.tree import read_content
from lms.content.reading.yaml_lines import YamlError, load
from lms.content.services import check_files
from lms.issues import Severity
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
            ("item_malformed", "items.yml", 1),
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
        ({"one_yml": quiz("quiz-one", "one").replace("points_each: 1", "points_each: -1")}, ("wrong_type", "one.yml", 13)),
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
        ("开场 <b>粗</b>\n", "html_in_lesson", 11),
        ("![图](media/gone.svg \"注\")\n", "missing_picture", 11),
        ("![图](https://example.com/x.png \"注\")\n", "picture_path", 11),
        ("![图](media/../x.svg \"注\")\n", "picture_path", 11),
        ("![](media/map.svg \"注\")\n", "picture_without_alt", 11),
        ("![图](media/map.svg)\n", "picture_without_caption", 11),
        ("上限 [[10 元]]\n", "place_malformed", 11),
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
    assert content == Content((), ())
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
