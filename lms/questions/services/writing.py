"""Writing planned items into a bank, many a statement, in the caller's transaction."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.orm import aliased

from lms.db import db, insert_rows
from lms.documents.models import StoredFile
from lms.documents.storage import FileStore
from lms.questions import queries
from lms.questions.domain.exchange.values import Stimulus
from lms.questions.domain.merging import Entry, Verb
from lms.questions.domain.search_text import search_fields
from lms.questions.models import CaseGroup, Item, ItemBank, ItemNote, ItemTag, ItemVersion
from lms.questions.services.groups import publish_group
from lms.questions.services.numbering import is_key, new_item_keys, next_position

_GROUP_KEY_AT_MOST = 80
_TITLE_AT_MOST = 120
_AT_ONCE = 500
_ITEMS, _VERSIONS = cast("Table", Item.__table__), cast("Table", ItemVersion.__table__)
_NOTES, _TAGS = cast("Table", ItemNote.__table__), cast("Table", ItemTag.__table__)
"""The tables themselves: thousands of rows are written without objects."""
_MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        created: Keys of new items.
        revised: Keys of items that were revised.
        drafts: How many of both are drafts because a fact is missing.
        in_review: How many of both were sent to review.
    """

    created: tuple[str, ...]
    revised: tuple[str, ...]
    drafts: int
    in_review: int = 0


