"""Rows of an upload, ready to be shown: the item as the hire will see it, findings, and what is like it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.issues import Issue
from lms.questions import queries, services
from lms.questions.domain.items import (
    Face,
    Item,
    ItemType,
    RowFeedback,
    explain,
    face,
    item_from_json,
    parse_response,
    stable_order,
)
from lms.questions.models import ItemUpload, ItemUploadRow, ItemVersion


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row of the preview, ready to be shown."""

    row: ItemUploadRow
    item: Item | None
    face: Face | None
    key_rows: Sequence[RowFeedback]
    issues: Sequence[Issue]
    facts: dict[str, object]
    alike: Sequence["AlikeItem"]
    may_write: bool


@dataclass(frozen=True, slots=True)
class AlikeItem:
    """Another item that says the same, or nearly: of the bank, or of the same file."""

    percent: int
    has_same_right: bool
    version: ItemVersion | None
    number: int
    item: Item


def show_rows(upload: ItemUpload, rows: Sequence[ItemUploadRow]) -> list[ShownRow]:
    """Return rows with everything that stands beside them, with two queries."""
    likenesses = [one for row in rows for one in row.likenesses]
    versions = queries.list_stems([one["key"] for one in likenesses if one["key"]])
    others = queries.list_rows_by_number(
        upload.id, [one["number"] for one in likenesses if one["number"] >= 0]
    )
    return [_show(row, versions, others) for row in rows]


def _show(
    row: ItemUploadRow,
    versions: Mapping[str, ItemVersion],
    others: Mapping[int, ItemUploadRow],
) -> ShownRow:
    issues = [services.issue_from_json(each) for each in row.issues]
    may_write = services.may_write_row(row)
    if not row.entry:
        return ShownRow(row, None, None, (), issues, {}, (), may_write)
    item = item_from_json(row.entry["body"])
    order = stable_order(item, person_id=0, item_key=str(row.number))
    seen = face(item, order if item.type is ItemType.ORDERING else None)
    alike = []
    for one in row.likenesses:
        version, other = versions.get(one["key"]), others.get(one["number"])
        if version is not None:
            theirs = item_from_json(version.body)
        elif other is not None and other.entry:
            theirs = item_from_json(other.entry["body"])
        else:
            continue
        alike.append(
            AlikeItem(one["percent"], one["has_same_right"], version, one["number"] + 1, theirs)
        )
    facts = {**row.entry["facts"], "tags": row.entry["labels"]["tags"]}
    rows = explain(item, parse_response(item, {})).rows
    return ShownRow(row, item, seen, rows, issues, facts, alike, may_write)
