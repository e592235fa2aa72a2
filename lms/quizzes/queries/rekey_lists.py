"""Lists of re-keys, and of the attempts that one of them touched."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from lms.db import db
from lms.people.models import Cohort, Person
from lms.questions.models import Item, ItemVersion
from lms.quizzes.domain.rekeying import Flip
from lms.quizzes.models import Attempt, ItemRekey, Quiz, RekeyedAttempt, Sitting
from lms.web.listing import like

IN_FORCE, UNDONE = "in_force", "undone"
"""What the list of re-keys may be narrowed to."""


def select_rekeys(words: str = "", state: str = "", kind: str = "") -> Select[*tuple[Any, ...]]:
    """Return the query of re-keys with version, item and who applied them, newest first.

    Args:
        words: Found in the item's key or the reason.
        state: ``IN_FORCE`` or ``UNDONE``; others do not narrow.
        kind: A ``CorrectionKind``.
    """
    query: Select[*tuple[Any, ...]] = (
        select(ItemRekey, ItemVersion, Item, Person.name)
        .join(ItemVersion, ItemVersion.id == ItemRekey.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .join(Person, Person.id == ItemRekey.applied_by)
        .order_by(ItemRekey.id.desc())
    )
    if words:
        pattern = like(words)
        query = query.where(
            or_(Item.key.ilike(pattern, escape="\\"), ItemRekey.reason.ilike(pattern, escape="\\"))
        )
    if state == IN_FORCE:
        query = query.where(ItemRekey.undone_at.is_(None))
    elif state == UNDONE:
        query = query.where(ItemRekey.undone_at.is_not(None))
    return query.where(ItemRekey.kind == kind) if kind else query


def select_rekeyed(rekey_id: int, words: str = "", flip: str = "") -> Select[*tuple[Any, ...]]:
    """Return the query of the attempts that a re-key touched, with who and what; flips first.

    Args:
        rekey_id: The re-key.
        words: Found in the person's name or employee number, or the cohort's name.
        flip: ``Flip.TO_PASS`` or ``Flip.TO_FAIL``; others do not narrow.
    """
    query: Select[*tuple[Any, ...]] = (
        select(
            RekeyedAttempt,
            Attempt.id,
            Attempt.enrolment_id,
            Person.name,
            Person.employee_no,
            Cohort.name.label("cohort"),
            Sitting.id.label("sitting_id"),
            Quiz.title,
            Quiz.title_en,
        )
        .join(Attempt, Attempt.id == RekeyedAttempt.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
        .join(Sitting, Sitting.id == Attempt.sitting_id)
        .join(Quiz, Quiz.id == Sitting.quiz_id)
        .join(Cohort, Cohort.id == Sitting.cohort_id)
        .where(RekeyedAttempt.rekey_id == rekey_id)
        .order_by(_flips(Flip.TO_FAIL).desc(), _flips(Flip.TO_PASS).desc(), Attempt.id)
    )
    if words:
        pattern = like(words)
        query = query.where(
            or_(
                Person.name.ilike(pattern, escape="\\"),
                Person.employee_no.ilike(pattern, escape="\\"),
                Cohort.name.ilike(pattern, escape="\\"),
            )
        )
    if flip in {Flip.TO_PASS, Flip.TO_FAIL}:
        query = query.where(_flips(Flip(flip)))
    return query


def _flips(flip: Flip) -> ColumnElement[bool]:
    before = RekeyedAttempt.before["passed"].as_boolean()
    after = RekeyedAttempt.after["passed"].as_boolean()
    return and_(~before, after) if flip is Flip.TO_PASS else and_(before, ~after)


def list_touched_enrolments(rekey_id: int) -> dict[int, tuple[str, Flip]]:
    """Return name and flip by enrolment of those whose result a re-key changed; a flip before none."""
    rows = db.session.execute(
        select(Attempt.enrolment_id, Person.name, RekeyedAttempt.before, RekeyedAttempt.after)
        .join(Attempt, Attempt.id == RekeyedAttempt.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
        .where(RekeyedAttempt.rekey_id == rekey_id)
        .order_by(Attempt.id)
    )
    found: dict[int, tuple[str, Flip]] = {}
    for enrolment_id, name, before, after in rows:
        flip = Flip.NONE
        if before["passed"] != after["passed"]:
            flip = Flip.TO_PASS if after["passed"] else Flip.TO_FAIL
        if enrolment_id not in found or flip is not Flip.NONE:
            found[enrolment_id] = (name, flip)
    return found


def names_of(person_ids: Collection[int | None]) -> dict[int, str]:
    """Return the names of persons by id."""
    ids = [one for one in person_ids if one is not None]
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row[0]: row[1] for row in rows}
