"""Defenses as bookings of their candidate and of their raters."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from lms.audit.queries import list_revisions
from lms.db import db
from lms.defense.models import Defense, PanelMember
from lms.schedule.domain.bookings import Booking, BookingKind

_LONGEST = dt.timedelta(hours=4)


def find_bookings(
    person_ids: Collection[int], since: dt.datetime, until: dt.datetime, _now: dt.datetime
) -> list[Booking]:
    """Return the defenses of these persons, as candidates and as raters, that touch ``since`` to ``until``."""
    wanted = list(person_ids)
    defenses = db.session.scalars(
        select(Defense)
        .options(joinedload(Defense.candidate), selectinload(Defense.panel))
        .where(
            Defense.starts_at < until,
            Defense.starts_at > since - _LONGEST,
            or_(
                Defense.candidate_id.in_(wanted),
                Defense.panel.any(PanelMember.rater_id.in_(wanted)),
            ),
        )
    ).all()
    revisions = list_revisions("defense", {one.id for one in defenses})
    found: list[Booking] = []
    for defense in defenses:
        ends_at = defense.starts_at + dt.timedelta(minutes=defense.minutes)
        if ends_at <= since:
            continue
        revision = revisions.get(defense.id)
        concerned = {member.rater_id: BookingKind.RATING for member in defense.panel}
        concerned[defense.candidate_id] = BookingKind.DEFENSE
        found += [
            Booking(
                person_id=person_id,
                kind=kind,
                source_id=defense.id,
                title=defense.candidate.name,
                title_en=defense.candidate.name_latin or defense.candidate.name,
                starts_at=defense.starts_at,
                ends_at=ends_at,
                minutes=defense.minutes,
                link=f"/defenses/{defense.id}/rate" if kind is BookingKind.RATING else "/",
                changes=0 if revision is None else revision.changes,
                changed_at=defense.created_at if revision is None else revision.changed_at,
                place=defense.room,
                note=defense.cancel_reason or defense.note,
                is_cancelled=defense.cancelled_at is not None,
            )
            for person_id, kind in concerned.items()
            if person_id in wanted
        ]
    return found
