"""Entries of a plan as rows between preview and confirmation, and back."""

from collections.abc import Mapping
from typing import NamedTuple

import orjson

from lms.db import JsonList, JsonObject
from lms.issues import Issue, Severity, Where
from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.merging import Entry, Labels, Present, Verb

SOURCE_AT_MOST = 8000


def row_of(upload_id: int, entry: Entry, present: Present | None) -> dict[str, object]:
    """Return the row that keeps an entry of a plan; ``present`` is the bank's item that it revises."""
    candidate = entry.candidate
    return {
        "upload_id": upload_id,
        "number": entry.number,
        "verb": entry.verb.value,
        "type": candidate.item.type.value if candidate else "",
        "item_key": entry.item_key,
        "entry": _kept(entry) if candidate else {},
        "place": {**entry.where.as_json(), "base": present.sha256 if present else ""},
        "source": _without_nul(entry.source[:SOURCE_AT_MOST]),
        "issues": [issue_as_json(issue) for issue in entry.issues],
        "likenesses": [
            {
                "key": one.key,
                "number": one.number,
                "percent": one.percent,
                "has_same_right": one.has_same_right,
            }
            for one in entry.likenesses
        ],
        "missing": list(entry.missing),
        "is_left_out": entry.verb is Verb.DUPLICATE,
    }


def _kept(entry: Entry) -> JsonObject:
    labels = entry.labels
    return {
        "body": entry.body,
        "facts": _storable(entry.facts.as_json()),
        "labels": _storable(
            {
                "name": labels.name,
                "category": labels.category,
                "tags": labels.tags,
                "points": labels.points,
            }
        ),
        "key": _without_nul(entry.key),
        "stimulus": _without_nul(entry.stimulus),
        "sha256": entry.sha256,
    }


class KeptRow(NamedTuple):
    """What of a row is needed to write it."""

    id: int
    number: int
    verb: str
    item_key: str
    entry: JsonObject
    place: JsonObject
    missing: JsonList


def entry_of(row: KeptRow) -> Entry:
    """Return the entry that a row keeps, as far as it is written."""
    kept, facts, labels = row.entry, row.entry["facts"], row.entry["labels"]
    return Entry(
        number=row.number,
        verb=Verb(row.verb),
        where=_NOWHERE,
        key=kept["key"],
        stimulus=kept["stimulus"],
        item_key=row.item_key,
        body=kept["body"],
        facts=ItemFacts(
            facts["lesson_key"],
            facts["point"],
            tuple(facts["cards"]),
            facts["difficulty"],
            facts["red_line"],
        ),
        labels=Labels(
            labels["name"], tuple(labels["category"]), tuple(labels["tags"]), labels["points"]
        ),
        sha256=kept["sha256"],
        missing=tuple(row.missing),
    )


_NOWHERE = Where()


def issue_as_json(issue: Issue) -> JsonObject:
    """Return an Issue as it is stored, with everything its sentence needs."""
    facts = {name: _storable(value) for name, value in issue.facts.items()}
    source = str(facts.get("source", ""))
    if len(source) > SOURCE_AT_MOST:
        facts["source"] = source[:SOURCE_AT_MOST]
    return {**issue.as_json(), "message": _without_nul(issue.message), "facts": facts}


def issue_from_json(stored: Mapping[str, object]) -> Issue:
    """Return a stored Issue."""
    where = stored["where"]
    facts = stored["facts"]
    return Issue(
        Severity(str(stored["severity"])),
        str(stored["code"]),
        Where(**where) if isinstance(where, dict) else Where(),
        str(stored["message"]),
        facts if isinstance(facts, dict) else {},
    )


def _storable(value: object) -> object:
    """Return a fact as JSON that every database can keep."""
    try:
        # Nearly everything is as it should be: written down at once, that is seen ten times as fast as value by value.
        if b"\\u0000" not in orjson.dumps(value):
            return value
    except orjson.JSONEncodeError:
        pass  # a letter that is half a letter, a name that is no text, a number that is no JSON
    return _made_storable(value)


def _made_storable(value: object) -> object:
    if isinstance(value, str):
        return _without_nul(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(name): _made_storable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_made_storable(each) for each in value]
    return str(value)


def _without_nul(text: str) -> str:
    if "\0" not in text and text.isascii():
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
