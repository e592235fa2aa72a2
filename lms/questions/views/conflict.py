"""Two people changed one item: both texts side by side, and one form made of what is chosen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import render_template, request
from flask_babel import gettext

from lms.people.access import current_person
from lms.people.queries import find_person
from lms.questions import queries
from lms.questions.domain.authoring import (
    Authored,
    Block,
    Fields,
    Pair,
    as_asked,
    differing_blocks,
    fields_of,
    left_over,
    merged_fields,
    read_authored,
)
from lms.questions.domain.difference import Change, Mark, Piece, Snapshot, compare
from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.items import item_from_json
from lms.questions.domain.merging import Labels
from lms.questions.forms import field_words, value_words
from lms.questions.models import Item, ItemVersion
from lms.questions.queries import Opened
from lms.questions.views.editor_page import Desk

_WAS = "was."
_LABELS = ("name", "points", "tag", "group")
"""What an item carries beside its versions: a form keeps how it was when it was opened."""
_OF_CHANGE = {
    "stem": "stem", "explanation": "explanation", "lesson": "lesson", "point": "point", "cards": "cards",
    "difficulty": "difficulty", "red_line": "red_line",
}  # fmt: skip
_NO_FACTS = ItemFacts("", "", (), "", False)


def with_beginning(opened: Opened) -> list[Pair]:
    """Return the form of an item as it is now, with what it is based on."""
    fields = opened.fields
    was = [(_WAS + name, value) for name, value in fields if name in _LABELS and value]
    return [*fields, ("base_version", str(opened.version.number)), *was]


@dataclass(frozen=True, slots=True)
class Side:
    """What one person made of a part of the form.

    Attributes:
        is_changed: Whether they changed it at all.
        changes: How, field by field.
    """

    is_changed: bool
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of the form in which both texts differ."""

    block: Block
    label: str
    mine: Side
    theirs: Side


def render_conflict(desk: Desk, item: Item, authored: Authored, pairs: Sequence[Pair]) -> str:
    """Return the page that shows what the other person changed beside what this one typed. Nothing is lost.

    Args:
        desk: What is being written.
        item: As it is now.
        authored: What the form says, without problems.
        pairs: The form itself: all of it goes along.
    """
    opened = queries.open_item(item)
    base = _base(item, opened, Fields(tuple(pairs)))
    mine = _own_fields(authored)
    blocks = differing_blocks(base.fields, mine, opened.fields)
    own, other = _Snapshots(base, mine), _Snapshots(base, opened.fields)
    author = opened.version.created_by
    person = find_person(author) if author is not None else None
    return render_template(
        "questions/editor_conflict.html",
        desk=desk,
        bank=desk.bank,
        item=item,
        pairs=pairs,
        version=opened.version,
        is_new_version=opened.version.number != base.version.number,
        is_own=author == current_person().id,
        author=person.name if person is not None else "",
        value_words=value_words(),
        differences=[
            Difference(
                block,
                _label(block.name),
                Side(block.is_mine, own.changes(block.name)),
                Side(block.is_theirs, other.changes(block.name)),
            )
            for block in blocks
        ],
    )


def merged_pairs(item: Item, authored: Authored, pairs: Sequence[Pair]) -> list[Pair]:
    """Return the form made of the parts that were picked, based on the item as it is now."""
    opened = queries.open_item(item)
    base = _base(item, opened, Fields(tuple(pairs)))
    mine = _own_fields(authored)
    picks = {
        name.removeprefix("pick."): value
        for name, value in request.form.items()
        if name.startswith("pick.")
    }
    blocks = differing_blocks(base.fields, mine, opened.fields)
    merged = merged_fields(mine, opened.fields, as_asked(blocks, picks))
    beginning = [
        pair
        for pair in with_beginning(opened)
        if pair[0] == "base_version" or pair[0].startswith(_WAS)
    ]
    # What was typed for another type goes along unseen, as before.
    names = {name for name, _value in (*merged, *beginning)}
    unseen = [
        pair
        for pair in left_over(Fields(tuple(pairs)))
        if pair[0] not in names and pair[0] != "category" and not pair[0].startswith(_WAS)
    ]
    return [*merged, *beginning, *unseen]


@dataclass(frozen=True, slots=True)
class _Base:
    """The item as the form was opened with it."""

    version: ItemVersion
    fields: list[Pair]


def _base(item: Item, opened: Opened, form: Fields) -> _Base:
    number = form.text("base_version")
    found = queries.find_numbered(item, int(number)) if number.isdecimal() else None
    version = found or opened.version
    labels = Labels(
        name=form.text(f"{_WAS}name"),
        category=opened.labels.category,
        tags=tuple(form.all(f"{_WAS}tag")),
        points=form.text(f"{_WAS}points"),
    )
    fields = fields_of(
        version.body,
        version.facts,
        labels,
        group=form.text(f"{_WAS}group"),
        purpose=item.purpose,
    )
    return _Base(version, fields)


def _own_fields(authored: Authored) -> list[Pair]:
    return fields_of(
        authored.body or {},
        authored.facts or _NO_FACTS,
        authored.labels,
        group=authored.group,
        purpose=authored.purpose,
    )


class _Snapshots:
    """What changed from the beginning to one person's text, by parts of the form."""

    def __init__(self, base: _Base, fields: Sequence[Pair]) -> None:
        self._was, self._fields = Fields(tuple(base.fields)), Fields(tuple(fields))
        self._changes = compare(queries.snapshot_of(base.version), _snapshot(fields))
        kinds = {self._was.text("type"), self._fields.text("type")}
        self._is_whole = "cloze" in kinds

    def changes(self, block: str) -> Sequence[Change]:
        """Return the changes that belong to a part."""
        if block in ("tags", "points", "name", "group"):
            return self._labels(block)
        return [one for one in self._changes if self._block(one) == block]

    def _block(self, change: Change) -> str:
        if change.option_id:
            return "answer"
        name = _OF_CHANGE.get(change.field, "answer")
        return "answer" if name == "stem" and self._is_whole else name

    def _labels(self, block: str) -> Sequence[Change]:
        name = {"tags": "tag"}.get(block, block)
        was, now = ("、".join(each.all(name)) for each in (self._was, self._fields))
        pieces = [piece for piece in (Piece(Mark.GONE, was), Piece(Mark.NEW, now)) if piece.text]
        return [Change(block, "", tuple(pieces))] if was != now else []


def _snapshot(fields: Iterable[Pair]) -> Snapshot:
    authored = read_authored(fields)
    return Snapshot(item_from_json(authored.body or {}), authored.facts or _NO_FACTS)


def _label(block: str) -> str:
    words = {
        "answer": gettext("选项、答案和得分"),
        "tags": gettext("标签"),
        "points": gettext("参考分值"),
        "name": gettext("短标题"),
        "group": gettext("共用材料"),
    }
    return words.get(block) or field_words()[block]
