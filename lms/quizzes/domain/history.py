"""What a person had before at the same quiz, and what a further paper should rather hold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lms.quizzes.domain.pool import Block, PoolItem

EASINESS: Mapping[str, int] = {"easy": 850, "medium": 650, "hard": 450}
"""Thousandths of right answers that are expected of a difficulty as judged, until it is measured."""

ALIKE = 100
"""Items whose shares of right answers differ by less than so many thousandths are equally difficult here."""


@dataclass(frozen=True, slots=True)
class PastItem:
    """A place of an earlier paper, of an attempt that has ended.

    Attributes:
        attempt: Earlier attempts have lower numbers.
        position: Place on the paper, from 1.
        item_key: What was asked.
        point: Its knowledge point, as it was.
        is_right: Whether the answer was fully right.
        difficulty: Its difficulty as judged.
        easiness: The measured share of right answers in thousandths; None while too few people had it.
    """

    attempt: int
    position: int
    item_key: str
    point: str
    is_right: bool
    difficulty: str = ""
    easiness: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The earlier attempts of one person at one quiz, in whatever sittings.

    Attributes:
        past: Every place of their papers, in any order.
        prefers_missed: Whether knowledge points missed before come first.
        seen: Keys of the items that were asked.
        missed: Points that the latest paper with them says were missed: what was learnt since is learnt.
    """

    past: Sequence[PastItem] = ()
    prefers_missed: bool = False
    seen: frozenset[str] = field(init=False)
    missed: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        latest: dict[str, int] = {}
        for one in self.past:
            latest[one.point] = max(latest.get(one.point, one.attempt), one.attempt)
        missed = {
            one.point for one in self.past if not one.is_right and one.attempt == latest[one.point]
        }
        object.__setattr__(self, "seen", frozenset(one.item_key for one in self.past))
        object.__setattr__(self, "missed", frozenset(missed))

    def replaced(self, first: int, number: int) -> tuple[PastItem, ...]:
        """Return what a section replaces, the missed first: its places on the latest paper.

        Args:
            first: Position of the section's first item.
            number: How many items it has.
        """
        newest = max((one.attempt for one in self.past), default=0)
        places = range(first, first + number)
        return tuple(
            sorted(
                (one for one in self.past if one.attempt == newest and one.position in places),
                key=lambda one: (one.is_right, one.position),
            )
        )


NO_HISTORY = History()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a section should rather draw for a person; the seed decides among equals.

    Points missed before come first where the sitting asks for that, then items that the person has not had, then
    those about the same and as difficult as what they replace.
    """

    history: History
    replaced: Sequence[PastItem] = ()

    def urgency(self, block: Block) -> tuple[bool, int]:
        """Return how little a block is wished for, whatever it replaces: the most wished for has the least."""
        history = self.history
        is_missed = history.prefers_missed and any(one.point in history.missed for one in block)
        return not is_missed, sum(one.item_key in history.seen for one in block)

    def ordered(self, blocks: Iterable[Block]) -> list[Block]:
        """Return the blocks with the most wished for last; equals stay in their order."""
        return sorted(blocks, key=self.urgency, reverse=True)

    def best(self, blocks: Sequence[Block], drawn: int) -> int:
        """Return the index of the block to draw next.

        Args:
            blocks: What is left, as ``ordered`` returns it; at least one.
            drawn: How many items the section has already.
        """
        last = len(blocks) - 1
        if drawn >= len(self.replaced):
            return last
        old, least = self.replaced[drawn], self.urgency(blocks[last])
        best, best_gap = last, gap_of(blocks[last], old)
        for index in range(last - 1, -1, -1):
            if self.urgency(blocks[index]) != least:
                break
            gap = gap_of(blocks[index], old)
            if gap < best_gap:
                best, best_gap = index, gap
        return best


def gap_of(block: Block, old: PastItem) -> tuple[bool, int]:
    """Return how far a block is from what it replaces: in its point, then in difficulty, by steps of ``ALIKE``."""
    aim = easiness_of(old)
    gaps = sum(abs(easiness_of(item) - aim) for item in block)
    return all(item.point != old.point for item in block), gaps // len(block) // ALIKE


def easiness_of(item: PoolItem | PastItem) -> int:
    """Return the share of right answers to expect, in thousandths: as measured, else as judged."""
    if item.easiness is not None:
        return item.easiness
    return EASINESS.get(item.difficulty, EASINESS["medium"])
