"""Steps of a review: from a draft to an item in use, by two people.

A step is about the proposal of an item if it has one, else about its current version. Each is noted, and who wrote
that version is told what others decided or remarked.
"""

import datetime as dt

from flask import current_app

from lms.clock import local_date
from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotAllowed
from lms.notifications import services as notifications
from lms.organisation.queries import is_second_review_on
from lms.people.queries import find_person
from lms.questions import queries
from lms.questions.models import Item, ItemNote, ItemVersion
from lms.questions.services.banks import check_writable
from lms.questions.services.items import record_item
from lms.questions.services.versions import count_change, lock_item, make_current

NOTE_AT_MOST = 2000
"""Characters of a remark."""


def submit_item(
    item: Item,
    *,
    text: str = "",
    actor_id: int | None,
    now: dt.datetime,
    revision: int | None = None,
) -> None:
    """Send a draft to review, or an item in use that somebody doubts: it is not drawn until it is approved again.

    Args:
        item: The item.
        text: A word to whoever reviews it; may be empty.
        actor_id: Who sends it.
        now: The instant.
        revision: ``Item.revision`` as that person saw it; None when it does not matter.

    Raises:
        InvalidState: ``bank_read_only``, ``bank_retired``; ``item_changed_meanwhile``; ``item_in_other_state``;
            ``item_incomplete``: facts are missing (facts ``missing``).
        InvalidInput: ``note_too_long``.
    """
    version = _begin(item, text, revision)
    _check_state(item, queries.DRAFT, queries.READY)
    was_ready = queries.state_under_review(item) == queries.READY
    if not was_ready:
        _check_complete(item, version)
    note = _note(item, version, queries.SUBMITTED, text, actor_id, now)
    _move(item, queries.IN_REVIEW)
    record_item("questions.submit_item", item, actor_id, now, version=version.number)
    if was_ready:
        _tell(item, version, "doubted", f"questions.note:{note.id}", text, actor_id, now)


def withdraw_item(
    item: Item,
    *,
    text: str = "",
    actor_id: int | None,
    now: dt.datetime,
    revision: int | None = None,
) -> None:
    """Take back what was sent to review; for who wrote or sent it, and for everybody when no person did.

    What was in use when it was sent is in use again.

    Raises:
        InvalidState: As in ``submit_item``.
        NotAllowed: ``withdraw_not_own``.
    """
    version = _begin(item, text, revision)
    _check_state(item, queries.IN_REVIEW)
    sent = queries.find_last_note(item.id, version.number, queries.SUBMITTED)
    owners = {version.created_by, sent.person_id if sent is not None else None} - {None}
    if owners and actor_id not in owners:
        raise NotAllowed("withdraw_not_own", item=item.key)
    _note(item, version, queries.WITHDRAWN, text, actor_id, now)
    _move(item, queries.READY if sent is not None and sent.was == queries.READY else queries.DRAFT)
    record_item("questions.withdraw_item", item, actor_id, now, version=version.number)


def approve_item(
    item: Item,
    *,
    text: str = "",
    actor_id: int | None,
    now: dt.datetime,
    revision: int | None = None,
) -> None:
    """Put the version under review into use.

    While the second person's review is switched off, a draft can be put into use as well, by whoever wrote it too.

    Raises:
        InvalidState: As in ``submit_item``.
        NotAllowed: ``review_own``: who wrote it may not approve it.
    """
    version = _begin(item, text, revision)
    states = (queries.IN_REVIEW,) if is_second_review_on() else (queries.IN_REVIEW, queries.DRAFT)
    _check_state(item, *states)
    _check_reviewer(item, version, actor_id)
    _check_complete(item, version)
    _note(item, version, queries.APPROVED, text, actor_id, now)
    item.state = queries.READY
    make_current(item, version, now=now)
    record_item("questions.approve_item", item, actor_id, now, version=version.number)
    day = local_date(now, current_app.extensions["settings"].zone)
    key = f"questions.approved:{version.created_by}:{item.bank_id}:{day}"
    _tell(item, version, queries.APPROVED, key, text, actor_id, now)


def return_item(
    item: Item,
    *,
    text: str,
    actor_id: int | None,
    now: dt.datetime,
    revision: int | None = None,
) -> None:
    """Send the version under review back to who wrote it; a proposal stays one, and the item in use.

    Args:
        item: The item.
        text: What is to be changed; must say something.
        actor_id: Who reviewed it.
        now: The instant.
        revision: As in ``submit_item``.

    Raises:
        InvalidState: As in ``submit_item``.
        NotAllowed: ``review_own``: who wrote it withdraws it instead.
        InvalidInput: ``note_empty`` or ``note_too_long``.
    """
    version = _begin(item, text, revision, must_say=True)
    _check_state(item, queries.IN_REVIEW)
    _check_reviewer(item, version, actor_id)
    note = _note(item, version, queries.RETURNED, text, actor_id, now)
    _move(item, queries.DRAFT)
    record_item("questions.return_item", item, actor_id, now, version=version.number)
    _tell(item, version, queries.RETURNED, f"questions.note:{note.id}", text, actor_id, now)


