"""Every problem of the editor has a sentence, and every place a name."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from lms.questions.domain import authoring
from lms.questions.domain.authoring import FieldProblem, Fields
from lms.questions.problem_words import CODES, place_words, problem_words

_BUILT = {f"{name}_{end}" for name in ("option", "premise", "choice") for end in ("few", "many")}
_FACTS = {
    "first": "1",
    "limit": "12",
    "total": "80",
    "value": "一半",
    "marker": "g1",
    "number": "2",
}


@pytest.fixture(autouse=True)
def in_chinese() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app, default_locale="zh_Hans")
    with app.test_request_context():
        yield


def test_every_code_that_reading_a_form_gives_has_a_sentence() -> None:
    folder = Path(authoring.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    said = set(re.findall(r'say\.add\(\s*[^()]*?,\s*"([a-z_]+)"', source))
    assert len(said) > 25
    assert said | _BUILT | {"accepted_none_full", "unit_unclear", "field_unusable"} <= CODES


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_sentence_can_be_said(code: str) -> None:
    words = problem_words(FieldProblem("stem", code, _FACTS))
    assert words.endswith(("。", "”"))
    assert "%(" not in words
    assert "%%" not in words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("stem", "题干"),
        ("option.c.text", "选项 B"),
        ("option.c.weight", "选项 B · 得分比例"),
        ("option", "选项"),
        ("premise.p1.choice", "左边 1 · 配对"),
        ("gap.g2", "空 1"),
        ("gap.g2.accepted.1.value", "空 1 · 认可的答案 1 · 数值"),
        ("gap.g2.unit", "空 1 · 单位"),
        ("gap.gone.unit", "空 gone · 单位"),
        ("point", "知识点"),
        ("nothing.known", "nothing.known"),
    ],
)
def test_a_place_is_called_as_people_see_it(name: str, words: str) -> None:
    form = Fields(
        (
            ("option", "a"),
            ("option", "c"),
            ("premise", "p1"),
            ("gap", "g2"),
            ("gap.g2.accepted", "1"),
        )
    )
    assert place_words(name, form) == words


def test_steps_are_called_steps() -> None:
    form = Fields((("type", "ordering"), ("option", "a")))
    assert place_words("option.a.text", form) == "步骤 A"
