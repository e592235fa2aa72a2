"""An item of QTI 1.2 while it is read: its texts, pictures, feedback and answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from lms.questions.domain.exchange.moodle_xml.question import IDS, UnreadableError
from lms.questions.domain.exchange.moodle_xml.texts import (
    HTML,
    PLAIN,
    Notes,
    inner_xml,
    text_of,
    to_markdown,
)
from lms.questions.domain.exchange.qti.package import Pictures
from lms.questions.domain.exchange.qti.scoring import Scoring, read_scoring
from lms.questions.domain.items import Option

_RESPONSES = ("response_lid", "response_str", "response_num", "response_grp")
_BLOCKS = frozenset({"RESPONSE_BLOCK", "RIGHT_MATCH_BLOCK"})


@dataclass(slots=True)
class QtiItem:
    """An item while it is read.

    Attributes:
        element: Its element, names without namespaces.
        notes: What is said about it.
        pictures: Finds the pictures of its texts.
        used: Idents of feedback that has found its place; grows.
    """

    element: "etree._Element"
    notes: Notes
    pictures: Pictures
    used: set[str]

    @property
    def facts(self) -> dict[str, str]:
        """Metadata by label."""
        found = {
            text_of(field.find("fieldlabel")).lower(): text_of(field.find("fieldentry"))
            for field in self.element.iter("qtimetadatafield")
        }
        for meta in self.element.iterfind("itemmetadata/*"):
            if len(meta) == 0:
                found.setdefault(str(meta.tag).lower(), text_of(meta))
        return found

    @property
    def presentation(self) -> "etree._Element":
        """What is shown; raises UnreadableError when there is nothing."""
        found = self.element.find("presentation")
        if found is None:
            raise UnreadableError("text_missing", "the item shows nothing")
        return found

    @property
    def stem(self) -> str:
        """The task."""
        return self.text(self.stem_materials())

    @property
    def scoring(self) -> Scoring:
        """What answers earn."""
        return read_scoring(self.element)

    def stem_materials(self) -> "list[etree._Element]":
        """Return the materials that belong to no response."""
        return [
            material
            for material in self.presentation.iter("material")
            if not _is_in_response(material)
        ]

    def responses(self, *kinds: str) -> "list[etree._Element]":
        """Return the responses; raises UnreadableError when there are none."""
        found = list(self.presentation.iter(*(kinds or _RESPONSES)))
        if not found:
            raise UnreadableError("answers_missing", "the item has no answers")
        return found

    def text(self, materials: "Iterable[etree._Element]") -> str:
        """Return materials as Markdown, a paragraph each."""
        pieces = (self.markdown(piece) for material in materials for piece in material)
        return "\n\n".join(piece for piece in pieces if piece)

    def markdown(self, piece: "etree._Element") -> str:
        """Return one part of a material as Markdown."""
        raw, text_format = self.raw(piece)
        text, lost = to_markdown(raw, text_format)
        self.notes.lost(lost)
        return text

    def raw(self, piece: "etree._Element") -> tuple[str, str]:
        """Return one part of a material as it stands, its pictures taken over, and its format."""
        if piece.tag == "mat_extension":
            inner = next(iter(piece), None)
            return ("", HTML) if inner is None else self.raw(inner)
        if piece.tag == "matimage":
            return self._image(piece), HTML
        if piece.tag not in {"mattext", "mat_formattedtext"}:
            if isinstance(piece.tag, str):
                self.notes.warn("html_lost", f"left out of the text: {piece.tag}", tags=[piece.tag])
            return "", HTML
        kind = str(piece.get("texttype") or piece.get("type") or "text/plain").lower()
        inside = inner_xml(piece)
        if kind in {"text/plain", "plain", "plain_text"} and len(piece) == 0:
            return inside, PLAIN
        return self.pictures.taken_over(inside, self.notes), HTML

    def feedback(self, *idents: str) -> str:
        """Return the feedback under the first ident that has one."""
        for ident in idents:
            for element in self.element.iter("itemfeedback"):
                if ident and element.get("ident") == ident:
                    self.used.add(ident)
                    text = self.text(element.iter("material"))
                    if text:
                        return text
        return ""

    @property
    def explanation(self) -> str:
        """The feedback that everybody sees."""
        return self.feedback("general_fb", "general")

    def rest_of_feedback(self) -> None:
        """Say which feedback found no place."""
        for element in self.element.iter("itemfeedback"):
            ident = str(element.get("ident") or "")
            text = "" if ident in self.used else self.text(element.iter("material"))
            if text:
                self.notes.warn(
                    "feedback_without_place",
                    f"{ident} has no place here: {text}",
                    name=ident,
                    text=text,
                )

    def _image(self, piece: "etree._Element") -> str:
        address = str(piece.get("uri") or piece.get("src") or "")
        name = self.pictures.name(address, self.notes) if address else ""
        return (
            f'<img src="media:{name}" alt="{escape(str(piece.get("label") or ""))}">'
            if name
            else ""
        )


@dataclass(frozen=True, slots=True)
class Label:
    """A ``response_label``: its ident and text."""

    ident: str
    text: str


def labels_of(response: "etree._Element", item: QtiItem) -> list[Label]:
    """Return the labels of a response."""
    return [
        Label(str(label.get("ident") or ""), item.text(label.iter("material")))
        for label in response.iter("response_label")
    ]


def options_of(labels: list[Label], scoring: Scoring, item: QtiItem) -> list[Option]:
    """Return labels as options with what is said to each; raises UnreadableError for too many."""
    if len(labels) > len(IDS):
        raise UnreadableError("answers_number", f"{len(labels)} answers are too many")
    return [
        Option(
            IDS[at],
            label.text,
            item.feedback(*scoring.feedback_of(label.ident), f"{label.ident}_fb", label.ident),
        )
        for at, label in enumerate(labels)
    ]


def check_known(shares: Mapping[str, Decimal], labels: list[Label]) -> None:
    """Raise UnreadableError when nothing earns anything, or what earns is not there."""
    known = {label.ident for label in labels}
    if not shares:
        raise UnreadableError("key_missing", "no answer earns anything")
    for ident in shares:
        if ident not in known:
            raise UnreadableError("key_unknown", f"the key {ident!r} is not among the answers")


def _is_in_response(material: "etree._Element") -> bool:
    for above in material.iterancestors():
        if above.tag in _RESPONSES or above.get("class") in _BLOCKS:
            return True
        if above.tag == "presentation":
            return False
    return False
