"""Reading item banks."""

from collections.abc import Mapping
from pathlib import Path

from lms.content.domain.values import BankFiles, ItemFile, Reference, StimulusFile
from lms.content.reading.fields import TITLE_LENGTH, Fields
from lms.content.reading.markup import find_slips_without_boxes
from lms.content.reading.prose import Prose
from lms.content.reading.sources import Source
from lms.questions.domain.exchange.yaml_bank import line_at, plain
from lms.questions.domain.exchange.yaml_lines import Node
from lms.questions.domain.exchange.yaml_shape import FIELDS, body_from_entry
from lms.questions.domain.identity import DIFFICULTIES
from lms.questions.domain.items import (
    CreditRule,
    FieldError,
    ItemType,
    item_as_json,
    item_from_json,
)

FILES = {"items.yml": "quiz", "recall.yml": "recall"}
"""Item files of a bank, and what their items are for."""
STIMULI = "stimuli.yml"
"""Texts that several quiz items of the bank share."""
POINT_LENGTH = 80
_CHOICES = (ItemType.SINGLE_RESPONSE, ItemType.MULTIPLE_RESPONSE, ItemType.TRUE_FALSE)
"""Types of which every option must say why; the others are read as imports read them."""


def read_bank(source: Source, folder: Path) -> BankFiles | None:
    """Read one folder of ``question_banks/``; None after noting why it cannot be read."""
    path = folder / "bank.yml"
    node = source.yaml(path)
    known = ("bank.yml", *FILES, STIMULI)
    for other in source.listed(folder):
        if other.name not in known:
            source.unread(other, ", ".join(known))
    if node is None:
        return None
    fields = Fields(node, source.name(path), source.report)
    bank = BankFiles(
        where=fields.where(),
        key=fields.key_of_folder(folder.name),
        title=fields.title(),
        title_en=fields.title_en(),
        items=tuple(
            item
            for name, purpose in FILES.items()
            if (folder / name).exists()
            for item in _read_items(source, folder / name, purpose)
        ),
        stimuli=_read_stimuli(source, folder / STIMULI) if (folder / STIMULI).exists() else (),
    )
    fields.choice("origin", ("files",))
    fields.finish()
    return bank


def _read_stimuli(source: Source, path: Path) -> tuple[StimulusFile, ...]:
    return tuple(
        stimulus
        for entry in source.entries(path)
        if (stimulus := _read_stimulus(entry, source, path)) is not None
    )


def _read_stimulus(entry: Node, source: Source, path: Path) -> StimulusFile | None:
    fields = Fields(entry, source.name(path), source.report)
    key = fields.key()
    title = fields.text("title", required=False, at_most=TITLE_LENGTH)
    line = fields.line_of("text")
    text = fields.text("text")
    fields.finish()
    # The words of a block begin on the line after its sign.
    first = (line or fields.line) + ("\n" in text)
    Prose(source.report, fields.where("text", first), text).check_stimulus()
    return StimulusFile(fields.where(), key, title, text) if key else None


def _read_items(source: Source, path: Path, purpose: str) -> list[ItemFile]:
    items = []
    for position, entry in enumerate(source.entries(path), start=1):
        item = _read_item(entry, source, path, purpose, position)
        if item is not None:
            items.append(item)
    return items


def _read_item(
    entry: Node, source: Source, path: Path, purpose: str, position: int
) -> ItemFile | None:
    fields = Fields(entry, source.name(path), source.report)
    key = fields.key()
    kind = fields.choice("type", [kind.value for kind in ItemType])
    item = ItemFile(
        where=fields.where(),
        key=key,
        purpose=purpose,
        position=position,
        lesson=fields.reference("lesson"),
        point=fields.text("point", at_most=POINT_LENGTH),
        cards=fields.references("cards"),
        difficulty=fields.choice("difficulty", DIFFICULTIES),
        red_line=fields.flag("red_line"),
        body=_read_body(fields, kind, entry) if kind else {},
        stimulus=_read_share(fields, purpose),
    )
    if kind:  # else nobody knows which fields it has
        fields.finish()
    if item.lesson.key and len({card.key for card in item.cards}) != len(item.cards):
        fields.error("card_twice", "cards", "names a card twice")
    return item if key else None


def _read_share(fields: Fields, purpose: str) -> Reference | None:
    # Recall shows each item by itself.
    is_there = purpose == "quiz" and fields.has("stimulus")
    return fields.reference("stimulus") if is_there else None


def _read_body(fields: Fields, kind: str, entry: Node) -> Mapping[str, object]:
    before = len(fields.report.issues)
    read = _read_choice if kind in _CHOICES else _read_other
    written = read(fields, kind)
    if len(fields.report.issues) > before:
        return {}
    try:
        body = written if kind in _CHOICES else body_from_entry(written)
        return item_as_json(item_from_json(body))
    except FieldError as error:
        line = line_at(entry, error.field)
        fields.error("item_malformed", error.field, error.problem, line)
        return {}


def _read_other(fields: Fields, kind: str) -> dict[str, object]:
    """Read the types whose shape ``yaml_shape`` knows."""
    entry: dict[str, object] = {
        "type": kind,
        "stem": fields.markdown("stem"),
        "explanation": fields.markdown("explanation"),
    }
    required, optional = FIELDS[kind]
    for name in (*required, *optional):
        node = fields.take(name, required=name in required)
        if node is not None:
            entry[name] = plain(node)
            _check_words(fields, name, node)
    return entry


def _check_words(fields: Fields, name: str, node: Node) -> None:
    """Note slips in every text within a field."""
    if isinstance(node.value, list):
        for child in node.value:
            _check_words(fields, name, child)
    elif isinstance(node.value, Mapping):
        for child in node.value.values():
            _check_words(fields, name, child)
    elif isinstance(node.value, str):
        for line in node.value.splitlines():
            for code, problem in find_slips_without_boxes(line):
                fields.error(code, name, f"{line.strip()[:40]!r}: {problem}", node.line)


def _read_choice(fields: Fields, kind: str) -> dict[str, object]:
    body: dict[str, object] = {
        "type": kind,
        "stem": fields.markdown("stem"),
        "explanation": fields.markdown("explanation"),
    }
    if kind == ItemType.TRUE_FALSE:
        body["answer"] = fields.flag("answer")
        why = fields.child("why")
        body["feedback"] = {"true": why.markdown("true"), "false": why.markdown("false")}
        why.finish()
    else:
        options = [_read_option(each) for each in fields.children("options")]
        body["options"] = [option for option, _ in options]
        body["key"] = [option["id"] for option, is_key in options if is_key]
    if kind == ItemType.MULTIPLE_RESPONSE:
        # All or nothing unless the author says otherwise: what people know as 多选、少选、错选都不得分.
        body["credit"] = CreditRule.EXACT.value
        if fields.has("credit"):
            body["credit"] = fields.choice("credit", [rule.value for rule in CreditRule])
    return body


def _read_option(fields: Fields) -> tuple[dict[str, str], bool]:
    option = {
        "id": fields.text("id"),
        "text": fields.markdown("text"),
        "feedback": fields.markdown("why"),
    }
    is_key = fields.flag("key", default=False)
    fields.finish()
    return option, is_key
