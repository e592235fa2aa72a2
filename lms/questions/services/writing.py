"""Writing planned items into a bank, many a statement, in the caller's transaction."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import Table, delete, func, insert, select, update

from lms.db import db
from lms.documents.models import StoredFile
from lms.documents.storage import FileStore
from lms.questions import queries
from lms.questions.domain.exchange.values import Stimulus
from lms.questions.domain.merging import Entry, Verb
from lms.questions.models import CaseGroup, Item, ItemBank, ItemTag, ItemVersion
from lms.questions.services.groups import publish_group

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_KEY_AT_MOST = 64
_GROUP_KEY_AT_MOST = 80
_TITLE_AT_MOST = 120
_AT_ONCE = 500
_ITEMS, _VERSIONS = cast("Table", Item.__table__), cast("Table", ItemVersion.__table__)
"""The tables themselves: thousands of rows are written without objects."""
_MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        created: Keys of new items.
        revised: Keys of items that were revised.
        drafts: How many of both are drafts because a fact is missing.
    """

    created: tuple[str, ...]
    revised: tuple[str, ...]
    drafts: int


@dataclass(slots=True)
class Writer:
    """Writes the entries of one plan.

    Attributes:
        bank: Where they go.
        purpose: What new items are for.
        state: In which state complete new items come in.
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
        self._revise(revised)
        drafts = sum(bool(entry.missing) for entry in (*new, *revised))
        return Written(tuple(keys), tuple(entry.item_key for entry in revised), drafts)

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
        if _is_key(wanted, _GROUP_KEY_AT_MOST) and queries.find_group(wanted) is None:
            return wanted
        number = 1 + len(queries.list_groups(self.bank.id))
        while queries.find_group(f"{self.bank.key}-case-{number}") is not None:
            number += 1
        return f"{self.bank.key}-case-{number}"

    def _create(self, entries: Sequence[Entry]) -> list[str]:
        if not entries:
            return []
        keys = self._new_keys([entry.key for entry in entries])
        position = db.session.scalar(
            select(func.coalesce(func.max(Item.position), 0)).where(Item.bank_id == self.bank.id)
        )
        first = int(position or 0) + 1
        rows = [
            self._item_row(entry, key, first + at)
            for at, (entry, key) in enumerate(zip(entries, keys, strict=True))
        ]
        db.session.execute(insert(_ITEMS), rows)
        # Asked for afterwards: a statement with thousands of values and their ids is slow to prepare.
        made = db.session.execute(
            select(Item.key, Item.id).where(Item.bank_id == self.bank.id, Item.position >= first)
        )
        ids = {str(key): int(item_id) for key, item_id in made}
        versions = [
            self._version_row(entry, ids[key], 1) for entry, key in zip(entries, keys, strict=True)
        ]
        db.session.execute(insert(_VERSIONS), versions)
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
            **self._moving(entry, position),
        }

    def _moving(self, entry: Entry, position: int) -> dict[str, object]:
        """Return what of an item follows its current version."""
        group = self._groups.get(entry.stimulus)
        return {
            "lesson_key": entry.facts.lesson_key,
            "point": entry.facts.point,
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
            "presented_at": None,
        }

    def _revise(self, entries: Sequence[Entry]) -> None:
        for at in range(0, len(entries), _AT_ONCE):
            self._revise_some(entries[at : at + _AT_ONCE])

    def _revise_some(self, entries: Sequence[Entry]) -> None:
        rows = db.session.execute(
            select(Item, ItemVersion.sha256)
            .join(
                ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.version)
            )
            .where(Item.key.in_([entry.item_key for entry in entries]))
            .with_for_update(of=Item)
        ).all()
        present = {item.key: (item, sha256) for item, sha256 in rows}
        versions: list[dict[str, object]] = []
        changes: list[dict[str, object]] = []
        for entry in entries:
            item, sha256 = present[entry.item_key]
            number = item.version
            if sha256 != entry.sha256:
                number += 1
                versions.append(self._version_row(entry, item.id, number))
            change = {"id": item.id, "version": number, **self._moving(entry, item.position)}
            change["state"] = self._state_after(entry, item.state)
            changes.append(change)
        if versions:
            db.session.execute(insert(_VERSIONS), versions)
        db.session.execute(update(Item), changes)
        ids = {present[entry.item_key][0].id: entry for entry in entries}
        db.session.execute(delete(ItemTag).where(ItemTag.item_id.in_(list(ids))))
        self._tag(ids)
        db.session.expire_all()

    def _state_after(self, entry: Entry, state: str) -> str:
        if entry.missing:
            return queries.DRAFT
        return self.state if state == queries.RETIRED else state

    def _tag(self, entries: Mapping[int, Entry]) -> None:
        rows = [
            {"item_id": item_id, "tag": tag, "position": position}
            for item_id, entry in entries.items()
            for position, tag in enumerate(dict.fromkeys(entry.labels.tags))
        ]
        if rows:
            db.session.execute(insert(ItemTag), rows)

    def _new_keys(self, wanted: Sequence[str]) -> list[str]:
        """Return a free key for each item: the one of its file where it can be one, else numbered."""
        taken: set[str] = set()
        for at in range(0, len(wanted), _AT_ONCE):
            some = wanted[at : at + _AT_ONCE]
            taken.update(db.session.scalars(select(Item.key).where(Item.key.in_(some))))
        prefix = f"{self.bank.key}-"
        taken.update(
            db.session.scalars(select(Item.key).where(Item.key.startswith(prefix, autoescape=True)))
        )
        number = 0
        keys = []
        for one in wanted:
            key = one
            if not _is_key(key, _KEY_AT_MOST) or key in taken:
                number += 1
                while f"{prefix}{number:04}" in taken:
                    number += 1
                key = f"{prefix}{number:04}"
            taken.add(key)
            keys.append(key)
        return keys


def _is_key(text: str, at_most: int) -> bool:
    return len(text) <= at_most and _KEY.match(text) is not None


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
