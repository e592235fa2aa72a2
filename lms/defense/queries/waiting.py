"""What of defenses waits for somebody."""

import datetime as dt
from zoneinfo import ZoneInfo

from flask import current_app, url_for
from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from lms.db import db
from lms.defense.domain.booking import due_at, ends_at
from lms.defense.models import Defense, PanelMember, Rating, Verdict
from lms.defense.queries.candidates import count_candidates
from lms.defense.queries.defenses import count_submitted
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.web.waiting import Waiting


def list_waiting(person: Person, now: dt.datetime) -> list[Waiting]:
    """Return what waits for ``person``: own defense, defenses to rate, candidates to book, ratings to chase."""
    zone: ZoneInfo = current_app.extensions["settings"].zone
    waiting = _own(person, now) + _to_rate(person, zone)
    if RoleName.TRAINER in person.role_names:
        waiting += _to_book(person, now, zone) + _to_chase(person, now)
    return waiting


def _own(person: Person, now: dt.datetime) -> list[Waiting]:
    defenses = db.session.scalars(
        select(Defense)
        .where(
            Defense.candidate_id == person.id,
            Defense.cancelled_at.is_(None),
            Defense.starts_at > now - dt.timedelta(days=1),
            # A panel that is quick may have judged before the appointed end.
            ~exists().where(Verdict.defense_id == Defense.id),
        )
        .order_by(Defense.starts_at)
    )
    return [
        Waiting(
            kind="defense.own",
            url=url_for("defense.show_defense", defense_id=defense.id),
            since=defense.created_at,
            # One comes until it begins; who is in it has until its end.
            until=defense.starts_at
            if now <= defense.starts_at
            else ends_at(defense.starts_at, defense.minutes),
            facts={
                "starts_at": defense.starts_at,
                "minutes": defense.minutes,
                "room": defense.room,
            },
        )
        for defense in defenses
        if ends_at(defense.starts_at, defense.minutes) > now
    ]


def _to_rate(person: Person, zone: ZoneInfo) -> list[Waiting]:
    seats = db.session.scalars(
        select(PanelMember)
        .join(PanelMember.defense)
        .options(joinedload(PanelMember.defense).joinedload(Defense.candidate))
        .where(
            PanelMember.rater_id == person.id,
            Defense.cancelled_at.is_(None),
            ~exists().where(Rating.member_id == PanelMember.id),
        )
        .order_by(Defense.starts_at)
    )
    return [
        Waiting(
            kind="defense.rate",
            url=url_for("defense.rate", defense_id=seat.defense_id),
            since=seat.added_at,
            until=due_at(seat.defense.starts_at, zone),
            facts={
                "candidate": seat.defense.candidate.name,
                "starts_at": seat.defense.starts_at,
                "room": seat.defense.room,
                "conflicts": list(seat.conflicts),
            },
        )
        for seat in seats
    ]


def _to_book(person: Person, now: dt.datetime, zone: ZoneInfo) -> list[Waiting]:
    count, since = count_candidates(now, zone, not_of=person.id)
    if since is None:
        return []
    return [
        Waiting(
            kind="defense.book",
            url=url_for("defense.new_defense"),
            since=since,
            facts={"count": count},
        )
    ]


def _to_chase(person: Person, now: dt.datetime) -> list[Waiting]:
    begun = db.session.scalars(
        select(Defense)
        .where(
            Defense.cancelled_at.is_(None),
            Defense.starts_at <= now,
            Defense.candidate_id != person.id,
            ~exists().where(Verdict.defense_id == Defense.id),
        )
        .options(joinedload(Defense.candidate), joinedload(Defense.panel))
        .order_by(Defense.starts_at)
    ).unique()
    over = [one for one in begun if ends_at(one.starts_at, one.minutes) <= now]
    submitted = count_submitted([one.id for one in over])
    return [
        Waiting(
            kind="defense.chase",
            url=url_for("defense.show_defense", defense_id=one.id),
            since=ends_at(one.starts_at, one.minutes),
            facts={
                "candidate": one.candidate.name,
                "starts_at": one.starts_at,
                "submitted": submitted.get(one.id, 0),
                "panel": len(one.panel),
            },
        )
        for one in over
    ]
