"""Publishing hiring conditions and signing them."""

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from lms.audit.services import record
from lms.curriculum.models import Enrolment, Programme
from lms.db import db
from lms.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from lms.probation import queries
from lms.probation.domain.conditions import (
    Condition,
    compose,
    fingerprint,
    is_same_name,
    read_condition,
    text_sha256,
)
from lms.probation.models import ConditionsSignature, HiringConditions


def publish_conditions(
    programme: Programme,
    *,
    version: int,
    title: str,
    title_en: str,
    items: Sequence[Mapping[str, object]],
    text: str,
    text_en: str,
    now: dt.datetime,
) -> HiringConditions:
    """Publish a programme's hiring conditions; publishing the present content again changes nothing.

    What is stored as the text is what will be shown and signed: title and lines that the author's text lacks are
    added to it, so that no decision can name a condition that was not signed.

    Args:
        programme: Whose new hires sign them.
        version: Counts up with every change of the content; from 1.
        title: Title in Chinese.
        title_en: Title in English.
        items: One mapping a condition: ``key``, ``text``, and as known ``text_en``, ``source``
            (``module_quiz``, ``stage_test``, ``defense`` or another word), ``keys``, ``threshold``, ….
        text: The whole text, Markdown, in Chinese.
        text_en: The same in English; empty when there is none.
        now: The instant of publishing.

    Raises:
        InvalidInput: ``condition_unreadable`` (a line without key or text), ``condition_twice``,
            ``conditions_empty``, or ``conditions_frozen``: changed content under a version that is taken or old.
    """
    lines = _read_lines(items)
    if not text.strip() or not lines:
        raise InvalidInput("conditions_empty", programme=programme.key)
    whole = compose(title, text, [line.text for line in lines])
    whole_en = compose(title_en, text_en, [line.text_en for line in lines]) if text_en else ""
    sha256 = fingerprint(
        {
            "title": title,
            "title_en": title_en,
            "items": [dict(item) for item in items],
            "text": whole,
            "text_en": whole_en,
        }
    )
    db.session.scalars(
        select(Programme.id).where(Programme.id == programme.id).with_for_update()
    ).one()
    latest = queries.find_current_conditions(programme.id)
    if latest is not None and latest.sha256 == sha256:
        return latest
    if version < 1 or (latest is not None and version <= latest.version):
        raise InvalidInput(
            "conditions_frozen",
            field="version",
            programme=programme.key,
            version=version,
            latest=latest.version if latest is not None else 0,
        )
    conditions = HiringConditions(
        programme_id=programme.id,
        version=version,
        title=title,
        title_en=title_en,
        items=[dict(item) for item in items],
        text=whole,
        text_en=whole_en,
        sha256=sha256,
        published_at=now,
    )
    db.session.add(conditions)
    db.session.flush()
    record(
        "probation.publish_conditions",
        actor_id=None,
        now=now,
        subject_kind="hiring_conditions",
        subject_id=conditions.id,
        programme=programme.key,
        version=version,
        sha256=sha256,
        supersedes=latest.version if latest is not None else None,
    )
    return conditions


def _read_lines(items: Sequence[Mapping[str, object]]) -> list[Condition]:
    lines: list[Condition] = []
    for position, item in enumerate(items, start=1):
        try:
            line = read_condition(item)
        except ValueError as problem:
            raise InvalidInput(
                "condition_unreadable", field="items", position=position, part=str(problem)
            ) from problem
        if line.key in {other.key for other in lines}:
            raise InvalidInput("condition_twice", field="items", condition=line.key)
        lines.append(line)
    return lines


def sign_conditions(
    enrolment: Enrolment,
    conditions: HiringConditions,
    *,
    typed_name: str,
    locale: str,
    actor_id: int,
    now: dt.datetime,
    shown_sha256: str = "",
) -> ConditionsSignature:
    """Record the signature of an enrolment's person under one version; signing again changes nothing.

    Args:
        enrolment: Whose conditions.
        conditions: The version shown.
        typed_name: The full name as typed.
        locale: Language in which the text was shown.
        actor_id: Who signs; nobody signs for another.
        now: The instant of signing.
        shown_sha256: Hash that the page showed, when there was a page; it must be that of the text.

    Raises:
        NotAllowed: ``not_own_signature``.
        NotFound: The conditions are another programme's.
        InvalidState: ``enrolment_ended``, or ``conditions_changed``: not the present version or not the text shown.
        InvalidInput: ``name_differs``.
    """
    if actor_id != enrolment.person_id:
        raise NotAllowed("not_own_signature")
    if conditions.programme_id != enrolment.programme_id:
        raise NotFound("conditions", id=conditions.id)
    # A double click arrives twice at once; the second waits here and finds the first one's row.
    db.session.scalars(
        select(Enrolment.id).where(Enrolment.id == enrolment.id).with_for_update()
    ).one()
    signed = queries.find_signature_under(enrolment.id, conditions.id)
    if signed is not None:
        return signed
    text, language = queries.text_in(conditions, locale)
    sha256 = text_sha256(text)
    _check_signing(enrolment, conditions, shown_sha256 or sha256, sha256)
    if not is_same_name(typed_name, enrolment.person.name):
        raise InvalidInput("name_differs", field="typed_name", name=enrolment.person.name)
    signature = ConditionsSignature(
        enrolment_id=enrolment.id,
        conditions_id=conditions.id,
        person_id=enrolment.person_id,
        sha256=sha256,
        locale=language,
        typed_name=typed_name.strip(),
        signed_at=now,
    )
    db.session.add(signature)
    db.session.flush()
    record(
        "probation.sign_conditions",
        actor_id=actor_id,
        now=now,
        subject_kind="enrolment",
        subject_id=enrolment.id,
        signature=signature.id,
        version=conditions.version,
        sha256=sha256,
        locale=language,
        typed_name=signature.typed_name,
    )
    return signature


def _check_signing(
    enrolment: Enrolment, conditions: HiringConditions, shown: str, sha256: str
) -> None:
    if enrolment.state != "active":
        raise InvalidState("enrolment_ended", name=enrolment.person.name)
    current = queries.find_current_conditions(enrolment.programme_id)
    if current is None or current.id != conditions.id or shown != sha256:
        raise InvalidState("conditions_changed")
