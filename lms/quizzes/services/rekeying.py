"""Correcting how an item was marked, over everybody who had it; and taking a correction back.

What somebody relied on stays. A pass that turns into a fail never takes back a gate that was passed, a booked
defense, a decision or a credential: the hire went on with our word, and people (HR) decide what a correction means
for them; they get one message with the list. A fail that turns into a pass opens its gate at once: the hire had
earned it on the day.

Everything happens in one transaction. What follows is compared with what was shown before: whoever confirmed must
have seen exactly this.
"""

import datetime as dt

from lms.audit.services import record
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.questions.domain.items import FieldError
from lms.questions.models import ItemVersion
from lms.quizzes.domain.rekeying import (
    Correction,
    CorrectionKind,
    Corrections,
    check_correction,
    item_of,
)
from lms.quizzes.models import ItemRekey
from lms.quizzes.queries.corrections import corrections_of, list_in_force
from lms.quizzes.queries.rekeys import Plan, lock_rekeys, plan_rekey
from lms.quizzes.services.rekey_effects import write_effects

REASON_AT_MOST = 500


def check_rekey(version: ItemVersion, correction: Correction) -> None:
    """Check that a correction can be made of a version as it is marked now.

    Raises:
        InvalidInput: ``correction_malformed`` with the ``field`` and the ``problem``.
    """
    in_force = corrections_of(list_in_force()).get(version.id, ())
    try:
        check_correction(item_of(version.body, in_force), correction)
    except FieldError as error:
        raise InvalidInput(
            "correction_malformed", field=error.field, problem=error.problem
        ) from error


def preview_rekey(
    version: ItemVersion, correction: Correction, *, lock: bool = False
) -> tuple[Plan, str]:
    """Return what a correction would change, and the fingerprint of it.

    Args:
        version: The item version.
        correction: What ``check_rekey`` let pass.
        lock: For applying, after ``lock_rekeys``.
    """
    in_force = list_in_force()
    further = {**corrections_of(in_force)}
    further[version.id] = [*further.get(version.id, ()), correction]
    plan = plan_rekey(version.id, further, lock=lock)
    ids = [one.rekey_id for one in in_force.get(version.id, ())]
    said = (version.id, correction.kind.value, correction.facts(), ids)
    return plan, plan.fingerprint(*said)


def apply_rekey(
    version: ItemVersion,
    correction: Correction,
    *,
    reason: str,
    fingerprint: str,
    actor_id: int,
    now: dt.datetime,
) -> ItemRekey:
    """Apply a correction to every ended attempt, as it was shown; those that run are marked with it at their end.

    Points, decision and outcome of attempts follow, the rows of statistics and the ledger too (new lines that
    supersede); papers never change. Gates open, everybody whose result changes is told, and HR is told when
    something rests on a changed result.

    Args:
        version: The item version.
        correction: What is corrected.
        reason: Why; 1 to ``REASON_AT_MOST`` characters.
        fingerprint: Of the preview that was confirmed.
        actor_id: Who corrects.
        now: The instant.

    Raises:
        InvalidInput: ``reason_missing``, or ``correction_malformed``.
        InvalidState: ``rekey_outdated``: something changed since the preview; ``paper_worth_nothing``: dropping the
            item would leave papers without any points.
    """
    words = _checked(reason)
    lock_rekeys(version.id)
    check_rekey(version, correction)
    plan, found = preview_rekey(version, correction, lock=True)
    if correction.kind is CorrectionKind.DROP and plan.worthless:
        raise InvalidState("paper_worth_nothing", attempts=len(plan.worthless))
    if found != fingerprint:
        raise InvalidState("rekey_outdated")
    rekey = ItemRekey(
        item_version_id=version.id,
        kind=correction.kind.value,
        facts=correction.facts(),
        reason=words,
        applied_by=actor_id,
        applied_at=now,
        counts=plan.counts(),
        undone_by=None,
        undone_at=None,
    )
    db.session.add(rekey)
    db.session.flush()
    record(
        "quizzes.apply_rekey",
        actor_id=actor_id,
        now=now,
        subject_kind="item_rekey",
        subject_id=rekey.id,
        item_version_id=version.id,
        correction=rekey.kind,
        facts=rekey.facts,
        reason=words,
        counts=rekey.counts,
    )
    write_effects(rekey, plan, actor_id=actor_id, now=now)
    return rekey


def undo_rekey(rekey: ItemRekey, *, reason: str, actor_id: int, now: dt.datetime) -> Plan:
    """Take a correction back: everything is marked by the corrections that are still in force.

    Gates that it opened stay open, as after any re-key. Everybody whose result changes is told again.

    Args:
        rekey: One that is in force.
        reason: Why; 1 to ``REASON_AT_MOST`` characters.
        actor_id: Who takes it back.
        now: The instant.

    Returns:
        What it changed.

    Raises:
        InvalidInput: ``reason_missing``.
        InvalidState: ``rekey_undone``: somebody has taken it back.
    """
    words = _checked(reason)
    # Two press at once: the second waits here and finds it undone.
    lock_rekeys(rekey.item_version_id)
    db.session.refresh(rekey)
    if rekey.undone_at is not None:
        raise InvalidState("rekey_undone", id=rekey.id)
    plan = plan_rekey(rekey.item_version_id, _without(rekey), lock=True)
    rekey.undone_by, rekey.undone_at, rekey.undo_reason = actor_id, now, words
    db.session.flush()
    record(
        "quizzes.undo_rekey",
        actor_id=actor_id,
        now=now,
        subject_kind="item_rekey",
        subject_id=rekey.id,
        item_version_id=rekey.item_version_id,
        reason=words,
        counts=plan.counts(),
    )
    write_effects(rekey, plan, actor_id=actor_id, now=now)
    return plan


def _without(rekey: ItemRekey) -> Corrections:
    in_force = list_in_force()
    left = [one for one in in_force[rekey.item_version_id] if one.rekey_id != rekey.id]
    return corrections_of({**in_force, rekey.item_version_id: left})


def _checked(reason: str) -> str:
    words = reason.strip()
    if not words or len(words) > REASON_AT_MOST:
        raise InvalidInput("reason_missing", field="reason", at_most=REASON_AT_MOST)
    return words
