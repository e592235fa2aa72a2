"""Which items say the same, or nearly: the words of stem and options compared, whatever the ids and the punctuation."""

import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain

from lms.questions.domain.types.base import Body

NEAR_PERCENT = 60
"""Shared pieces of four letters, of all that either has, from which two items are called alike."""
PART_PERCENT = 40
"""The same for stems alone and for options alone: a long stem must not hide that the options differ."""
LOOKED_AT = 12
"""Items compared with one, at most, those that share most rare pieces first."""
HOLDERS_AT_MOST = 50
"""Items noted for one piece: banks made from one template would otherwise compare everything with everything."""
SHOWN = 3
"""Likenesses kept of one item, the closest first."""
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Words:
    """What an item says, folded.

    Attributes:
        stem: Letters and digits of the stem.
        options: The same of everything to choose, to put together, to order or to accept, sorted.
        right: What is right, in a form that two items with the same words can be compared by.
    """

    stem: str
    options: tuple[str, ...]
    right: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another item that says the same, or nearly.

    Attributes:
        key: Its key in the bank; empty when it stands in the same file.
        number: Its number in the same file, from 0; -1 when it is in the bank.
        percent: Shared pieces of all that either has; 100 is the same words.
        has_same_right: Whether the same is right; False marks a contradiction when the words are the same.
    """

    key: str
    number: int
    percent: int
    has_same_right: bool = True

    @property
    def is_same(self) -> bool:
        """Whether the words are the same."""
        return self.percent == 100


def fold(text: str) -> str:
    """Return letters and digits of ``text``, narrow and in lower case."""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


def words_of(body: Body) -> Words:
    """Return the words of an item as stored; a body of an unknown shape gives its stem only."""
    stem = fold(str(body.get("stem", "")))
    texts = sorted(fold(text) for text in _texts(body))
    return Words(stem, tuple(texts), frozenset(_right(body)))


def _texts(body: Body) -> Iterator[str]:
    for name in ("options", "premises", "choices", "accepted"):
        for one in _list(body, name):
            yield str(one.get("text", f"{one.get('low', '')}-{one.get('high', '')}"))
    for gap in _list(body, "gaps"):
        item = gap.get("item")
        if isinstance(item, Mapping):
            yield from _texts(item)


def _right(body: Body) -> Iterator[str]:
    keys = body.get("key")
    if isinstance(keys, list):
        yield from (fold(str(one["text"])) for one in _list(body, "options") if one["id"] in keys)
    if "answer" in body:
        yield str(body["answer"])
    for one in _list(body, "premises"):
        choices = {str(each["id"]): str(each["text"]) for each in _list(body, "choices")}
        yield f"{fold(str(one['text']))}={fold(choices.get(str(one['choice']), ''))}"
    if body.get("type") == "ordering":
        yield ">".join(fold(str(one["text"])) for one in _list(body, "options"))
    for index, gap in enumerate(_list(body, "gaps")):
        item = gap.get("item")
        if isinstance(item, Mapping):
            yield from (f"{index}:{text}" for text in _right(item))


def _list(body: Body, name: str) -> list[Mapping[str, object]]:
    value = body.get(name)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


@dataclass(frozen=True, slots=True)
class _Pieces:
    """The pieces of four letters of an item, each as the number that its 64 bits make."""

    all: Set[int]
    stem: Set[int]
    options: Set[int]

    def percent(self, other: "_Pieces") -> int:
        """Return how alike two items are, at most 99: 100 is kept for the very same words; 0 when they are not."""
        percent = _shared(self.all, other.all)
        if percent < NEAR_PERCENT:
            return 0
        if min(_shared(self.stem, other.stem), _shared(self.options, other.options)) < PART_PERCENT:
            return 0
        return min(99, percent)


def _shared(one: Set[int], other: Set[int]) -> int:
    """Return the share of common pieces in percent, rounded down."""
    shared = len(one & other)
    union = len(one) + len(other) - shared
    return shared * 100 // union if union else 100


@dataclass(slots=True)
class LikenessIndex:
    """Finds for each of some items what is like it, among them and among any number of others.

    Two items are alike when the pieces of four letters that they share are at least ``NEAR_PERCENT`` of all pieces
    (Jaccard), and ``PART_PERCENT`` of those of the stems and of the options each. Found by prefix filtering
    (Chaudhuri, Ganti, Kaushik 2006): of two such items each holds some shared pieces among its rarest ones.
    """

    items: Sequence[Words]
    #: How many of the items have a piece.
    _counts: Counter[int] = field(default_factory=Counter)
    #: The items of which a piece is among the rarest: one, or several.
    _only: dict[int, int] = field(default_factory=dict)
    _several: dict[int, list[int]] = field(default_factory=dict)
    _same: dict[tuple[str, tuple[str, ...]], list[int]] = field(default_factory=dict)
    _found: list[tuple[Likeness, ...]] = field(default_factory=list)
    _kept: dict[int, _Pieces] = field(default_factory=dict)

    def __post_init__(self) -> None:
        whole: list[array[int]] = []
        for words in self.items:
            pieces = _all_pieces(words)
            self._counts.update(pieces)
            whole.append(array("Q", pieces))
        for number, words in enumerate(self.items):
            self._found.append(())
            same = self._same.setdefault((words.stem, words.options), [])
            if same:
                right = self.items[same[0]].right == words.right
                self._note(number, Likeness("", same[0], 100, right))
            else:
                self._look_within(number, whole[number])
            same.append(number)

    def compare(self, others: Iterable[tuple[str, Words]]) -> None:
        """Compare with the items of the bank: key and words of each."""
        counts = self._counts
        for key, words in others:
            same = self._same.get((words.stem, words.options))
            for number in same or ():
                right = self.items[number].right == words.right
                self._note(number, Likeness(key, -1, 100, right))
            if same:
                continue
            pieces = _all_pieces(words)
            known = [piece for piece in pieces if piece in counts]
            likely = self._likely(self._rarest(known, len(pieces)), len(pieces))
            mine = _pieces(words) if likely else None
            for number in likely:
                percent = mine.percent(self._pieces_of(number)) if mine else 0
                if percent:
                    ours = self.items[number]
                    for each in self._same[ours.stem, ours.options]:
                        self._note(each, Likeness(key, -1, percent))

    def likenesses(self) -> list[tuple[Likeness, ...]]:
        """Return for each item what is like it, the closest first, those of the bank before those of the file."""
        return self._found

    def _look_within(self, number: int, pieces: "array[int]") -> None:
        """Compare an item with those before it in the file, and note its rarest pieces."""
        prefix = self._rarest(pieces, len(pieces))
        found = 0
        for other in self._likely(prefix, len(pieces)):
            percent = self._pieces_of(number).percent(self._pieces_of(other))
            if percent:
                self._note(number, Likeness("", other, percent))
                found += 1
            if found == SHOWN:
                break
        counts = self._counts
        for piece in prefix:
            if counts[piece] == 1:
                self._only[piece] = number
            else:
                holders = self._several.setdefault(piece, [])
                if len(holders) < HOLDERS_AT_MOST:
                    holders.append(number)

    def _rarest(self, known: Collection[int], size: int) -> list[int]:
        """Return the pieces of a set of ``size`` of which a like item shares ``_SHARED`` (one, if it is short).

        Pieces that no item of ours has are the rarest and cannot be shared; ``known`` are the others.
        """
        length = len(known) - -(-size * NEAR_PERCENT // 100) + _SHARED
        return sorted(known, key=self._counts.__getitem__)[:length] if length > 0 else []

    def _likely(self, prefix: list[int], size: int) -> list[int]:
        """Return the items that share enough rare pieces, most first."""
        several, only = self._several, self._only
        shared = Counter(
            chain.from_iterable([several[piece] for piece in prefix if piece in several])
        )
        shared.update([only[piece] for piece in prefix if piece in only])
        enough = _SHARED if size >= _LONG else 1
        likely = [number for number, count in shared.items() if count >= enough]
        likely.sort(key=lambda number: -shared[number])
        return likely[:LOOKED_AT]

    def _pieces_of(self, number: int) -> _Pieces:
        if number not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[number] = _pieces(self.items[number])
        return self._kept[number]

    def _note(self, number: int, likeness: Likeness) -> None:
        found = sorted((*self._found[number], likeness), key=_closest_first)
        self._found[number] = tuple(found[:SHOWN])


def _closest_first(one: Likeness) -> tuple[int, int, str]:
    return (-one.percent, one.number, one.key)


_LETTERS = 4
_KEPT = 2000
_SHARED = 3
"""Rare pieces that two like items share: their prefixes are that much longer less one."""
_LONG = 12
"""Pieces from which that holds: whatever is like an item of this size has more than twice ``_SHARED`` pieces."""


def _pieces(words: Words) -> _Pieces:
    return _Pieces(_all_pieces(words), _cut(words.stem), _cut("\n".join(words.options)))


def _all_pieces(words: Words) -> set[int]:
    return _cut("\n".join((words.stem, *words.options)))


def _cut(text: str) -> set[int]:
    # Line ends stand between the texts and at both ends, so that short texts have pieces too. Four letters of 16 bits
    # are one number of 64: cut at the four possible beginnings, every piece is read without a loop over letters.
    letters = f"\n\n{text}\n\n".encode("utf-16-le", "surrogatepass")
    pieces: set[int] = set()
    for start in range(0, 2 * _LETTERS, 2):
        whole = (len(letters) - start) // 8 * 8
        pieces.update(memoryview(letters)[start : start + whole].cast("Q"))
    return pieces