@dataclass(slots=True)
class Writer:
    """Writes the entries of one plan.

    Attributes:
        bank: Where they go.
        purpose: What new items are for.
        state: In which state what is written comes in when no fact is missing; ready puts it into use at once.
        now: The instant.
        actor_id: Who imports; None for the command line.
    """

    bank: ItemBank
    purpose: str
    state: str
    now: dt.datetime
    actor_id: int | None
    _groups: dict[str, CaseGroup] = field(default_factory=dict)

    def write(self, entries: Sequence[Entry], stimuli: Iterable[Stimulus]) -> Written:
        """Write all entries: new items for create and duplicate, versions for revise."""
        new = [entry for entry in entries if entry.verb in (Verb.CREATE, Verb.DUPLICATE)]
        revised = [entry for entry in entries if entry.verb is Verb.REVISE]
        named = {entry.stimulus for entry in (*new, *revised)}
        for stimulus in stimuli:
            if stimulus.key in named:
                self._groups[stimulus.key] = self._group(stimulus)
        keys = self._create(new)
        sent = self._revise(revised)
        drafts = sum(bool(entry.missing) for entry in (*new, *revised))
        if self.state == queries.IN_REVIEW:
            sent += sum(not entry.missing for entry in new)
        return Written(tuple(keys), tuple(entry.item_key for entry in revised), drafts, sent)

    def _group(self, stimulus: Stimulus) -> CaseGroup:
        """Return the case group of a shared text: the one with its key in this bank, one that says the same, or new."""
        title, overflow = stimulus.title[:_TITLE_AT_MOST], len(stimulus.title) > _TITLE_AT_MOST
        text = f"**{stimulus.title}**\n\n{stimulus.text}" if overflow else stimulus.text
        groups = queries.list_groups(self.bank.id)
        for group in groups:
            if (group.title, group.text, group.retired_at) == (title, text, None):
                return group
        key = stimulus.key
        if key not in {group.key for group in groups}:
            key = self._new_group_key(key)
        return publish_group(
            self.bank, key=key, title=title, text=text, now=self.now, actor_id=self.actor_id
        )

    def _new_group_key(self, wanted: str) -> str:
        if is_key(wanted, _GROUP_KEY_AT_MOST) and queries.find_group(wanted) is None:
            return wanted
        number = 1 + len(queries.list_groups(self.bank.id))
        while queries.find_group(f"{self.bank.key}-case-{number}") is not None:
            number += 1
        return f"{self.bank.key}-case-{number}"

    def _create(self, entries: Sequence[Entry]) -> list[str]:
        if not entries:
            return []
        keys = new_item_keys(self.bank, [entry.key for entry in entries])
        first = next_position(self.bank)
        rows = [
            self._item_row(entry, key, first + at)
            for at, (entry, key) in enumerate(zip(entries, keys, strict=True))
        ]
        insert_rows(_ITEMS, rows)
        # Asked for afterwards: a statement with thousands of values and their ids is slow to prepare.
        made = db.session.execute(
            select(Item.key, Item.id).where(Item.bank_id == self.bank.id, Item.position >= first)
        )
        ids = {str(key): int(item_id) for key, item_id in made}
        versions = [
            self._version_row(entry, ids[key], 1) for entry, key in zip(entries, keys, strict=True)
        ]
        insert_rows(_VERSIONS, versions)
        self._tag({ids[key]: entry for entry, key in zip(entries, keys, strict=True)})
        return keys

    def _item_row(self, entry: Entry, key: str, position: int) -> dict[str, object]:
        return {
            "bank_id": self.bank.id,
            "key": key,
            "purpose": self.purpose,
            "state": queries.DRAFT if entry.missing else self.state,
            "version": 1,
            "position": position,
            "file_key": "" if entry.key == key else entry.key,
            **_following(entry, key, entry.body or {}),
            **self._beside(entry, position),
        }

    def _beside(self, entry: Entry, position: int) -> dict[str, object]:
        """Return what an item carries beside its versions."""
        group = self._groups.get(entry.stimulus)
        return {
            "name": entry.labels.name,
            "category": list(entry.labels.category),
            "points": entry.labels.points,
            "case_group_id": group.id if group else None,
            "group_place": position if group else 0,
        }

    def _version_row(self, entry: Entry, item_id: int, number: int) -> dict[str, object]:
        body = dict(entry.body or {})
        return {
            "item_id": item_id,
            "number": number,
            "type": body["type"],
            "body": body,
            "sha256": entry.sha256,
            "lesson_key": entry.facts.lesson_key,
            "point": entry.facts.point,
            "cards": list(entry.facts.cards),
            "difficulty": entry.facts.difficulty,
            "red_line": entry.facts.red_line,
            "created_at": self.now,
            "created_by": self.actor_id,
            "presented_at": None,
        }

    def _revise(self, entries: Sequence[Entry]) -> int:
        """Revise items; return how many were sent to review."""
        return sum(
            self._revise_some(entries[at : at + _AT_ONCE])
            for at in range(0, len(entries), _AT_ONCE)
        )

    def _revise_some(self, entries: Sequence[Entry]) -> int:
        present = self._hold([entry.item_key for entry in entries])
        versions: list[dict[str, object]] = []
        changes: list[dict[str, object]] = []
        notes: list[dict[str, object]] = []
        for entry in entries:
            held = present[entry.item_key]
            number = held.number_of(entry.sha256)
            if number > held.newest:
                versions.append(self._version_row(entry, held.item.id, number))
            change = self._change(entry, held, number)
            changes.append(change)
            if _is_sent(held.item, change):
                notes.append(self._note_row(held.item, number))
        insert_rows(_VERSIONS, versions)
        insert_rows(_NOTES, notes)
        db.session.execute(update(Item), changes)
        ids = {present[entry.item_key].item.id: entry for entry in entries}
        db.session.execute(delete(ItemTag).where(ItemTag.item_id.in_(list(ids))))
        self._tag(ids)
        db.session.expire_all()
        return len(notes)

    def _hold(self, keys: Sequence[str]) -> dict[str, "_Held"]:
        """Return the items of these keys, held until the transaction ends, with what their versions say."""
        newest = aliased(ItemVersion)
        last = (
            select(func.max(ItemVersion.number))
            .where(ItemVersion.item_id == Item.id)
            .correlate(Item)
            .scalar_subquery()
        )
        rows = db.session.execute(
            select(
                Item,
                ItemVersion.sha256,
                ItemVersion.body,
                ItemVersion.cards,
                newest.number,
                newest.sha256,
            )
            .join(
                ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.version)
            )
            .join(newest, (newest.item_id == Item.id) & (newest.number == last))
            .where(Item.key.in_(keys))
            .with_for_update(of=Item)
        )
        return {row[0].key: _Held(*row) for row in rows}

    def _change(self, entry: Entry, held: "_Held", number: int) -> dict[str, object]:
        """Return what becomes of an item: what is in use stays so until its new version is ready."""
        item = held.item
        state = queries.DRAFT if entry.missing else self.state
        change = {
            "id": item.id,
            "revision": item.revision + 1,
            "state": item.state,
            "version": item.version,
            "proposed": item.proposed,
            "proposed_state": item.proposed_state,
            "lesson_key": item.lesson_key,
            "point": item.point,
            "type": item.type,
            "difficulty": item.difficulty,
            **_searched(entry, item.key, held.body, held.cards),
            **self._beside(entry, item.position),
        }
        if number == item.version:
            return {**change, "state": state if item.state == queries.RETIRED else item.state}
        if item.state == queries.READY and state != queries.READY:
            return {**change, "proposed": number, "proposed_state": state}
        return {
            **change,
            "state": state,
            "version": number,
            "proposed": None,
            "proposed_state": "",
            **_following(entry, item.key, entry.body or {}),
        }

    def _note_row(self, item: Item, number: int) -> dict[str, object]:
        return {
            "item_id": item.id,
            "version": number,
            "kind": queries.SUBMITTED,
            "was": queries.DRAFT,
            "text": "",
            "person_id": self.actor_id,
            "created_at": self.now,
        }

    def _tag(self, entries: Mapping[int, Entry]) -> None:
        rows = [
            {"item_id": item_id, "tag": tag, "position": position}
            for item_id, entry in entries.items()
            for position, tag in enumerate(dict.fromkeys(entry.labels.tags))
        ]
        insert_rows(_TAGS, rows)


