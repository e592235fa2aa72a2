"""What the search looks at: everything an item says, without the differences that do not count."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

_NO_WORDS = frozenset(
    {"type", "id", "choice", "key", "credit", "weight", "percent", "points", "lines"}
)
"""Fields of a body, at any depth, that say nothing in words."""
_PICTURE = re.compile(r"\]\(media:[^)\s]*\)")
_GAP = re.compile(r"\{\{[a-z0-9_-]+\}\}")
_WIDE = tuple(zip("，：？！（）；", ",:?!();", strict=True))
"""The marks of nearly every Chinese text: read here, most texts need no slow normalisation."""
_KINDS = 251
"""Kinds of letters: a prime, so that neighbours in the character table are of different kinds."""
_DIGITS = b"01" + bytes(254)
_WORD = (1 << 63) - 1


def search_text(
    body: Mapping[str, object], *, key: str, name: str = "", tags: Sequence[str] = ()
) -> str:
    """Return what an item says, in the form of the words that `search_words` makes.

    Key, short title, stem, options, steps, premises, choices, gaps, accepted answers, feedback, rubric,
    reference, explanation and tags stand one behind the other. Marks of bold text and code, addresses of
    pictures and markers of gaps are left out; traditional characters stay as they are.

    Args:
        body: The body of the version, as stored.
        key: The item's key.
        name: The short title that its file gives it.
        tags: Its tags.
    """
    return fold(_without_marks("\n".join((key, name, *_texts(body), *tags))))


def search_fields(
    body: Mapping[str, object],
    *,
    key: str,
    name: str = "",
    tags: Sequence[str] = (),
    cards: Sequence[str] = (),
) -> dict[str, object]:
    """Return what an item keeps for the search, by field: its `search_text`, the letters of that, and its cards."""
    text = search_text(body, key=key, name=name, tags=tags)
    letters = enumerate(letters_of(text), start=1)
    found_by: dict[str, object] = {f"letters_{number}": bits for number, bits in letters}
    return {**found_by, "search_text": text, "card_lines": card_lines(cards)}


def card_lines(cards: Sequence[str]) -> str:
    """Return keys of cards, each between ends of lines, so that one is found without reading a list."""
    return "".join(f"\n{card}\n" for card in cards)


def search_words(asked: str) -> tuple[str, ...]:
    """Return the words to be found, each once, in the order asked: a text must hold all of them."""
    return tuple(dict.fromkeys(fold(_without_marks(asked)).split()))


def _without_marks(text: str) -> str:
    if "](media:" in text:
        text = _PICTURE.sub("]", text)
    if "{{" in text:
        text = _GAP.sub(" ", text)
    # No database keeps a NUL, so nothing that is looked for may hold one.
    return text.replace("**", "").replace("`", "").replace("\x00", " ")


def fold(text: str) -> str:
    """Return ``text`` in one width and one case, runs of blanks as one; folding twice changes nothing."""
    for wide, narrow in _WIDE:
        text = text.replace(wide, narrow)
    # Lower case may come apart again (İ), and its parts may join with what follows.
    form = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(form.split())


def letters_of(text: str) -> tuple[int, int, int, int]:
    """Return which letters stand in ``text``, one bit for each letter of its kind, as four numbers below 2**63.

    A text that holds a word has every bit that the word has. Several letters share a bit, so the other way round
    it only may: look at the text then. Comparing numbers is many times as fast as looking into text.
    """
    kinds = bytearray(_KINDS)
    for letter in set(text):
        kinds[ord(letter) % _KINDS] = 1
    bits = int(kinds.translate(_DIGITS), 2)
    return bits & _WORD, bits >> 63 & _WORD, bits >> 126 & _WORD, bits >> 189


def _texts(value: Mapping[str, object]) -> Iterator[str]:
    for field, said in value.items():
        if field in _NO_WORDS:
            continue
        if isinstance(said, str):
            yield said
        elif isinstance(said, Mapping):
            yield from _texts(said)
        elif isinstance(said, list):
            for entry in said:
                if isinstance(entry, Mapping):
                    yield from _texts(entry)
