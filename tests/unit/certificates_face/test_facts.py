from dataclasses import replace
from datetime import date

import pytest

from lms.certificates.face.facts import MOST_ENTRIES, Entry
from lms.errors import InvalidInput
from tests.unit.certificates_face.examples import FACTS


@pytest.mark.parametrize("field", ["name", "organisation", "programme_en", "serial", "verify_url"])
@pytest.mark.parametrize("value", ["", " \u3000"])
def test_what_every_certificate_says_may_not_be_empty(field: str, value: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        replace(FACTS, **{field: value})
    assert caught.value.facts["field"] == field


@pytest.mark.parametrize("field", ["name_latin", "organisation_latin", "signer_name"])
def test_what_not_everybody_has_may_be_empty(field: str) -> None:
    assert getattr(replace(FACTS, **{field: ""}), field) == ""


def test_it_may_end_on_the_day_of_issue_but_not_before() -> None:
    assert replace(FACTS, valid_until=FACTS.issued_on).valid_until == FACTS.issued_on
    with pytest.raises(InvalidInput):
        replace(FACTS, valid_until=date(2026, 11, 21))


@pytest.mark.parametrize("field", ["scope", "results"])
def test_a_row_has_room_for_a_few_entries(field: str) -> None:
    row = (Entry("店铺", "Shop", "旗舰店"),) * MOST_ENTRIES
    assert getattr(replace(FACTS, **{field: row}), field) == row
    with pytest.raises(InvalidInput) as caught:
        replace(FACTS, **{field: (*row, row[0])})
    assert caught.value.facts["field"] == field
