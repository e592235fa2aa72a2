"""Entries of items.yml -> bodies and facts."""

from typing import Any

import pytest
import yaml

from lms.questions.domain.authored import body_from_authored, facts_from_authored
from lms.questions.domain.items import CreditRule, FieldError, MultipleResponse, item_from_json

CHOICE = """
id: x-01
type: {type}
lesson: x-lesson
point: 发票
cards: [ecl-14]
difficulty: easy
red_line: true
stem: |-
  买家要发票，怎么回？
options:
  - {{id: a, text: " 可以开 ", key: true, why: "对。"}}
  - {{id: b, text: "开不了", why: "有求必开。"}}
  - {{id: c, text: "再说", key: false, why: "拖着不行。"}}
explanation: "有求必开。"
"""

STATEMENT = """
type: true_false
stem: 发票可以不开。
answer: false
why: {true: "要开。", false: "对，这句是错的。"}
explanation: 有求必开。
"""


def choice(kind: str = "single_response", **fields: object) -> dict[str, Any]:
    return {**yaml.safe_load(CHOICE.format(type=kind)), **fields}


def statement(**fields: object) -> dict[str, Any]:
    return {**yaml.safe_load(STATEMENT), **fields}


def test_single_response() -> None:
    assert body_from_authored(choice()) == {
        "type": "single_response",
        "stem": "买家要发票，怎么回？",
        "options": [
            {"id": "a", "text": "可以开", "feedback": "对。"},
            {"id": "b", "text": "开不了", "feedback": "有求必开。"},
            {"id": "c", "text": "再说", "feedback": "拖着不行。"},
        ],
        "key": ["a"],
        "explanation": "有求必开。",
    }


def test_multiple_response_is_exact_unless_it_says_otherwise() -> None:
    item = item_from_json(body_from_authored(choice("multiple_response")))
    assert isinstance(item, MultipleResponse)
    assert item.credit is CreditRule.EXACT
    generous = item_from_json(
        body_from_authored(choice("multiple_response", credit="proportional"))
    )
    assert isinstance(generous, MultipleResponse)
    assert generous.credit is CreditRule.PROPORTIONAL


@pytest.mark.parametrize(
    "why", [{True: "要开。", False: "好。"}, {"true": "要开。", "False": "好。"}]
)
def test_true_false_whatever_yaml_made_of_the_names(why: dict[object, str]) -> None:
    body = body_from_authored(statement(why=why))
    assert body["answer"] is False
    assert body["feedback"] == {"true": "要开。", "false": "好。"}


def test_facts() -> None:
    facts = facts_from_authored(choice())
    assert (facts.lesson_key, facts.point, facts.cards) == ("x-lesson", "发票", ("ecl-14",))
    assert (facts.difficulty, facts.red_line) == ("easy", True)


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (choice(type="essay"), "type"),
        (choice(type=None), "type"),
        (choice(stem=""), "stem"),
        (choice(explanation=None), "explanation"),
        (choice(answer=True), "answer"),
        (choice(credit="exact"), "credit"),
        (choice("multiple_response", credit="kind"), "credit"),
        (choice(options=None), "options"),
        (choice(options=["a"]), "options[0]"),
        (choice(options=[{"id": "a", "text": "x"}]), "options[0].why"),
        (choice(options=[{"id": "a", "text": "x", "why": "y", "key": "yes"}]), "options[0].key"),
        (choice(options=[{"id": "a", "text": "x", "why": ""}]), "options[0].why"),
        (choice(options=[{"id": n, "text": n, "why": n} for n in "ab"]), "key"),
        (choice(options=[{"id": n, "text": n, "why": n, "key": True} for n in "ab"]), "key"),
        (statement(answer="no"), "answer"),
        (statement(why="no"), "why"),
        (statement(why={True: "x"}), "why.false"),
        (statement(why={True: "x", False: ""}), "why.false"),
        (statement(options=[]), "options"),
    ],
)
def test_a_bad_entry_names_its_field(entry: dict[str, Any], field: str) -> None:
    with pytest.raises(FieldError) as caught:
        body_from_authored(entry)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"lesson": ""}, "lesson"),
        ({"point": None}, "point"),
        ({"cards": "ecl-14"}, "cards"),
        ({"cards": [14]}, "cards[0]"),
        ({"cards": ["ecl-14", "ecl-14"]}, "cards"),
        ({"difficulty": "easyish"}, "difficulty"),
        ({"red_line": "no"}, "red_line"),
    ],
)
def test_bad_facts_name_their_field(fields: dict[str, object], field: str) -> None:
    with pytest.raises(FieldError) as caught:
        facts_from_authored(choice(**fields))
    assert caught.value.field == field
