"""One item: as the hire sees it, its key, where it stands, what was said about it, and how it came to be so."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request, url_for

from lms.errors import LmsError, NotFound
from lms.organisation.queries import is_second_review_on
from lms.people.access import current_person, requires
from lms.questions import queries, services
from lms.questions.domain.difference import Change, Snapshot, compare, compare_history
from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.item_writing import Advice, advise
from lms.questions.domain.items import (
    Face,
    ItemType,
    RowFeedback,
    explain,
    face,
    item_from_json,
    parse_response,
    stable_order,
)
from lms.questions.domain.items import Item as Words
from lms.questions.domain.review import Situation, Step, open_steps
from lms.questions.forms import fact_words, value_words
from lms.questions.models import Item, ItemVersion
from lms.questions.views.base import MAY_READ, MAY_WRITE, blueprint, is_english


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version as the page shows it.

    Attributes:
        version: It.
        words: What it says.
        facts: What it is about.
        face: As the hire sees it.
        key_rows: What is right, for types that are not a choice from one list.
        advice: What the machine noticed about how it is written.
        lesson: The lesson it rests on, if the curriculum has it.
        lesson_title: Its title in the reader's language.
        author: Name of who wrote it; empty when no person did.
    """

    version: ItemVersion
    words: Words
    facts: ItemFacts
    face: Face
    key_rows: Sequence[RowFeedback]
    advice: Sequence[Advice]
    lesson: queries.LessonName | None
    lesson_title: str
    author: str


