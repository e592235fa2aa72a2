"""Reading hiring conditions and signatures."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from lms.curriculum.models import Enrolment
from lms.db import db
from lms.errors import NotFound
from lms.probation.domain.conditions import Condition, read_condition
from lms.probation.models import (
    ConditionsSignature,
    Decision,
    HiringConditions,
    ProbationFile,
)

ENGLISH = "en"
CHINESE = "zh_Hans"


@dataclass(frozen=True, slots=True)
class Governing:
    """The conditions that govern one enrolment.

    Attributes:
        conditions: The signed version; before any signature the one to be signed; None when none exists.
        signature: The signature under it.
        to_sign: The present version when it is not signed yet.
    """

    conditions: HiringConditions | None
    signature: ConditionsSignature | None
    to_sign: HiringConditions | None

    @property
    def lines(self) -> tuple[Condition, ...]:
        """The conditions one by one."""
        return list_conditions(self.conditions) if self.conditions is not None else ()


def get_conditions(conditions_id: int) -> HiringConditions:
    """Return one version.

    Raises:
        NotFound: There is none.
    """
    conditions = db.session.get(HiringConditions, conditions_id)
    if conditions is None:
        raise NotFound("conditions", id=conditions_id)
    return conditions


def find_current_conditions(programme_id: int) -> HiringConditions | None:
    """Return the newest version of a programme's hiring conditions, if any was published."""
    return db.session.scalars(
        select(HiringConditions)
        .where(HiringConditions.programme_id == programme_id)
        .order_by(HiringConditions.version.desc())
        .limit(1)
    ).first()


def list_current_conditions(programme_ids: Collection[int]) -> dict[int, HiringConditions]:
    """Return the newest versions of programmes by programme id."""
    newest = (
        select(HiringConditions.programme_id, func.max(HiringConditions.version).label("version"))
        .where(HiringConditions.programme_id.in_(programme_ids))
        .group_by(HiringConditions.programme_id)
        .subquery()
    )
    rows = db.session.scalars(
        select(HiringConditions).join(
            newest,
            (HiringConditions.programme_id == newest.c.programme_id)
            & (HiringConditions.version == newest.c.version),
        )
    )
    return {row.programme_id: row for row in rows}


def list_current_versions() -> dict[int, int]:
    """Return the ids of the newest versions by programme id, of every programme that carries conditions."""
    rows = db.session.execute(
        select(HiringConditions.programme_id, HiringConditions.id).order_by(
            HiringConditions.version
        )
    )
    return {row.programme_id: row.id for row in rows}


def list_conditions(conditions: HiringConditions) -> tuple[Condition, ...]:
    """Return the conditions of one version, one by one."""
    return tuple(read_condition(body) for body in conditions.items)


def text_in(conditions: HiringConditions, locale: str) -> tuple[str, str]:
    """Return the whole text as shown to a reader of ``locale``, and the language it is in."""
    if locale == ENGLISH and conditions.text_en:
        return conditions.text_en, ENGLISH
    return conditions.text, CHINESE


def get_signature(signature_id: int) -> ConditionsSignature:
    """Return one signature.

    Raises:
        NotFound: There is none.
    """
    signature = db.session.get(ConditionsSignature, signature_id)
    if signature is None:
        raise NotFound("conditions_signature", id=signature_id)
    return signature


def find_signature(enrolment_id: int) -> ConditionsSignature | None:
    """Return the signature under the newest version that was signed for this enrolment, if any."""
    return list_latest_signatures([enrolment_id]).get(enrolment_id)


def find_signature_under(enrolment_id: int, conditions_id: int) -> ConditionsSignature | None:
    """Return the signature under one version, if it was signed for this enrolment."""
    return db.session.scalars(
        select(ConditionsSignature).where(
            ConditionsSignature.enrolment_id == enrolment_id,
            ConditionsSignature.conditions_id == conditions_id,
        )
    ).first()


def list_latest_signatures(enrolment_ids: Collection[int]) -> dict[int, ConditionsSignature]:
    """Return the signatures under the newest version signed, by enrolment id."""
    rows = db.session.scalars(
        select(ConditionsSignature)
        .join(ConditionsSignature.conditions)
        .options(contains_eager(ConditionsSignature.conditions))
        .where(ConditionsSignature.enrolment_id.in_(enrolment_ids))
        .order_by(HiringConditions.version)
    )
    return {row.enrolment_id: row for row in rows}


def list_signatures_of_person(person_id: int) -> Sequence[ConditionsSignature]:
    """Return everything that a person signed, newest first."""
    return db.session.scalars(
        select(ConditionsSignature)
        .where(ConditionsSignature.person_id == person_id)
        .order_by(ConditionsSignature.signed_at.desc(), ConditionsSignature.id.desc())
    ).all()


def find_governing(enrolment: Enrolment) -> Governing:
    """Return what governs an enrolment: the signed version continues until a newer one is signed."""
    current = find_current_conditions(enrolment.programme_id)
    signature = find_signature(enrolment.id)
    is_current = (
        signature is not None and current is not None and signature.conditions_id == current.id
    )
    return Governing(
        conditions=signature.conditions if signature is not None else current,
        signature=signature,
        to_sign=None if is_current or _is_over(enrolment) else current,
    )


def _is_over(enrolment: Enrolment) -> bool:
    """Whether nothing is to be signed any more: the enrolment has ended, or HR has decided."""
    if enrolment.state != "active":
        return True
    decided = (
        select(Decision.id)
        .join(ProbationFile, ProbationFile.id == Decision.file_id)
        .where(ProbationFile.enrolment_id == enrolment.id)
    )
    return db.session.scalar(decided) is not None


def unsigned_since(enrolment: Enrolment, current: HiringConditions) -> dt.datetime:
    """Return since when ``current`` waits for the signature of this enrolment's person."""
    return max(enrolment.enrolled_at, current.published_at)
