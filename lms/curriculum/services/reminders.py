"""Writing the daily digest of due dates."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from lms.curriculum.domain.reminders import Reminder, digest_key
from lms.notifications.services import post
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class TeamReminder:
    """Something overdue of a person whom the reader leads."""

    name: str
    reminder: Reminder


def post_due_digest(
    person: Person,
    own: Sequence[Reminder],
    team: Sequence[TeamReminder],
    *,
    today: dt.date,
    now: dt.datetime,
) -> None:
    """Put the digest of ``today`` into the outbox; a second one of the same day does nothing.

    Args:
        person: The reader.
        own: The reader's own gates that are near or past their due dates.
        team: Overdue gates of the people whom the reader leads.
        today: The organisation's date.
        now: The instant of writing.
    """
    post(
        "curriculum.due",
        to=person,
        key=digest_key(person.id, today),
        now=now,
        link="/" if own else "/enrolments?state=overdue",
        own=[_as_facts(reminder) for reminder in own],
        team=[{**_as_facts(each.reminder), "name": each.name} for each in team],
    )


def _as_facts(reminder: Reminder) -> dict[str, object]:
    return {
        "key": reminder.key,
        "level": reminder.level.value,
        "kind": reminder.gate.kind.value,
        "title": reminder.gate.title,
        "title_en": reminder.gate.title_en,
        "due_on": reminder.due_on,
        "days_left": reminder.days_left,
    }
