"""Writing item banks."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select, update

from lms.audit import services as audit
from lms.curriculum import services as curriculum
from lms.curriculum.models import Enrolment
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.questions import queries
from lms.questions.domain.identity import ItemFacts, content_sha256
from lms.questions.domain.items import (
    Feedback,
    FieldError,
    answer_as_json,
    explain,
    is_right,
    item_as_json,
    item_from_json,
    parse_response,
    stable_order,
)
from lms.questions.domain.recall import is_finished
from lms.questions.models import Item, ItemBank, ItemVersion, RecallAnswer

PURPOSES = (queries.QUIZ, queries.RECALL)
ORIGINS = ("files", "app")


def publish_bank(
    *,
    key: str,
    title: str,
    title_en: str,
    origin: str,
    now: dt.datetime,
    actor_id: int | None = None,
) -> ItemBank:
    """Create the bank ``key``, or give it these titles; a retired one is in use again.

    Raises:
        InvalidInput: ``origin`` is neither ``files`` nor ``app``.
        InvalidState: The bank is authored elsewhere: ``files`` never takes over a bank of ``app``.
    """
    if origin not in ORIGINS:
        raise InvalidInput("bank_origin_unknown", origin=origin)
    bank = queries.find_bank(key)
    if bank is None:
        bank = ItemBank(
            key=key,
            title=title,
            title_en=title_en,
            origin=origin,
            created_at=now,
            retired_at=None,
        )
        db.session.add(bank)
    elif bank.origin != origin:
        raise InvalidState("bank_of_other_origin", bank=key, origin=bank.origin)
    elif (bank.title, bank.title_en, bank.retired_at) == (title, title_en, None):
        return bank
    bank.title, bank.title_en, bank.retired_at = title, title_en, None
    db.session.flush()
    audit.record(
        "questions.publish_bank",
        actor_id=actor_id,
        now=now,
        subject_kind="item_bank",
        subject_id=bank.id,
        key=key,
        origin=origin,
    )
    return bank


def publish_item(
    bank: ItemBank,
    *,
    key: str,
    purpose: str,
    body: Mapping[str, object],
    lesson_key: str,
    point: str,
    cards: Sequence[str],
    difficulty: str,
    red_line: bool,
    position: int,
    now: dt.datetime,
    actor_id: int | None = None,
) -> ItemVersion:
    """Make ``body`` and its facts the current version of the item ``key``, ready for use.

    A new version is made only when the words, the key or the facts differ from the current one;
    publishing the same twice changes nothing. Earlier versions stay as they are.

    Args:
        bank: Where the item lives.
        key: Identity of the item, unique over all banks.
        purpose: ``quiz`` or ``recall``.
        body: What ``domain.items.item_from_json`` reads.
        lesson_key: The lesson it rests on.
        point: Knowledge point.
        cards: Keys of law or rule cards.
        difficulty: easy, medium or hard.
        red_line: Whether a wrong answer would mean red-line behaviour.
        position: Place among the items of the bank, from 1.
        now: The instant of publication.
        actor_id: Who publishes; None for files and the worker.

    Raises:
        InvalidInput: The body or a fact cannot be used (``item_malformed``, facts ``field``, ``problem``).
        InvalidState: The key belongs to an item of another bank.
    """
    if purpose not in PURPOSES:
        raise InvalidInput("item_malformed", item=key, field="purpose", problem=purpose)
    try:
        words = item_as_json(item_from_json(body))
        facts = ItemFacts(lesson_key, point, tuple(cards), difficulty, red_line)
    except FieldError as error:
        raise InvalidInput(
            "item_malformed", item=key, field=error.field, problem=error.problem
        ) from error
    sha256 = content_sha256(words, facts)
    item = queries.find_item(key)
    if item is None:
        item = Item(bank=bank, key=key, version=0)
        db.session.add(item)
    elif item.bank_id != bank.id:
        raise InvalidState("item_of_other_bank", item=key, bank=item.bank.key)
    current = queries.find_current_version(item) if item.version else None
    before = (item.purpose, item.state)
    item.purpose, item.state, item.position = purpose, queries.READY, position
    if current is not None and current.sha256 == sha256:
        db.session.flush()
        if before != (purpose, queries.READY):
            _record("questions.publish_item", item, actor_id, now, version=item.version)
        return current
    item.version += 1
    item.lesson_key, item.point = facts.lesson_key, facts.point
    version = ItemVersion(
        item=item,
        number=item.version,
        type=words["type"],
        body=words,
        sha256=sha256,
        lesson_key=facts.lesson_key,
        point=facts.point,
        cards=list(facts.cards),
        difficulty=facts.difficulty,
        red_line=facts.red_line,
        created_at=now,
        presented_at=None,
    )
    db.session.add(version)
    db.session.flush()
    _record("questions.publish_item", item, actor_id, now, version=item.version, sha256=sha256)
    return version


def retire_item(item: Item, *, now: dt.datetime, actor_id: int | None = None) -> None:
    """Take ``item`` out of new papers and lessons; attempts and answers that hold it keep it."""
    if item.state != queries.RETIRED:
        item.state = queries.RETIRED
        db.session.flush()
        _record("questions.retire_item", item, actor_id, now, version=item.version)


def retire_bank(bank: ItemBank, *, now: dt.datetime, actor_id: int | None = None) -> None:
    """Take the whole bank out of use; its items keep their states for the day it comes back."""
    if bank.retired_at is None:
        bank.retired_at = now
        db.session.flush()
        audit.record(
            "questions.retire_bank",
            actor_id=actor_id,
            now=now,
            subject_kind="item_bank",
            subject_id=bank.id,
            key=bank.key,
        )


def mark_presented(item_version_ids: Iterable[int], now: dt.datetime) -> None:
    """Note that candidates have now seen these versions; the first time counts, later ones change nothing."""
    ids = sorted(set(item_version_ids))
    if ids:
        db.session.execute(
            update(ItemVersion)
            .where(ItemVersion.id.in_(ids), ItemVersion.presented_at.is_(None))
            .values(presented_at=now)
        )


def answer_recall(
    enrolment: Enrolment, version: ItemVersion, raw: object, now: dt.datetime
) -> Feedback:
    """Keep one answer to a recall item and return what the reader is shown.

    When every recall item of the lesson has now been answered at least once, rightly or not, the lesson
    is noted as recalled.

    Args:
        enrolment: Who answers; must be active.
        version: A version of a recall item.
        raw: The response as sent.
        now: The instant of answering.

    Raises:
        InvalidInput: The response is malformed (``response_malformed``) or empty (``response_empty``).
        InvalidState: The enrolment has ended, or the item is not for recall.
    """
    if enrolment.state != "active":
        raise InvalidState("enrolment_ended")
    if version.item.purpose != queries.RECALL:
        raise InvalidState("item_not_for_recall", item=version.item.key)
    item = item_from_json(version.body)
    try:
        answer = parse_response(item, raw)
    except FieldError as error:
        raise InvalidInput(
            "response_malformed", item=version.item.key, field=error.field
        ) from error
    if answer.is_empty:
        raise InvalidInput("response_empty", item=version.item.key)
    # Two last answers at once, from two tabs: the second waits here and then sees the first.
    db.session.execute(select(Enrolment.id).where(Enrolment.id == enrolment.id).with_for_update())
    db.session.add(
        RecallAnswer(
            enrolment_id=enrolment.id,
            item_version_id=version.id,
            item_key=version.item.key,
            response=answer_as_json(answer),
            is_right=is_right(item, answer),
            answered_at=now,
        )
    )
    db.session.flush()
    mark_presented([version.id], now)
    cards = queries.list_recall_cards(
        version.lesson_key, person_id=enrolment.person_id, enrolment_id=enrolment.id
    )
    if is_finished(cards):
        curriculum.note_recalled(enrolment.id, version.lesson_key, now=now)
    order = stable_order(item, person_id=enrolment.person_id, item_key=version.item.key)
    return explain(item, answer, order)


def _record(
    action: str, item: Item, actor_id: int | None, now: dt.datetime, **facts: object
) -> None:
    audit.record(
        action,
        actor_id=actor_id,
        now=now,
        subject_kind="item",
        subject_id=item.id,
        key=item.key,
        **facts,
    )
