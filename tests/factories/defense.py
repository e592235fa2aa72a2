"""Builders of defenses: candidates who are ready, panels, bookings and sheets.

Like the builders of people these commit, so that requests see the rows.
"""

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.curriculum.models import Enrolment
from lms.db import db
from lms.defense.domain.sheet import Entry, Sheet, needs_evidence
from lms.defense.models import Defense, PanelMember, Rating
from lms.defense.services import book_defense, submit_rating
from lms.notifications.models import OutboxMessage
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment, make_programme, pass_gates
from tests.factories.people import make_person

ZONE = ZoneInfo("Asia/Shanghai")
KEYS = ("knowledge", "skill", "quality", "teamwork")
AFTERNOON = NOON + dt.timedelta(hours=2)
"""14:00 in Shanghai on the day of ``NOON``: booked at noon, rated the same day."""

_numbers = itertools.count(1)


def make_ready_enrolment(
    person: Person | None = None,
    *,
    defense: Mapping[str, object] | None = None,
    modules: int = 2,
    now: dt.datetime = NOON - dt.timedelta(days=1),
) -> Enrolment:
    """Return an enrolment whose module quizzes and stage test are passed."""
    programme = make_programme(modules=modules, defense=dict(defense) if defense else None)
    enrolment = make_enrolment(person, programme, starts_on=dt.date(2026, 11, 2), now=now)
    pass_gates(enrolment, now=now)
    db.session.commit()
    return enrolment


def make_panel(count: int = 3, role: RoleName = RoleName.RATER) -> list[Person]:
    """Return ``count`` persons who may rate."""
    return [make_person(role, name=f"评委{next(_numbers)}") for _ in range(count)]


def make_defense(
    enrolment: Enrolment | None = None,
    raters: Sequence[Person] | None = None,
    *,
    starts_at: dt.datetime = AFTERNOON,
    minutes: int = 40,
    room: str = "",
    note: str = "",
    booked_by: Person | None = None,
    now: dt.datetime = NOON,
) -> Defense:
    """Return a booked defense of a ready candidate before three raters, in a room of its own."""
    defense = book_defense(
        enrolment or make_ready_enrolment(),
        starts_at=starts_at,
        minutes=minutes,
        room=room or f"会议室 {next(_numbers)}",
        raters=raters or make_panel(),
        note=note,
        zone=ZONE,
        actor_id=None if booked_by is None else booked_by.id,
        now=now,
    )
    db.session.commit()
    return defense


def make_entry(level: int | None = 4, comment: str = "按流程接待，推荐有依据") -> Entry:
    """Return a complete entry; levels that need it carry a dated fact."""
    if not needs_evidence(level):
        return Entry(level=level, comment=comment)
    return Entry(
        level=level,
        comment=comment,
        evidence="11 月 20 日售后会话，十分钟内核实并回复",
        evidence_on=dt.date(2026, 11, 20),
    )


def make_sheet(
    level: int | None = 4,
    *,
    strengths: str = "先问清用途再推荐",
    comment: str = "按流程接待，推荐有依据",
    red_line_note: str = "",
    **levels: int | None,
) -> Sheet:
    """Return a complete sheet of one level throughout; ``levels`` names exceptions by criterion."""
    return Sheet(
        strengths=strengths,
        entries={key: make_entry(levels.get(key, level), comment) for key in KEYS},
        red_line=bool(red_line_note),
        red_line_note=red_line_note,
    )


def rate(
    member: PanelMember, sheet: Sheet | None = None, *, now: dt.datetime = AFTERNOON
) -> Rating:
    """Submit a sheet for one seat."""
    rating = submit_rating(member, sheet or make_sheet(), zone=ZONE, now=now)
    db.session.commit()
    return rating


def rate_all(defense: Defense, *sheets: Sheet, now: dt.datetime = AFTERNOON) -> Defense:
    """Submit a sheet for every seat (the given ones, then plain ones), so that there is a verdict."""
    for number, member in enumerate(defense.panel):
        rate(member, sheets[number] if number < len(sheets) else None, now=now)
    db.session.refresh(defense)
    return defense


def sheet_data(sheet: Sheet | None = None, step: str = "send") -> dict[str, str]:
    """Return ``sheet`` as the fields of the page's form."""
    sheet = sheet or make_sheet()
    data = {"strengths": sheet.strengths, "step": step}
    for key, entry in sheet.entries.items():
        data[f"{key}_level"] = "none" if entry.level is None else str(entry.level)
        data[f"{key}_comment"] = entry.comment
        data[f"{key}_evidence"] = entry.evidence
        data[f"{key}_evidence_on"] = entry.evidence_on.isoformat() if entry.evidence_on else ""
    if sheet.red_line:
        data |= {"red_line": "y", "red_line_note": sheet.red_line_note}
    return data


def link_of(defense_id: int, rater_id: int) -> str:
    """Return the path of a rater's personal link, as it stands in the outbox."""
    return db.session.scalars(
        select(OutboxMessage.link).where(
            OutboxMessage.kind == "defense.please_rate",
            OutboxMessage.key == f"defense:{defense_id}:rate:{rater_id}",
        )
    ).one()
