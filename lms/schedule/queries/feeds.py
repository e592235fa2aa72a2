"""Reading calendar feeds."""

from sqlalchemy import select

from lms.db import db
from lms.people.models import Person
from lms.schedule.models import CalendarFeed


def find_feed(person_id: int) -> CalendarFeed | None:
    """Return a person's feed, if there is one."""
    return db.session.get(CalendarFeed, person_id)


def find_person_of_feed(token: str) -> Person | None:
    """Return whose feed has this secret; None for a secret that is none, or of somebody who has left."""
    return db.session.scalars(
        select(Person)
        .join(CalendarFeed, CalendarFeed.person_id == Person.id)
        .where(CalendarFeed.token == token, Person.active)
    ).first()
