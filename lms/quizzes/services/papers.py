"""Papers of attempts that are being answered, kept in this process so that a save need not read them.

A paper never changes once it is drawn, so nothing here can be out of date; each process keeps its own, and one that
has forgotten a paper, or never saw it, reads it. Items are kept once, however many papers hold them.
"""

import datetime as dt
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import cast
from weakref import WeakKeyDictionary

from lms.db import db
from lms.questions.domain.items import Item, item_from_json
from lms.quizzes.domain.paper import Paper

PAPERS_AT_MOST = 4000
ITEMS_AT_MOST = 4000
DEVICES_AT_MOST = 8
"""Devices of one attempt that a process remembers; beyond them it asks the database."""


@dataclass(frozen=True, slots=True)
class KnownPaper:
    """What saving an answer takes of an attempt.

    Attributes:
        person_id: Whose it is.
        started_at: When it started; tells it from another attempt with the same number in a restored database.
        items: By position, from 0.
        devices: Browsers that answers came from, as far as this process has seen them.
    """

    person_id: int
    started_at: dt.datetime
    items: tuple[Item, ...]
    devices: set[str] = field(default_factory=set)

    def knows(self, device: str) -> bool:
        """Say whether nothing need be noted about answers from ``device``."""
        return not device or device in self.devices

    def remember(self, device: str) -> None:
        """Take note that answers came from ``device``."""
        if device and len(self.devices) < DEVICES_AT_MOST:
            self.devices.add(device)


class _Shelf:
    """The papers of one database, those used last."""

    def __init__(self) -> None:
        self._papers: OrderedDict[int, KnownPaper] = OrderedDict()
        self._items: dict[int, tuple[Mapping[str, object], Item]] = {}
        self._lock = Lock()

    def find(self, attempt_id: int) -> KnownPaper | None:
        with self._lock:
            paper = self._papers.get(attempt_id)
            if paper is not None:
                self._papers.move_to_end(attempt_id)
            return paper

    def keep(self, attempt_id: int, paper: KnownPaper) -> None:
        with self._lock:
            self._papers[attempt_id] = paper
            self._papers.move_to_end(attempt_id)
            if len(self._papers) > PAPERS_AT_MOST:
                self._papers.popitem(last=False)

    def item(self, version_id: int, body: Mapping[str, object]) -> Item:
        with self._lock:
            known = self._items.get(version_id)
            if known is not None and known[0] == body:
                return known[1]
            if len(self._items) >= ITEMS_AT_MOST:
                self._items.clear()
            item = item_from_json(body)
            self._items[version_id] = (body, item)
            return item


_shelves: WeakKeyDictionary[object, _Shelf] = WeakKeyDictionary()


def _shelf() -> _Shelf:
    engine = db.engine
    shelf = _shelves.get(engine)
    if shelf is None:
        shelf = _shelves.setdefault(engine, _Shelf())
    return shelf


def find_paper(attempt_id: int, person_id: int) -> KnownPaper | None:
    """Return the paper of the person's own attempt if this process knows it."""
    paper = _shelf().find(attempt_id)
    return paper if paper is not None and paper.person_id == person_id else None


def keep_paper(
    attempt_id: int,
    person_id: int,
    started_at: dt.datetime,
    rows: Iterable[Mapping[str, object]],
) -> KnownPaper:
    """Keep a paper for the saves to come.

    Args:
        attempt_id: The attempt.
        person_id: Whose it is.
        started_at: When it started.
        rows: The paper as frozen in the attempt.
    """
    shelf = _shelf()
    known = shelf.find(attempt_id)
    if known is not None and (known.person_id, known.started_at) == (person_id, started_at):
        return known
    items = tuple(
        shelf.item(cast("int", row["item_version_id"]), cast("Mapping[str, object]", row["body"]))
        for row in rows
    )
    paper = KnownPaper(person_id, started_at, items)
    shelf.keep(attempt_id, paper)
    return paper


def read_items(paper: Paper) -> tuple[Item, ...]:
    """Return the items of a paper in order, those that this process has read before from memory."""
    shelf = _shelf()
    return tuple(shelf.item(placed.item_version_id, placed.body) for placed in paper)
