"""Who may decide an objection, and what a message may be."""

import pytest

from lms.quizzes.domain.objections import (
    TEXT_AT_MOST,
    Bar,
    ObjectionState,
    find_bar,
    is_good_text,
)

HIRE, AUTHOR, OTHER = 1, 2, 3


@pytest.mark.parametrize(
    ("actor", "author", "second_review", "bar"),
    [
        (OTHER, AUTHOR, True, None),
        (AUTHOR, AUTHOR, True, Bar.OWN_ITEM),
        (AUTHOR, AUTHOR, False, None),
        (OTHER, None, True, None),
        (HIRE, AUTHOR, True, Bar.OWN_OBJECTION),
        (HIRE, None, False, Bar.OWN_OBJECTION),
    ],
)
def test_who_may_decide(
    actor: int, author: int | None, second_review: bool, bar: Bar | None
) -> None:
    found = find_bar(
        ObjectionState.OPEN,
        actor_id=actor,
        objector_id=HIRE,
        author_id=author,
        second_review=second_review,
    )
    assert found is bar


@pytest.mark.parametrize("state", [ObjectionState.UPHELD, ObjectionState.DECLINED])
def test_what_is_decided_stays(state: ObjectionState) -> None:
    found = find_bar(state, actor_id=OTHER, objector_id=HIRE, author_id=None, second_review=False)
    assert found is Bar.DECIDED


@pytest.mark.parametrize(
    ("text", "good"),
    [("", False), (" \n", False), ("题", True), ("题" * TEXT_AT_MOST, True),
     ("题" * (TEXT_AT_MOST + 1), False), (" " + "题" * TEXT_AT_MOST + "\n", True)],
)  # fmt: skip
def test_texts(text: str, good: bool) -> None:
    assert is_good_text(text) is good
