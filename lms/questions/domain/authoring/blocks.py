"""Two people's fields put together: which parts of the form differ, and one form made of the parts chosen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lms.questions.domain.authoring.fields import Fields, Pair
from lms.questions.domain.items import ItemType

BLOCKS = (
    "stem", "answer", "explanation", "lesson", "point", "difficulty", "cards", "red_line", "tags", "points", "name",
    "group",
)  # fmt: skip
"""Parts of the form that are taken from one person as a whole, in the order of the form."""
_OF_FIELD = {
    "stem": "stem", "explanation": "explanation", "lesson": "lesson", "point": "point", "difficulty": "difficulty",
    "card": "cards", "red_line": "red_line", "tag": "tags", "tags": "tags", "points": "points", "name": "name",
    "group": "group",
}  # fmt: skip
_STAYS = ("purpose", "category")


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the form in which two people differ.

    Attributes:
        name: One of ``BLOCKS``.
        is_mine: Whether the first person changed it.
        is_theirs: Whether the other one did.
    """

    name: str
    is_mine: bool
    is_theirs: bool

    @property
    def is_both(self) -> bool:
        """Whether both changed it, each in their own way."""
        return self.is_mine and self.is_theirs


def _block(field: str, *, is_whole: bool) -> str:
    """Return the part to which a field belongs; a text with gaps is one with its gaps."""
    name = _OF_FIELD.get(field, "answer")
    return "answer" if is_whole and name == "stem" else name


def _blocks(pairs: Iterable[Pair], *, is_whole: bool) -> dict[str, list[Pair]]:
    blocks: dict[str, list[Pair]] = {name: [] for name in BLOCKS}
    for field, value in pairs:
        if field not in _STAYS:
            blocks[_block(field, is_whole=is_whole)].append((field, value))
    return blocks


def _has_gaps(*forms: Sequence[Pair]) -> bool:
    return any(Fields(tuple(pairs)).text("type") == ItemType.CLOZE for pairs in forms)


def differing_blocks(
    base: Sequence[Pair], mine: Sequence[Pair], theirs: Sequence[Pair]
) -> list[Block]:
    """Return the parts in which ``mine`` and ``theirs`` differ, both made from ``base``.

    All three are forms as ``fields_of`` writes them. A part that neither changed and that differs all the same (its
    beginning is not known) counts as changed by both.
    """
    is_whole = _has_gaps(base, mine, theirs)
    was, own, other = (_blocks(pairs, is_whole=is_whole) for pairs in (base, mine, theirs))
    return [
        Block(name, own[name] != was[name], other[name] != was[name])
        for name in BLOCKS
        if own[name] != other[name]
    ]


def merged_fields(
    mine: Sequence[Pair], theirs: Sequence[Pair], of_theirs: Iterable[str]
) -> list[Pair]:
    """Return ``mine`` with the parts named in ``of_theirs`` as ``theirs`` has them."""
    is_whole = _has_gaps(mine, theirs)
    own, other = (_blocks(pairs, is_whole=is_whole) for pairs in (mine, theirs))
    wanted = set(of_theirs)
    rest = [(field, value) for field, value in mine if field in _STAYS]
    return [*(pair for name in BLOCKS for pair in (other if name in wanted else own)[name]), *rest]


def as_asked(blocks: Iterable[Block], picks: Mapping[str, str]) -> list[str]:
    """Return the parts to be taken from the other person: as picked, else those that only they changed."""
    return [
        block.name
        for block in blocks
        if picks.get(block.name, "mine" if block.is_mine else "theirs") == "theirs"
    ]