def retire_item(
    item: Item,
    *,
    text: str = "",
    actor_id: int | None = None,
    now: dt.datetime,
    revision: int | None = None,
) -> None:
    """Take ``item`` out of new papers and lessons; attempts and answers that hold it keep it.

    A proposal under review goes back to draft. Retiring it twice changes nothing.

    Raises:
        InvalidState: ``bank_read_only``, ``bank_retired``, ``item_changed_meanwhile``.
        InvalidInput: ``note_too_long``.
    """
    _begin(item, text, revision)
    if item.state == queries.RETIRED:
        return
    version = queries.get_numbered_version(item.id, item.version)
    _note(item, version, queries.TAKEN_OUT, text, actor_id, now, was=item.state)
    item.state = queries.RETIRED
    if item.proposed is not None:
        item.proposed_state = queries.DRAFT
    count_change(item)
    record_item("questions.retire_item", item, actor_id, now, version=item.version)


def restore_item(
    item: Item,
    *,
    text: str = "",
    actor_id: int | None,
    now: dt.datetime,
    revision: int | None = None,
) -> None:
    """Put a retired item where it was: into use if it was in use and unchanged since, else among the drafts.

    Raises:
        InvalidState: As in ``submit_item``.
        InvalidInput: ``note_too_long``.
    """
    _begin(item, text, revision)
    if item.state != queries.RETIRED:
        raise InvalidState("item_in_other_state", item=item.key, state=item.state)
    version = queries.get_numbered_version(item.id, item.version)
    gone = queries.find_last_note(item.id, version.number, queries.TAKEN_OUT)
    _note(item, version, queries.RESTORED, text, actor_id, now, was=item.state)
    was_ready = gone is not None and gone.was == queries.READY
    item.state = queries.READY if was_ready else queries.DRAFT
    count_change(item)
    record_item("questions.restore_item", item, actor_id, now, state=item.state)


def comment_item(item: Item, *, text: str, actor_id: int | None, now: dt.datetime) -> None:
    """Remark on the version under review, or on the one in use.

    Raises:
        InvalidState: ``bank_read_only``, ``bank_retired``.
        InvalidInput: ``note_empty`` or ``note_too_long``.
    """
    version = _begin(item, text, None, must_say=True)
    note = _note(item, version, queries.COMMENT, text, actor_id, now)
    record_item("questions.comment_item", item, actor_id, now, version=version.number)
    _tell(item, version, "commented", f"questions.note:{note.id}", text, actor_id, now)


def _begin(item: Item, text: str, revision: int | None, *, must_say: bool = False) -> ItemVersion:
    """Hold the item, check what every step asks for, and return the version that the step is about."""
    check_writable(item.bank)
    if must_say and not text.strip():
        raise InvalidInput("note_empty", field="text")
    if len(text) > NOTE_AT_MOST:
        raise InvalidInput("note_too_long", field="text", limit=NOTE_AT_MOST)
    lock_item(item, revision)
    number = item.version if item.proposed is None else item.proposed
    return queries.get_numbered_version(item.id, number)


def _check_state(item: Item, *allowed: str) -> None:
    state = queries.state_under_review(item)
    if state not in allowed:
        raise InvalidState("item_in_other_state", item=item.key, state=state)


def _check_complete(item: Item, version: ItemVersion) -> None:
    if version.facts.missing:
        raise InvalidState("item_incomplete", item=item.key, missing=list(version.facts.missing))


def _check_reviewer(item: Item, version: ItemVersion, actor_id: int | None) -> None:
    is_own = actor_id is not None and actor_id == version.created_by
    if is_own and is_second_review_on():
        raise NotAllowed("review_own", item=item.key)


def _move(item: Item, state: str) -> None:
    if item.proposed is None:
        item.state = state
    else:
        item.proposed_state = state
    count_change(item)


def _note(
    item: Item,
    version: ItemVersion,
    kind: str,
    text: str,
    actor_id: int | None,
    now: dt.datetime,
    *,
    was: str = "",
) -> ItemNote:
    note = ItemNote(
        item_id=item.id,
        version=version.number,
        kind=kind,
        was=was or queries.state_under_review(item),
        text=text.strip(),
        person_id=actor_id,
        created_at=now,
    )
    db.session.add(note)
    db.session.flush()
    return note


def _tell(
    item: Item,
    version: ItemVersion,
    name: str,
    key: str,
    text: str,
    actor_id: int | None,
    now: dt.datetime,
) -> None:
    """Write to who wrote the version, unless that is who acts."""
    if version.created_by is None or version.created_by == actor_id:
        return
    author = find_person(version.created_by)
    if author is None or not author.active:
        return
    actor = find_person(actor_id) if actor_id is not None else None
    notifications.post(
        f"questions.{name}",
        to=author,
        key=key,
        now=now,
        link=f"/items/{item.key}",
        item=item.key,
        stem=version.body["stem"],
        bank=item.bank.title,
        bank_en=item.bank.title_en,
        text=text.strip(),
        by=actor.name if actor is not None else "",
    )
