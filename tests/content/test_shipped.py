"""Every shipped course and bank is valid. (``test_items.py`` lets each item answer its own responses.)"""

import datetime as dt
from collections import Counter

import pytest

from lms.config import ROOT
from lms.content.compiling import compile_content
from lms.content.domain.checks.banks import is_key_longest
from lms.content.services import check_files
from lms.questions.domain.item_writing import advise
from lms.questions.domain.items import (
    Cloze,
    Matching,
    MultipleResponse,
    Numeric,
    ShortText,
    SingleResponse,
    TrueFalse,
    item_from_json,
)

CONTENT, ISSUES = check_files(ROOT, today=dt.date(2026, 11, 23))
BANKS = {bank.key: bank for bank in CONTENT.banks}
ITEMS = {item.key: item for item in CONTENT.items}
LESSONS = {lesson.key: lesson for lesson in CONTENT.lessons}
COURSE = CONTENT.courses[0]
COMPILED = compile_content(CONTENT, {})


def test_there_is_nothing_to_find():
    assert [str(issue) for issue in ISSUES] == []


def test_the_programme_is_as_large_as_promised():
    assert COURSE.programme is not None
    assert [module.key for module in COURSE.programme.modules] == [
        "company",
        "law",
        "platform",
        "skills",
        "product",
    ]
    assert len(LESSONS) >= 24
    assert all(len(bank.of("quiz")) >= 25 for bank in BANKS.values())


@pytest.mark.parametrize("key", LESSONS)
def test_a_lesson_has_three_to_five_recall_items(key):
    recall = [
        item for item in ITEMS.values() if item.purpose == "recall" and item.lesson.key == key
    ]
    assert 3 <= len(recall) <= 5


@pytest.mark.parametrize("key", LESSONS)
def test_a_lesson_is_built_as_its_readers_know_it(key):
    body = LESSONS[key].body
    assert not body.startswith("#")
    assert "\n## 带走三句话\n" in body
    last = body.rsplit("## 带走三句话", 1)[1].strip().splitlines()
    assert len(last) == 3
    assert all(line.startswith("- ") for line in last)
    assert "::: chat" in body or "::: example" in body
    assert LESSONS[key].pictures or LESSONS[key].shown or "|" in body


@pytest.mark.parametrize("key", LESSONS)
def test_a_lesson_renders_without_a_missing_card(key):
    html = "".join(block["html"] for block in COMPILED.lessons[key].text.blocks)
    assert "card-missing" not in html
    assert ":::" not in html
    assert "[[" not in html


@pytest.mark.parametrize("key", ITEMS)
def test_an_item_explains_every_option(key):
    item = item_from_json(ITEMS[key].body)
    assert item.explanation.strip()
    for part in (gap.item for gap in item.gaps) if isinstance(item, Cloze) else (item,):
        assert all(said.strip() for said in feedback(part)), part
        assert not any("以上都" in option.text for option in part.options)


def feedback(item):
    """What is said about each option, step or accepted answer; matching explains itself as a whole."""
    if isinstance(item, ShortText | Numeric):
        return [one.feedback for one in item.accepted]
    return [] if isinstance(item, Matching) else [option.feedback for option in item.options]


@pytest.mark.parametrize("key", ITEMS)
def test_nobody_advises_against_how_an_item_is_written(key):
    assert [each.code for each in advise(item_from_json(ITEMS[key].body))] == []


@pytest.mark.parametrize("bank", CONTENT.banks, ids=lambda bank: bank.key)
def test_a_shared_text_carries_two_or_three_items_of_a_quiz(bank):
    for stimulus in bank.stimuli:
        assert 2 <= len(bank.sharing(stimulus.key)) <= 3


@pytest.mark.parametrize("key", BANKS)
def test_a_bank_gives_no_keys_away(key):
    items = [item_from_json(item.body) for item in BANKS[key].of("quiz")]
    choices = [item for item in items if isinstance(item, SingleResponse | MultipleResponse)]
    assert sum(is_key_longest(item) for item in choices) <= len(choices) * 0.3
    singles = [item for item in items if isinstance(item, SingleResponse)]
    places = Counter([option.id for option in item.options].index(item.key) for item in singles)
    assert max(places.values()) <= len(singles) * 0.45
    judged = [item.answer for item in items if isinstance(item, TrueFalse)]
    assert 0.3 <= sum(judged) / len(judged) <= 0.7


@pytest.mark.parametrize("key", BANKS)
def test_a_bank_covers_every_lesson_of_its_module(key):
    folder = next(m.folder for m in COURSE.programme.modules if m.key == key)
    lessons = {lesson.key for lesson in LESSONS.values() if lesson.folder == folder}
    per_lesson = Counter(item.lesson.key for item in BANKS[key].of("quiz"))
    assert set(per_lesson) == lessons
    assert min(per_lesson.values()) >= 4


def test_no_quiz_item_rests_only_on_an_unverified_card():
    confidence = {card.key: card.confidence for card in CONTENT.cards}
    for item in ITEMS.values():
        grounds = {confidence[card.key] for card in item.cards}
        assert item.purpose == "recall" or grounds != {"B"}, item.key


def test_the_conditions_can_be_read_and_remembered():
    conditions = COURSE.conditions
    assert conditions is not None
    assert 6 <= len(conditions.items) <= 9
    for item in conditions.items:
        assert item.fields["text"] in conditions.text
        assert item.fields["text_en"] in conditions.text_en
        for name in ("data", "period", "judge"):
            assert item.fields[name] in conditions.text
            assert item.fields[f"{name}_en"] in conditions.text_en
