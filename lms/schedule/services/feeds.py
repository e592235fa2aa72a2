"""Making and renewing calendar feeds."""

import datetime as dt
import secrets

from lms.audit.services import record
from lms.db import db
from lms.schedule.models import CalendarFeed

TOKEN_BYTES = 24


def renew_feed(person_id: int, *, actor_id: int, now: dt.datetime) -> CalendarFeed:
    """Give a person a new secret address; the one before leads nowhere from now on."""
    feed = db.session.get(CalendarFeed, person_id, with_for_update=True)
    if feed is None:
        feed = CalendarFeed(person_id=person_id)
        db.session.add(feed)
    feed.token = secrets.token_urlsafe(TOKEN_BYTES)
    feed.made_at = now
    db.session.flush()
    _note("renew_calendar", person_id, actor_id, now)
    return feed


def end_feed(person_id: int, *, actor_id: int, now: dt.datetime) -> None:
    """Take the address away. Doing it twice changes nothing."""
    feed = db.session.get(CalendarFeed, person_id)
    if feed is None:
        return
    db.session.delete(feed)
    db.session.flush()
    _note("end_calendar", person_id, actor_id, now)


def _note(deed: str, person_id: int, actor_id: int, now: dt.datetime) -> None:
    record(
        f"schedule.{deed}",
        actor_id=actor_id,
        now=now,
        subject_kind="person",
        subject_id=person_id,
    )
