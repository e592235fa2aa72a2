"""Every shipped item can be read, and answers its own right, wrong and malformed responses."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from lms.config import ROOT
from lms.questions.domain.authored import body_from_authored, facts_from_authored
from lms.questions.domain.items import (
    Item,
    ItemType,
    is_right,
    item_as_json,
    item_from_json,
    parse_response,
    sample_responses,
    score,
)
from lms.units import as_points

BANKS = sorted((ROOT / "question_banks").iterdir())
FILES = sorted((ROOT / "question_banks").glob("*/*.yml"))
ENTRIES = [
    (path, entry)
    for path in FILES
    if path.name != "bank.yml"
    for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def read(entry: dict[str, object]) -> Item:
    return item_from_json(body_from_authored(entry))


@pytest.mark.parametrize(("path", "entry"), ENTRIES, ids=[str(entry["id"]) for _, entry in ENTRIES])
def test_item_answers_its_own_responses(path: Path, entry: dict[str, object]) -> None:
    item = read(entry)
    facts_from_authored(entry)
    assert item_from_json(item_as_json(item)) == item
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
        with pytest.raises(ValueError, match=r"chosen|response|text"):
            parse_response(item, raw)


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.name)
def test_bank_is_complete(bank: Path) -> None:
    """At least 25 quiz items of all three types, and recall items beside them; every id once."""
    head = yaml.safe_load((bank / "bank.yml").read_text(encoding="utf-8"))
    assert head["id"] == bank.name
    assert head["origin"] == "files"
    quiz = [entry for path, entry in ENTRIES if path == bank / "items.yml"]
    recall = [entry for path, entry in ENTRIES if path == bank / "recall.yml"]
    assert len(quiz) >= 25
    assert {read(entry).type for entry in quiz} == set(ItemType)
    per_lesson = Counter(str(entry["lesson"]) for entry in recall)
    assert set(per_lesson) == {str(entry["lesson"]) for entry in quiz}
    assert set(per_lesson.values()) <= {3, 4, 5}


def test_ids_are_unique() -> None:
    ids = Counter(str(entry["id"]) for _, entry in ENTRIES)
    assert [name for name, times in ids.items() if times > 1] == []
