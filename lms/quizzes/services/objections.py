"""Objections to questions: saying that something is wrong, talking about it, deciding."""

import datetime as dt

from sqlalchemy.exc import IntegrityError

from lms.audit.services import record
from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from lms.notifications.services import post
from lms.people.models import Person
from lms.quizzes.domain.objections import TEXT_AT_MOST, Bar, ObjectionState, is_good_text
from lms.quizzes.models import Objection, ObjectionMessage
from lms.quizzes.queries import (
    find_bar_of,
    find_objection,
    get_own_review,
    list_answerers,
    list_objections_of_version,
    list_thread,
    lock_objection,
)


def submit_objection(
    attempt_id: int, position: int, *, person_id: int, text: str, now: dt.datetime
) -> Objection:
    """Say that something is wrong with a question of an own attempt; a further text goes to its thread.

    Args:
        attempt_id: The attempt.
        position: The place of the question, from 1.
        person_id: Whose attempt it must be.
        text: What they think; 1 to ``TEXT_AT_MOST`` characters.
        now: The instant of the request: the review rule must show the question now.

    Raises:
        NotFound: No such attempt of this person, no such place, or the review rule does not show it now.
        InvalidInput: ``objection_text``.
        InvalidState: ``objection_decided``: there was one, and it is closed.
    """
    review = get_own_review(attempt_id, person_id, now)
    paper = review.attempt.paper
    if not review.shown.responses or not 1 <= position <= len(paper):
        raise NotFound("objection_place", attempt=attempt_id, position=position)
    words = _checked(text)
    objection = find_objection(attempt_id, position)
    if objection is None:
        objection = _open(
            attempt_id, position, paper[position - 1]["item_version_id"], person_id, now
        )
    if objection is None:
        # The other click of two at once was faster.
        objection = find_objection(attempt_id, position)
    if objection is None:  # pragma: no cover - objections are never deleted
        raise NotFound("objection", attempt=attempt_id, position=position)
    reply_objection(objection, text=words, actor_id=person_id, now=now)
    return objection


def _open(
    attempt_id: int, position: int, version_id: int, person_id: int, now: dt.datetime
) -> Objection | None:
    """Add an objection; None when there is one meanwhile."""
    objection = Objection(
        attempt_id=attempt_id,
        position=position,
        item_version_id=version_id,
        person_id=person_id,
        state=ObjectionState.OPEN.value,
        created_at=now,
        decided_at=None,
        decided_by=None,
    )
    try:
        with db.session.begin_nested():
            db.session.add(objection)
    except IntegrityError:
        return None
    record(
        "quizzes.submit_objection",
        actor_id=person_id,
        now=now,
        subject_kind="objection",
        subject_id=objection.id,
        attempt_id=attempt_id,
        position=position,
        item_version_id=version_id,
    )
    return objection


def reply_objection(
    objection: Objection, *, text: str, actor_id: int, now: dt.datetime
) -> ObjectionMessage:
    """Add a message to an open thread and tell the other side; the same text sent twice is one message.

    Raises:
        InvalidInput: ``objection_text``.
        InvalidState: ``objection_decided``.
    """
    words = _checked(text)
    lock_objection(objection)
    thread = list_thread(objection.id)
    if thread and (thread[-1].person_id, thread[-1].text) == (actor_id, words):
        return thread[-1]
    if objection.state != ObjectionState.OPEN:
        raise InvalidState("objection_decided", id=objection.id)
    message = _add(objection, words, actor_id, now)
    if actor_id == objection.person_id:
        kind = "quizzes.objection_more" if thread else "quizzes.objection_new"
        for reader in list_answerers(objection):
            _tell(kind, objection, message, reader, now, hire=objection.person.name)
    else:
        _tell("quizzes.objection_reply", objection, message, objection.person, now)
    if thread:
        record(
            "quizzes.reply_objection",
            actor_id=actor_id,
            now=now,
            subject_kind="objection",
            subject_id=objection.id,
            message_id=message.id,
        )
    return message


def decide_objection(
    objection: Objection,
    *,
    upheld: bool,
    text: str,
    actor_id: int,
    now: dt.datetime,
    with_others: bool = False,
) -> int:
    """Decide an objection and tell the hire why. Deciding the same way twice changes nothing.

    Args:
        objection: The objection.
        upheld: Whether something was wrong with the question.
        text: The reason, which the hire reads.
        actor_id: Who decides.
        now: The instant.
        with_others: Decide all open objections to this version of the item alike, but the decider's own.

    Returns:
        How many were decided.

    Raises:
        InvalidInput: ``objection_text``.
        NotAllowed: ``objection_own``: it is the decider's own; ``objection_own_item``: the decider wrote the
            question, and the organisation asks for a second person.
        InvalidState: ``objection_decided``: somebody has.
    """
    words = _checked(text)
    others = list_objections_of_version(objection.item_version_id) if with_others else []
    # In one order, or two who decide at once would wait for each other.
    for one in sorted({objection, *others}, key=lambda one: one.id):
        lock_objection(one)
    state = ObjectionState.UPHELD if upheld else ObjectionState.DECLINED
    if (objection.state, objection.decided_by) == (state.value, actor_id):
        return 0
    _refuse(find_bar_of(objection, actor_id), objection)
    same = [one for one in others if one is not objection and find_bar_of(one, actor_id) is None]
    decided = [objection, *same]
    for one in decided:
        _decide(one, state, words, actor_id, now)
    return len(decided)


def _decide(
    objection: Objection, state: ObjectionState, words: str, actor_id: int, now: dt.datetime
) -> None:
    objection.state = state.value
    objection.decided_at, objection.decided_by = now, actor_id
    message = _add(objection, words, actor_id, now)
    record(
        "quizzes.decide_objection",
        actor_id=actor_id,
        now=now,
        subject_kind="objection",
        subject_id=objection.id,
        state=state.value,
        item_version_id=objection.item_version_id,
        message_id=message.id,
    )
    _tell(
        "quizzes.objection_decided",
        objection,
        message,
        objection.person,
        now,
        upheld=state is ObjectionState.UPHELD,
    )


def _refuse(bar: Bar | None, objection: Objection) -> None:
    if bar is Bar.OWN_OBJECTION:
        raise NotAllowed("objection_own", id=objection.id)
    if bar is Bar.OWN_ITEM:
        raise NotAllowed("objection_own_item", id=objection.id)
    if bar is Bar.DECIDED:
        raise InvalidState("objection_decided", id=objection.id)


def _checked(text: str) -> str:
    if not is_good_text(text):
        raise InvalidInput("objection_text", field="text", at_most=TEXT_AT_MOST)
    return text.strip()


def _add(objection: Objection, words: str, actor_id: int, now: dt.datetime) -> ObjectionMessage:
    message = ObjectionMessage(
        objection_id=objection.id, person_id=actor_id, text=words, created_at=now
    )
    db.session.add(message)
    db.session.flush()
    return message


def _tell(
    kind: str,
    objection: Objection,
    message: ObjectionMessage,
    reader: Person,
    now: dt.datetime,
    **facts: object,
) -> None:
    quiz = objection.attempt.sitting.quiz
    post(
        kind,
        to=reader,
        key=f"objection:{message.id}:{reader.id}",
        now=now,
        link=f"/objections/{objection.id}",
        title=quiz.title,
        title_en=quiz.title_en,
        position=objection.position,
        text=message.text,
        **facts,
    )
