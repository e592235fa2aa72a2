"""Booking a defense, and calling it off."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from lms.audit.services import record
from lms.clock import local_date
from lms.curriculum.models import Enrolment
from lms.curriculum.queries import find_gate_pass, get_path
from lms.db import JsonObject, db
from lms.defense.domain.booking import (
    LONGEST_MINUTES,
    MINIMUM_PANEL,
    SHORTEST_MINUTES,
    Clash,
    Slot,
    conflicts_of,
    find_clashes,
)
from lms.defense.domain.rubric import rubric_as_json, rubric_from_settings
from lms.defense.models import Defense, PanelMember
from lms.defense.queries import find_open_defense, gather_evidence
from lms.defense.queries.candidates import RATER_ROLES
from lms.errors import InvalidInput, InvalidState
from lms.notifications.services import post
from lms.people.models import Person
from lms.people.queries import list_supervisions

TOKEN_BYTES = 32
_BOOKING_LOCK = 0x5A48


def hash_token(token: str) -> str:
    """Return the SHA-256 under which the token of a personal link is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def book_defense(
    enrolment: Enrolment,
    *,
    starts_at: dt.datetime,
    minutes: int,
    room: str,
    raters: Sequence[Person],
    note: str = "",
    zone: ZoneInfo,
    actor_id: int | None,
    now: dt.datetime,
) -> Defense:
    """Book a defense, freeze rubric and evidence, and tell the panel (each a personal link) and the candidate.

    Args:
        enrolment: Whose quizzes and stage tests are all passed.
        starts_at: Not before ``now``.
        minutes: 10 to 240.
        room: Where; a place or a meeting link.
        raters: At least three different persons who may rate; the candidate is not one of them. Who leads or
            mentors the candidate on the day is allowed and flagged.
        note: For the panel and the candidate.
        zone: The organisation's zone; conflicts of interest are looked up at the local date.
        actor_id: Who books.
        now: The instant of booking.

    Raises:
        InvalidState: ``defense_not_open``, ``defense_passed``, ``defense_booked`` (a defense without verdict is
            there), ``defense_rubric_unusable``.
        InvalidInput: ``defense_in_past``, ``defense_minutes``, ``defense_room``, ``panel_too_small``,
            ``candidate_on_panel``, ``rater_not_eligible``; ``defense_clash`` with ``clashes`` when a rater, the
            candidate or the room is taken.
    """
    _one_booking_at_a_time()
    panel = list({rater.id: rater for rater in raters}.values())
    _check_candidate(enrolment, now, zone)
    _check_place(starts_at, minutes, room, now)
    _check_panel(enrolment, panel)
    clashes = _clashes(enrolment, panel, starts_at, minutes, room)
    if clashes:
        raise InvalidInput("defense_clash", clashes=clashes)
    defense = Defense(
        enrolment=enrolment,
        candidate=enrolment.person,
        starts_at=starts_at,
        minutes=minutes,
        room=room.strip(),
        note=note.strip(),
        rubric=_rubric(enrolment),
        evidence=gather_evidence(enrolment, now, zone),
        created_at=now,
        created_by=actor_id,
        cancelled_at=None,
    )
    db.session.add(defense)
    db.session.flush()
    tokens = _seat(defense, panel, zone, now)
    record(
        "defense.book",
        actor_id=actor_id,
        now=now,
        subject_kind="defense",
        subject_id=defense.id,
        enrolment_id=enrolment.id,
        candidate_id=enrolment.person_id,
        starts_at=starts_at.isoformat(),
        minutes=minutes,
        room=defense.room,
        panel=[{"rater_id": one.rater_id, "conflicts": one.conflicts} for one in defense.panel],
    )
    _tell_booked(defense, tokens, zone, now)
    return defense