@dataclass(frozen=True, slots=True)
class Event:
    """One thing in the history of an item.

    Attributes:
        at: When.
        kind: ``version``, or the kind of a note.
        by: Name of who did it; empty when no person did.
        version: Number of the version that it is about.
        text: What was said.
        changes: For a version: what changed since the one before.
        row: The version itself.
    """

    at: dt.datetime
    kind: str
    by: str
    version: int
    text: str = ""
    changes: Sequence[Change] = ()
    row: ItemVersion | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """That reviews are done one after the other: which, and where the page after this one is.

    Attributes:
        asked: What the list was narrowed to, by the names of the address.
        left: How many wait now.
        list_url: The list.
        next_url: Leads to the review after this one.
    """

    asked: Mapping[str, Any]
    left: int
    list_url: str
    next_url: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What this person can do with the item.

    Attributes:
        may_write: Whether the person may write the bank at all.
        steps: Steps that are open.
        state: Of the version under review.
        is_own: Whether the person wrote it.
        needs_second: Whether somebody else has to approve it.
        missing: Words for the facts that it lacks.
    """

    may_write: bool
    steps: frozenset[Step] = frozenset()
    state: str = ""
    is_own: bool = False
    needs_second: bool = False
    missing: Sequence[str] = field(default_factory=tuple)


def asked_reviews() -> queries.ReviewFilter:
    """Return what the list of reviews is narrowed to by this request, its address or its form."""
    values = request.values
    author = values.get("author", "")
    return queries.ReviewFilter(
        person_id=current_person().id,
        show=values.get("show", ""),
        words=values.get("q", "").strip()[:100],
        bank=values.get("bank", ""),
        type=values.get("type", ""),
        author_id=int(author) if author.isdecimal() and len(author) < 10 else None,
    )


def as_asked(wanted: queries.ReviewFilter) -> dict[str, Any]:
    """Return a filter by the names of the address; what does not narrow is left out."""
    said = {
        "show": wanted.show,
        "q": wanted.words,
        "bank": wanted.bank,
        "type": wanted.type,
        "author": "" if wanted.author_id is None else str(wanted.author_id),
    }
    return {name: value for name, value in said.items() if value}


@blueprint.get("/items/<key>")
@requires(MAY_READ)
def show_item(key: str) -> str:
    """Show an item; ``?version=`` shows another of its versions, and ``?queue=1`` one review after the other."""
    return render_item(queries.get_item(key))


def render_item(item: Item, *, problem: LmsError | None = None) -> str:
    """Return the page of an item; ``problem`` is why a step was refused just now."""
    versions = {version.number: version for version in queries.list_versions(item.id)}
    asked = request.args.get("version", item.version, type=int)
    if asked not in versions:
        raise NotFound("item_version", item=item.key, version=asked)
    authors = queries.list_authors(list(versions.values()))
    is_old = asked not in (item.version, item.proposed)
    current = _shown(versions[asked if is_old else item.version], item, authors)
    proposal = None
    if item.proposed is not None and not is_old:
        proposal = _shown(versions[item.proposed], item, authors)
    subject = proposal or current
    return render_template(
        "questions/item.html",
        item=item,
        current=current,
        proposal=proposal,
        subject=subject,
        is_old=is_old,
        changes=compare(_snapshot(current), _snapshot(proposal)) if proposal else (),
        desk=Desk(False) if is_old else _desk(item, subject),
        queue=None if is_old else _queue(item),
        events=_events(versions, queries.list_notes(item.id), authors),
        was_presented=any(version.presented_at for version in versions.values()),
        may_measure=MAY_WRITE.allows(current_person()) and item.purpose == queries.QUIZ,
        problem=problem,
        text=request.form.get("text", "") if problem else "",
        note_at_most=services.NOTE_AT_MOST,
        value_words=value_words(),
    )


def _shown(version: ItemVersion, item: Item, authors: Mapping[int, str]) -> ShownVersion:
    words = item_from_json(version.body)
    # The authored order of an ordering is its key: show one as a hire would get it.
    order = stable_order(words, person_id=current_person().id, item_key=item.key)
    lesson = queries.find_lesson_name(version.lesson_key)
    return ShownVersion(
        version=version,
        words=words,
        facts=version.facts,
        face=face(words, order if words.type is ItemType.ORDERING else None),
        key_rows=explain(words, parse_response(words, {})).rows,
        advice=() if item.state == queries.RETIRED else advise(words),
        lesson=lesson,
        lesson_title=_title(lesson) if lesson else "",
        author=authors.get(version.created_by or 0, ""),
    )


def _title(lesson: queries.LessonName) -> str:
    return lesson.title_en if is_english() and lesson.title_en else lesson.title


def _snapshot(shown: ShownVersion) -> Snapshot:
    return Snapshot(shown.words, shown.facts)


def _desk(item: Item, subject: ShownVersion) -> Desk:
    person = current_person()
    bank = item.bank
    is_writable = bank.origin == queries.APP and bank.retired_at is None
    if not is_writable or not MAY_WRITE.allows(person):
        return Desk(False)
    version = subject.version
    sent = queries.find_last_note(item.id, version.number, queries.SUBMITTED)
    owners = {version.created_by, sent.person_id if sent else None} - {None}
    here = Situation(
        state=queries.state_under_review(item),
        is_own=version.created_by == person.id,
        may_withdraw=not owners or person.id in owners,
        needs_second=is_second_review_on(),
        is_complete=not subject.facts.missing,
    )
    names = fact_words()
    return Desk(
        may_write=True,
        steps=open_steps(here),
        state=here.state,
        is_own=here.is_own,
        needs_second=here.needs_second,
        missing=[names[name] for name in subject.facts.missing],
    )


def _queue(item: Item) -> Queue | None:
    if not request.values.get("queue") or not MAY_WRITE.allows(current_person()):
        return None
    wanted = asked_reviews()
    asked = as_asked(wanted)
    return Queue(
        asked=asked,
        left=queries.count_reviews(wanted),
        list_url=url_for(".list_reviews", **asked),
        next_url=url_for(".next_review", after=item.key, **asked),
    )


def _events(
    versions: Mapping[int, ItemVersion],
    notes: Sequence[queries.Note],
    authors: Mapping[int, str],
) -> list[Event]:
    """Return the history, newest first; at one instant a version comes before what was said of it."""
    ordered = [versions[number] for number in sorted(versions)]
    changes = compare_history(
        Snapshot(item_from_json(version.body), version.facts) for version in ordered
    )
    events = [
        Event(
            at=version.created_at,
            kind="version",
            by=authors.get(version.created_by or 0, ""),
            version=version.number,
            changes=changed,
            row=version,
        )
        for version, changed in zip(ordered, changes, strict=True)
    ]
    events += [
        Event(note.created_at, note.kind, by or "", note.version, note.text) for note, by in notes
    ]
    return sorted(events, key=lambda event: event.at)[::-1]
