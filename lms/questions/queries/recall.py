"""Reading what a lesson asks at its end."""

from collections.abc import Sequence

from sqlalchemy import select

from lms.db import db
from lms.questions.domain.items import item_from_json, parse_response, stable_order
from lms.questions.domain.recall import RecallCard
from lms.questions.models import Item, ItemBank, ItemVersion, RecallAnswer
from lms.questions.queries.items import select_current
from lms.questions.queries.names import READY, RECALL


def list_recall(lesson_key: str) -> Sequence[ItemVersion]:
    """Return the current versions of the ready recall items of a lesson, in authored order."""
    return db.session.scalars(
        select_current().where(
            Item.lesson_key == lesson_key,
            ItemBank.retired_at.is_(None),
            Item.purpose == RECALL,
            Item.state == READY,
        )
    ).all()


def list_recall_cards(
    lesson_key: str, *, person_id: int, enrolment_id: int | None
) -> list[RecallCard]:
    """Return the recall items of a lesson as one reader meets them.

    Args:
        lesson_key: The lesson.
        person_id: The reader; decides the order of options.
        enrolment_id: Whose answers are remembered; None for a preview.
    """
    versions = list_recall(lesson_key)
    answers = _last_answers(versions, enrolment_id)
    cards = []
    for version in versions:
        item = item_from_json(version.body)
        key = version.item.key
        card = RecallCard(
            version_id=version.id,
            item_key=key,
            item=item,
            order=tuple(stable_order(item, person_id=person_id, item_key=key)),
            was_answered=key in answers,
        )
        last = answers.get(key)
        if last is not None and last.item_version_id == version.id:
            card = card.answered(parse_response(item, last.response))
        cards.append(card)
    return cards


def _last_answers(
    versions: Sequence[ItemVersion], enrolment_id: int | None
) -> dict[str, RecallAnswer]:
    if enrolment_id is None:
        return {}
    rows = db.session.scalars(
        select(RecallAnswer)
        .where(
            RecallAnswer.enrolment_id == enrolment_id,
            RecallAnswer.item_key.in_([version.item.key for version in versions]),
        )
        .order_by(RecallAnswer.id)
    )
    return {row.item_key: row for row in rows}
