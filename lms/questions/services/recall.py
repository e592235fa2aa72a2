"""Keeping answers to what a lesson asks."""

import datetime as dt

from sqlalchemy import select

from lms.curriculum import services as curriculum
from lms.curriculum.models import Enrolment
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.questions import queries
from lms.questions.domain.items import (
    Feedback,
    FieldError,
    answer_as_json,
    explain,
    is_right,
    item_from_json,
    parse_response,
    stable_order,
)
from lms.questions.domain.recall import is_finished
from lms.questions.models import ItemVersion, RecallAnswer
from lms.questions.services.items import mark_presented


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
