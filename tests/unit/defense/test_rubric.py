"""The rubric: its words, its numbers, and that a booking keeps both."""

import copy
from decimal import Decimal

import pytest

from lms.defense.domain.anchors import CRITERIA
from lms.defense.domain.rubric import (
    LEVELS,
    rubric_as_json,
    rubric_from_json,
    rubric_from_settings,
)

SETTINGS: dict[str, object] = {
    "weights": {"knowledge": 20, "skill": 20, "quality": 35, "teamwork": 25},
    "cut_percent": 60,
    "minimum_level": {"knowledge": 3, "skill": 2, "quality": 3, "teamwork": 1},
    "due_day": 20,
}


def changed(**changes: object) -> dict[str, object]:
    return {**copy.deepcopy(SETTINGS), **changes}


def test_numbers_come_from_the_programme_and_words_from_the_product():
    rubric = rubric_from_settings(SETTINGS)
    assert rubric.keys == ("knowledge", "skill", "quality", "teamwork")
    assert rubric.weights == {"knowledge": 20, "skill": 20, "quality": 35, "teamwork": 25}
    assert rubric.cut_percent == Decimal(60)
    quality = rubric.criterion("quality")
    assert quality.minimum_level == 3
    assert quality.anchor(3).text.startswith("礼貌、守规、如实")
    assert quality.anchor(1).text_en.startswith("Crossed a red line")


def test_every_criterion_has_five_different_anchors_in_both_languages():
    for text in CRITERIA:
        assert len({anchor.zh for anchor in text.anchors}) == len(LEVELS)
        assert len({anchor.en for anchor in text.anchors}) == len(LEVELS)
        assert all(
            anchor.en.isascii() or "–" in anchor.en or "“" in anchor.en for anchor in text.anchors
        )
        assert all(words.zh and words.en for words in (text.name, text.scope, text.look_at))


def test_a_stored_rubric_reads_back_the_same():
    rubric = rubric_from_settings(changed(cut_percent="62.5"))
    assert rubric_from_json(rubric_as_json(rubric)) == rubric


def test_an_unknown_criterion_is_a_key_error():
    with pytest.raises(KeyError):
        rubric_from_settings(SETTINGS).criterion("luck")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        changed(weights={"knowledge": 50, "skill": 50}),
        changed(weights={"knowledge": 25, "skill": 25, "quality": 25, "teamwork": 24}),
        changed(weights={"knowledge": 25, "skill": 25, "quality": 50, "teamwork": 0}),
        changed(weights={"knowledge": 25.0, "skill": 25, "quality": 25, "teamwork": 25}),
        changed(weights={"knowledge": True, "skill": 49, "quality": 25, "teamwork": 25}),
        changed(weights=[25, 25, 25, 25]),
        changed(minimum_level={"knowledge": 6, "skill": 3, "quality": 3, "teamwork": 3}),
        changed(minimum_level={"knowledge": 0, "skill": 3, "quality": 3, "teamwork": 3}),
        changed(cut_percent=101),
        changed(cut_percent=-1),
        changed(cut_percent="sixty"),
        changed(cut_percent=None),
        changed(cut_percent="60.005"),
    ],
)
def test_unusable_settings_are_refused(settings):
    with pytest.raises(ValueError, match=r".+"):
        rubric_from_settings(settings)


@pytest.mark.parametrize(
    "spoil",
    [
        {"version": 2},
        {"criteria": None},
        {"criteria": ["knowledge"]},
        {"cut_percent": "many"},
    ],
)
def test_a_spoilt_stored_rubric_is_refused(spoil):
    stored = {**rubric_as_json(rubric_from_settings(SETTINGS)), **spoil}
    with pytest.raises(ValueError, match=r".+"):
        rubric_from_json(stored)
