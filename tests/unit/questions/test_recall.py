"""Recall cards: what is shown, and when a lesson is recalled."""

from lms.questions.domain.items import Chosen, item_from_json
from lms.questions.domain.recall import RecallCard, count_answered, is_finished
from tests.factories.questions import single_body

CARD = RecallCard(1, "x-r1", item_from_json(single_body()), ("c", "a", "b"))


def test_a_card_is_shown_in_its_readers_order() -> None:
    assert [option.id for option in CARD.face.options] == ["c", "a", "b"]
    assert CARD.feedback is None


def test_an_answered_card_explains_and_can_be_opened_again() -> None:
    done = CARD.answered(Chosen(frozenset("b")))
    assert done.feedback is not None
    assert done.feedback.is_right
    assert [option.id for option in done.feedback.options] == ["c", "a", "b"]
    again = done.reopened()
    assert again.feedback is None
    assert again.was_answered


def test_finished_means_all_answered_once_and_at_least_one() -> None:
    wrong = CARD.answered(Chosen(frozenset("a")))
    assert count_answered([CARD, wrong]) == 1
    assert not is_finished([CARD, wrong])
    assert is_finished([wrong, wrong.reopened()])
    assert not is_finished([])
