"""What can be shown of an item while its form is not complete yet."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lms.questions.domain.authoring import Fields, Pair
from lms.questions.domain.items import ItemType

_LISTS: Mapping[str, tuple[str, ...]] = {
    ItemType.SINGLE_RESPONSE: ("option",),
    ItemType.MULTIPLE_RESPONSE: ("option",),
    ItemType.ORDERING: ("option",),
    ItemType.MATCHING: ("premise", "choice"),
}
_GAP = re.compile(r"\{\{[a-z0-9_-]+\}\}")


@dataclass(frozen=True, slots=True)
class Sketch:
    """The parts of an incomplete item that a hire will see.

    Attributes:
        type: Its type; empty while none is chosen.
        stem: Markdown; gaps are drawn as lines.
        lists: Texts to choose from, to put into order or together, those not empty.
    """

    type: str
    stem: str
    lists: tuple[tuple[str, ...], ...]

    @property
    def body(self) -> dict[str, object]:
        """Its words in the shape of a body, for looking for items that say the same."""
        names = ("options",) if len(self.lists) < 2 else ("premises", "choices")
        texts = {
            name: [{"id": str(at), "text": text} for at, text in enumerate(each)]
            for name, each in zip(names, self.lists, strict=False)
        }
        return {"type": self.type, "stem": self.stem, **texts}


def sketch_of(pairs: Iterable[Pair]) -> Sketch:
    """Return what a form says of an item, however incomplete."""
    form = Fields(tuple(pairs))
    kind = form.text("type")
    lists = []
    for name in _LISTS.get(kind, ()):
        texts = (form.text(f"{name}.{row}.text") for row in form.rows(name))
        lists.append(tuple(text for text in texts if text))
    return Sketch(kind, _GAP.sub("＿＿＿", form.text("stem")), tuple(lists))