def cancel_defense(
    defense: Defense, *, reason: str, zone: ZoneInfo, actor_id: int | None, now: dt.datetime
) -> None:
    """Call a defense off and tell everybody. Ratings already in stay, sealed for good; links stop working.

    Raises:
        InvalidState: ``defense_cancelled`` already, or ``defense_has_verdict``.
        InvalidInput: ``cancel_reason``: there is none.
    """
    db.session.refresh(defense, with_for_update=True)
    if defense.cancelled_at is not None:
        raise InvalidState("defense_cancelled", at=defense.cancelled_at)
    if defense.verdict is not None:
        raise InvalidState("defense_has_verdict")
    if not reason.strip():
        raise InvalidInput("cancel_reason", field="reason")
    _cancel(defense, reason.strip(), zone, actor_id, now)


def call_off_defense(
    enrolment: Enrolment, *, zone: ZoneInfo, actor_id: int | None, now: dt.datetime
) -> None:
    """Call off what is booked for an enrolment that has ended, and tell everybody; without a booking do nothing.

    The end of the enrolment is the reason; none in words is kept, and a verdict that is there stays.
    """
    defense = find_open_defense(enrolment.id)
    if defense is None:
        return
    db.session.refresh(defense, with_for_update=True)
    # The last rating or somebody else's press may have come first.
    if defense.cancelled_at is None and defense.verdict is None:
        _cancel(defense, "", zone, actor_id, now)


def _cancel(
    defense: Defense, reason: str, zone: ZoneInfo, actor_id: int | None, now: dt.datetime
) -> None:
    defense.cancelled_at = now
    defense.cancel_reason = reason
    db.session.flush()
    record(
        "defense.cancel",
        actor_id=actor_id,
        now=now,
        subject_kind="defense",
        subject_id=defense.id,
        reason=defense.cancel_reason,
    )
    for person in (defense.candidate, *(member.rater for member in defense.panel)):
        post(
            "defense.cancelled",
            to=person,
            key=f"defense:{defense.id}:cancelled:{person.id}",
            now=now,
            link="",
            **when_and_where(defense, zone),
            candidate=defense.candidate.name,
            is_candidate=person.id == defense.candidate_id,
            reason=defense.cancel_reason,
        )


def when_and_where(defense: Defense, zone: ZoneInfo) -> JsonObject:
    """Return the facts of time and place for a message, in the organisation's zone and any language."""
    local = defense.starts_at.astimezone(zone)
    return {
        "on": f"{local:%Y-%m-%d}",
        "at": f"{local:%H:%M}",
        "minutes": defense.minutes,
        "room": defense.room,
    }


def _one_booking_at_a_time() -> None:
    # Two bookings that do not see each other could take one room. SQLite has one writer anyway.
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(_BOOKING_LOCK)))


def _check_candidate(enrolment: Enrolment, now: dt.datetime, zone: ZoneInfo) -> None:
    name = enrolment.person.name
    if enrolment.state != "active" or not get_path(enrolment, now, zone).is_defense_open:
        raise InvalidState("defense_not_open", name=name)
    if find_gate_pass(enrolment.id, "defense", "") is not None:
        raise InvalidState("defense_passed", name=name)
    booked = find_open_defense(enrolment.id)
    if booked is not None:
        raise InvalidState("defense_booked", name=name, starts_at=booked.starts_at)


def _check_place(starts_at: dt.datetime, minutes: int, room: str, now: dt.datetime) -> None:
    if starts_at < now:
        raise InvalidInput("defense_in_past", field="starts_at")
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise InvalidInput(
            "defense_minutes", field="minutes", least=SHORTEST_MINUTES, most=LONGEST_MINUTES
        )
    if not room.strip():
        raise InvalidInput("defense_room", field="room")


def _check_panel(enrolment: Enrolment, panel: Sequence[Person]) -> None:
    if any(rater.id == enrolment.person_id for rater in panel):
        raise InvalidInput("candidate_on_panel", field="raters", name=enrolment.person.name)
    for rater in panel:
        if not rater.active or not rater.has_any_role([role.value for role in RATER_ROLES]):
            raise InvalidInput("rater_not_eligible", field="raters", name=rater.name)
    if len(panel) < MINIMUM_PANEL:
        raise InvalidInput(
            "panel_too_small", field="raters", least=MINIMUM_PANEL, chosen=len(panel)
        )


