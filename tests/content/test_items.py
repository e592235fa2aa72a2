"""Every shipped item can be read, and answers its own right, wrong and malformed responses."""

import datetime as dt
from collections.abc import Mapping

import pytest

from lms.config import ROOT
from lms.content.domain.values import BankFiles
from lms.content.services import check_files
from lms.questions.domain.items import (
    CHOICES,
    MARKED_BY_PEOPLE,
    FieldError,
    ItemType,
    is_right,
    item_as_json,
    item_from_json,
    parse_response,
    sample_responses,
    score,
)
from lms.units import as_points

BANKS = check_files(ROOT, today=dt.date(2026, 11, 23))[0].banks
BODIES = {item.key: item.body for bank in BANKS for item in bank.items}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_item_answers_its_own_responses(body: Mapping[str, object]) -> None:
    item = item_from_json(body)
    assert item_as_json(item) == body
    samples = sample_responses(item)
    full = as_points(5)
    assert samples.right
    assert samples.wrong
    assert samples.malformed
    for raw in samples.right:
        answer = parse_response(item, raw)
        assert is_right(item, answer)
        assert score(item, answer, full) == full
    for raw in samples.wrong:
        answer = parse_response(item, raw)
        assert not is_right(item, answer)
        assert 0 <= score(item, answer, full) < full
    for raw in samples.malformed:
        with pytest.raises(FieldError):
            parse_response(item, raw)


def test_every_type_that_can_be_drawn_is_at_work() -> None:
    drawn = {item_from_json(item.body).type for bank in BANKS for item in bank.of("quiz")}
    assert drawn == set(ItemType) - MARKED_BY_PEOPLE
    assert sum(len(bank.stimuli) for bank in BANKS) >= 2


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.key)
def test_a_bank_has_items_of_every_choice_type(bank: BankFiles) -> None:
    assert {item_from_json(item.body).type for item in bank.of("quiz")} >= CHOICES