class _Held(NamedTuple):
    """An item that is revised: itself, what its current version says, and its newest version."""

    item: Item
    sha256: str
    body: Mapping[str, object]
    cards: Sequence[str]
    newest: int
    newest_sha256: str

    def number_of(self, sha256: str) -> int:
        """Return the number of the version that says this: the current one, the newest one, or the next."""
        if sha256 == self.sha256:
            return self.item.version
        return self.newest if sha256 == self.newest_sha256 else self.newest + 1


def _is_sent(item: Item, change: Mapping[str, object]) -> bool:
    """Say whether a change sends a version to review that was not there before."""
    names = ("state", "version", "proposed", "proposed_state")
    if all(change[name] == getattr(item, name) for name in names):
        return False
    return queries.IN_REVIEW in (change["state"], change["proposed_state"])


def _following(entry: Entry, key: str, body: Mapping[str, object]) -> dict[str, object]:
    """Return what of an item follows its current version."""
    return {
        "lesson_key": entry.facts.lesson_key,
        "point": entry.facts.point,
        "type": body["type"],
        "difficulty": entry.facts.difficulty,
        **_searched(entry, key, body, entry.facts.cards),
    }


def _searched(
    entry: Entry, key: str, body: Mapping[str, object], cards: Sequence[str]
) -> dict[str, object]:
    labels = entry.labels
    return search_fields(body, key=key, name=labels.name, tags=labels.tags, cards=cards)


def keep_pictures(pictures: Mapping[str, bytes], store: FileStore, now: dt.datetime) -> int:
    """Keep pictures by their hashes and register them; return how many are new."""
    new = 0
    for name, content in pictures.items():
        sha256 = store.put(content)
        if db.session.get(StoredFile, sha256) is None:
            kind = _MEDIA_TYPES.get(name.rpartition(".")[2], "application/octet-stream")
            db.session.add(
                StoredFile(
                    sha256=sha256,
                    size=len(content),
                    media_type=kind,
                    filename=name,
                    created_at=now,
                )
            )
            new += 1
    db.session.flush()
    return new
