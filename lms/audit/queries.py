"""Reading the audit trail."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.audit.models import AuditEvent
from lms.db import db


@dataclass(frozen=True, slots=True)
class Revision:
    """How often something was changed, and when last.

    Attributes:
        changes: Deeds recorded about it after the first.
        changed_at: The last of them.
    """

    changes: int
    changed_at: dt.datetime


def list_revisions(subject_kind: str, ids: Collection[int]) -> dict[int, Revision]:
    """Return by id how often these things were changed; one without any recorded deed is not named."""
    rows = db.session.execute(
        select(AuditEvent.subject_id, func.count(), func.max(AuditEvent.at))
        .where(
            AuditEvent.subject_kind == subject_kind,
            AuditEvent.subject_id.in_([str(one) for one in ids]),
        )
        .group_by(AuditEvent.subject_id)
    )
    return {int(row[0]): Revision(changes=row[1] - 1, changed_at=row[2]) for row in rows}
