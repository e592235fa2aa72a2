"""What holds for every item type; each type's tests call these on items that Hypothesis draws."""

import json
from fractions import Fraction
from random import Random

import pytest

from lms.questions.domain.items import (
    FieldError,
    Item,
    answer_as_json,
    explain,
    face,
    is_omitted,
    item_as_json,
    item_from_json,
    parse_response,
    sample_responses,
    score,
    shuffled_order,
)
from lms.units import as_points

FULL = as_points(7)


def keeps_its_body(item: Item) -> None:
    body = json.loads(json.dumps(item_as_json(item)))
    assert item_from_json(body) == item
    assert item_as_json(item_from_json(body)) == body
    with pytest.raises(FieldError):
        item_from_json({**body, "colour": "red"})
    for name in body:
        with pytest.raises(FieldError):
            item_from_json({key: value for key, value in body.items() if key != name})


def keeps_its_samples(item: Item) -> None:
    samples = sample_responses(item)
    assert item.is_marked_by_people or samples.right
    assert samples.wrong
    assert samples.malformed
    for raw in samples.right:
        answer = parse_response(item, raw)
        assert item.share(answer) == 1
        assert score(item, answer, FULL) == FULL
    for raw in samples.wrong:
        share = item.share(parse_response(item, raw))
        assert isinstance(share, Fraction)
        assert 0 <= share < 1
    for raw in samples.malformed:
        with pytest.raises(FieldError):
            parse_response(item, raw)


def keeps_its_answers(item: Item) -> None:
    """An answer is stored and read back as it was; nothing answered is always ``{}`` and earns nothing."""
    samples = sample_responses(item)
    for raw in (*samples.right, *samples.wrong):
        answer = parse_response(item, raw)
        stored = json.loads(json.dumps(answer_as_json(answer)))
        assert parse_response(item, stored) == answer or answer.is_empty
        assert answer.is_empty == (stored == {}) == is_omitted(stored)
        order = shuffled_order(item, Random(3))
        explained = explain(item, answer, order)
        assert explained.is_right == (not answer.is_empty and item.share(answer) == 1)
        assert [option.id for option in explained.options] in ([], order)
        assert len({row.id for row in explained.rows}) == len(explained.rows)
    nothing = parse_response(item, {})
    assert nothing.is_empty
    assert item.share(nothing) == 0
    assert score(item, nothing, FULL) == 0


def shows_no_key(item: Item) -> None:
    """Neither the face nor the order tells the key; the same state of chance gives the same order."""
    order = shuffled_order(item, Random(5))
    shown = face(item, order)
    assert [option.id for option in shown.options] == order == shuffled_order(item, Random(5))
    assert shown.stem == item.stem
    assert not {"key", "keys", "accepted", "weight", "feedback", "choice_id"} & set(
        type(shown).__slots__
    )


def keeps_every_law(item: Item) -> None:
    keeps_its_body(item)
    keeps_its_samples(item)
    keeps_its_answers(item)
    shows_no_key(item)
