"""A lesson's recall items as one reader meets them: never graded, answered as often as wanted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lms.questions.domain.items import Answer, Face, Feedback, Item, explain


@dataclass(frozen=True, slots=True)
class RecallCard:
    """One recall item for one reader.

    Attributes:
        version_id: The version shown.
        item_key: The item.
        item: Its words and key.
        order: Option ids in the order in which this reader always sees them.
        answer: The reader's last answer to this version; None when there is none, or when answering again.
        was_answered: Whether the reader has ever answered this item, in this version or an earlier one.
    """

    version_id: int
    item_key: str
    item: Item
    order: tuple[str, ...]
    answer: Answer | None = None
    was_answered: bool = False

    @property
    def face(self) -> Face:
        """What is seen before answering, in this reader's order."""
        return self.item.face(self.order)

    @property
    def feedback(self) -> Feedback | None:
        """What is shown after answering; None while it is open."""
        return None if self.answer is None else explain(self.item, self.answer, self.order)

    def reopened(self) -> "RecallCard":
        """Return the card without its answer, for another go."""
        return replace(self, answer=None)

    def answered(self, answer: Answer) -> "RecallCard":
        """Return the card with ``answer``."""
        return replace(self, answer=answer, was_answered=True)


def count_answered(cards: Sequence[RecallCard]) -> int:
    """Return how many of ``cards`` were ever answered."""
    return sum(card.was_answered for card in cards)


def is_finished(cards: Sequence[RecallCard]) -> bool:
    """Say whether there is at least one card and all were answered at least once, rightly or not."""
    return bool(cards) and count_answered(cards) == len(cards)