def _rubric(enrolment: Enrolment) -> JsonObject:
    try:
        return rubric_as_json(rubric_from_settings(enrolment.programme.defense))
    except ValueError as error:
        raise InvalidState(
            "defense_rubric_unusable", programme=enrolment.programme.title, detail=str(error)
        ) from error


def _clashes(
    enrolment: Enrolment, panel: Sequence[Person], starts_at: dt.datetime, minutes: int, room: str
) -> tuple[JsonObject, ...]:
    people = frozenset({enrolment.person_id, *(rater.id for rater in panel)})
    wanted = Slot(None, starts_at, minutes, room, enrolment.person_id, people)
    near = db.session.scalars(
        select(Defense)
        .where(
            Defense.cancelled_at.is_(None),
            Defense.starts_at > starts_at - dt.timedelta(minutes=LONGEST_MINUTES),
            Defense.starts_at < starts_at + dt.timedelta(minutes=minutes),
        )
        .options(joinedload(Defense.candidate), selectinload(Defense.panel))
        .order_by(Defense.starts_at, Defense.id)
    ).all()
    booked = {defense.id: defense for defense in near}
    names = {rater.id: rater.name for rater in panel}
    names[enrolment.person_id] = enrolment.person.name
    return tuple(
        _clash_facts(clash, booked[clash.defense_id], names)
        for clash in find_clashes(wanted, [_slot(defense) for defense in near])
    )


def _slot(defense: Defense) -> Slot:
    return Slot(
        defense_id=defense.id,
        starts_at=defense.starts_at,
        minutes=defense.minutes,
        room=defense.room,
        candidate_id=defense.candidate_id,
        people=frozenset({defense.candidate_id, *(member.rater_id for member in defense.panel)}),
    )


def _clash_facts(clash: Clash, other: Defense, names: dict[int, str]) -> JsonObject:
    return {
        "kind": clash.kind.value,
        "name": other.room if clash.person_id is None else names[clash.person_id],
        "candidate": other.candidate.name,
        "starts_at": other.starts_at,
        "minutes": other.minutes,
        "room": other.room,
        "defense_id": other.id,
    }


def _seat(
    defense: Defense, panel: Sequence[Person], zone: ZoneInfo, now: dt.datetime
) -> dict[int, str]:
    """Add the panel and return the token of each rater's link; only its hash stays here."""
    on = local_date(defense.starts_at, zone)
    supervisions = [
        (one.supervisor_id, one.kind) for one in list_supervisions(defense.candidate_id, on)
    ]
    tokens: dict[int, str] = {}
    for rater in panel:
        tokens[rater.id] = secrets.token_urlsafe(TOKEN_BYTES)
        defense.panel.append(
            PanelMember(
                rater=rater,
                conflicts=conflicts_of(rater.id, supervisions),
                token_sha256=hash_token(tokens[rater.id]),
                added_at=now,
            )
        )
    db.session.flush()
    return tokens


def _tell_booked(
    defense: Defense, tokens: dict[int, str], zone: ZoneInfo, now: dt.datetime
) -> None:
    facts = when_and_where(defense, zone)
    for member in defense.panel:
        post(
            "defense.please_rate",
            to=member.rater,
            key=f"defense:{defense.id}:rate:{member.rater_id}",
            now=now,
            link=f"/r/{tokens[member.rater_id]}",
            **facts,
            candidate=defense.candidate.name,
            note=defense.note,
            conflicts=list(member.conflicts),
        )
    post(
        "defense.booked",
        to=defense.candidate,
        key=f"defense:{defense.id}:booked",
        now=now,
        link=f"/defenses/{defense.id}",
        **facts,
        note=defense.note,
    )
