"""How far a lesson has been read, to the block."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a reader is in one lesson.

    Attributes:
        last_block: The block last seen, from 1; 0 before the first.
        furthest_block: The furthest block ever seen; at least ``last_block``.
        blocks_total: Number of blocks of the text read.
    """

    last_block: int
    furthest_block: int
    blocks_total: int

    @property
    def is_read(self) -> bool:
        """Whether the last block has been seen."""
        return self.blocks_total > 0 and self.furthest_block >= self.blocks_total


def move_mark(mark: Mark | None, *, block: int, blocks_total: int) -> Mark:
    """Return the mark after the reader has seen ``block`` of a text with ``blocks_total`` blocks.

    A text that was revised meanwhile may have become shorter: both numbers are clamped to it, so a mark
    never points behind the end. Moving back changes ``last_block`` only.

    Raises:
        ValueError: ``block`` is not between 1 and ``blocks_total``.
    """
    if not 1 <= block <= blocks_total:
        raise ValueError(f"block {block} of {blocks_total}")
    furthest = mark.furthest_block if mark is not None else 0
    return Mark(
        last_block=block,
        furthest_block=max(block, min(furthest, blocks_total)),
        blocks_total=blocks_total,
    )
