"""The examples of docs/authors.md are what the check accepts."""

import datetime as dt
import re

import pytest

from lms.config import ROOT
from lms.content.domain.values import Content
from lms.content.services import check_files
from lms.issues import Issue
from lms.questions.domain.item_writing import advise
from lms.questions.domain.items import ItemType, item_from_json
from tests.unit.content.trees import lesson, quiz, sharing, single, write

TODAY = dt.date(2026, 11, 23)
TEXT = (ROOT / "docs/authors.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
LESSON = next(block for block in BLOCKS if block.startswith("---"))
CARD = next(block for block in BLOCKS if "kind: law" in block)
ITEM = next(block for block in BLOCKS if block.startswith("- id: law-invoice-01"))
STIMULI = next(block for block in BLOCKS if block.startswith("- id: law-case"))
WORDS = next(block for block in BLOCKS if block.startswith("  type: "))
HEAD = ITEM[ITEM.index("  lesson:") : ITEM.index("  stem:")]
"""From the lesson to the red line; id and type stand before it."""
OTHERS = [
    f"- id: law-invoice-{number:02}\n{HEAD}{words.rstrip()}\n"
    for number, words in enumerate(re.split(r"\n(?=  type: )", WORDS), start=2)
]


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Content, list[Issue]]:
    root = write(
        tmp_path_factory.mktemp("authors"),
        **{
            "01_a_md": LESSON,
            "01_b_md": lesson("two-b"),
            "law_yml": CARD,
            "map_svg": None,
            "items_yml": sharing(ITEM + "".join(OTHERS), "law-case-invoice"),
            "recall_yml": single("bank-r1", "law-invoice") + single("bank-r2", "two-b"),
            "stimuli_yml": STIMULI,
            "one_yml": quiz("quiz-one", "one", draw=6),
            "two_yml": quiz("quiz-two", "two", draw=6),
            "stage_yml": quiz("stage-demo", "start", stage=True, draw=6),
        },
    )
    return check_files(root, today=TODAY)


def test_the_examples_have_no_findings(checked: tuple[Content, list[Issue]]) -> None:
    assert [str(issue) for issue in checked[1]] == []


def test_there_is_an_example_of_every_type_that_is_more_than_options(
    checked: tuple[Content, list[Issue]],
) -> None:
    (bank,) = checked[0].banks
    assert {item_from_json(item.body).type for item in bank.of("quiz")} == {
        ItemType.SINGLE_RESPONSE,
        ItemType.SHORT_TEXT,
        ItemType.NUMERIC,
        ItemType.MATCHING,
        ItemType.ORDERING,
        ItemType.CLOZE,
    }
    assert [len(bank.sharing(stimulus.key)) for stimulus in bank.stimuli] == [6]


def test_nobody_advises_against_the_examples(checked: tuple[Content, list[Issue]]) -> None:
    for item in checked[0].items:
        if item.key.startswith("law"):
            assert advise(item_from_json(item.body)) == (), item.key


@pytest.mark.parametrize("kind", list(ItemType))
def test_every_type_is_named(kind: ItemType) -> None:
    assert f"`{kind.value}`" in TEXT or f"type: {kind.value}" in TEXT
