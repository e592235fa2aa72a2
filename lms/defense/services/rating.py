"""Taking a rating, and revealing all of them with the verdict when the last one is in."""

import datetime as dt
import hashlib
import json
from decimal import Decimal
from zoneinfo import ZoneInfo

from lms.audit.services import record
from lms.clock import local_date
from lms.curriculum.services import pass_gate
from lms.db import db
from lms.defense.domain.booking import opens_at
from lms.defense.domain.rubric import rubric_from_json
from lms.defense.domain.sheet import Sheet, entries_as_json, find_gaps
from lms.defense.domain.verdict import Judgement, Outcome, Recommendation, judge, outcome_as_json
from lms.defense.models import Defense, PanelMember, Rating, Verdict
from lms.defense.queries import find_own_rating
from lms.defense.queries.ratings import SealedRating, read_all_ratings
from lms.errors import InvalidInput, InvalidState
from lms.gradebook.services import record_result
from lms.notifications.services import post
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.people.queries import get_person, list_persons_with_role


def submit_rating(
    member: PanelMember, sheet: Sheet, *, zone: ZoneInfo, now: dt.datetime, via: str = "sign_in"
) -> Rating:
    """Seal one rater's sheet; with the last one of the panel the verdict is made.

    Args:
        member: The rater's seat.
        sheet: A complete sheet.
        zone: The organisation's zone; ratings are taken from the local day of the defense on.
        now: The instant of submitting.
        via: ``sign_in`` or ``link``, for the audit.

    Raises:
        InvalidState: ``defense_cancelled``; ``rating_exists`` when this seat has submitted (what is sealed
            stays as it is); ``rating_not_open`` before the day.
        InvalidInput: ``rating_incomplete`` with ``gaps``.
    """
    defense = member.defense
    # The panel's last two ratings may come at once: one waits here and then sees the other.
    db.session.refresh(defense, with_for_update=True)
    if defense.cancelled_at is not None:
        raise InvalidState("defense_cancelled", at=defense.cancelled_at)
    own = find_own_rating(member)
    if own is not None:
        raise InvalidState("rating_exists", at=own.submitted_at)
    if now < opens_at(defense.starts_at, zone):
        raise InvalidState("rating_not_open", starts_at=defense.starts_at)
    gaps = find_gaps(sheet, rubric_from_json(defense.rubric), today=local_date(now, zone))
    if gaps:
        raise InvalidInput("rating_incomplete", gaps=gaps)
    rating = Rating(
        member_id=member.id,
        strengths=sheet.strengths.strip(),
        levels=entries_as_json(sheet),
        red_line=sheet.red_line,
        red_line_note=sheet.red_line_note.strip() if sheet.red_line else "",
        submitted_at=now,
    )
    db.session.add(rating)
    db.session.flush()
    # That it was submitted, not what it says: events are read by people who must not know yet.
    record(
        "defense.submit_rating",
        actor_id=member.rater_id,
        now=now,
        subject_kind="panel_member",
        subject_id=member.id,
        defense_id=defense.id,
        via=via,
    )
    ratings = read_all_ratings(defense.id)
    if len(ratings) == len(defense.panel):
        _conclude(defense, ratings, now)
    return rating


def _conclude(defense: Defense, ratings: list[SealedRating], now: dt.datetime) -> None:
    rubric = rubric_from_json(defense.rubric)
    outcome = judge(
        rubric,
        [
            Judgement({key: entry.level for key, entry in one.entries.items()}, one.red_line)
            for one in ratings
        ],
    )
    verdict = Verdict(
        defense=defense,
        revealed_at=now,
        summary=outcome_as_json(outcome),
        weighted_percent=outcome.weighted,
        recommendation=outcome.recommendation.value,
    )
    db.session.add(verdict)
    db.session.flush()
    record(
        "defense.conclude",
        actor_id=None,
        now=now,
        subject_kind="verdict",
        subject_id=verdict.id,
        defense_id=defense.id,
        recommendation=verdict.recommendation,
        weighted_percent=None if outcome.weighted is None else str(outcome.weighted),
        ratings_sha256={str(one.rater_id): _digest(one) for one in ratings},
    )
    _enter(defense, verdict, outcome, rubric.cut_percent, now)
    _tell_ready(defense, verdict, now)


def _enter(
    defense: Defense, verdict: Verdict, outcome: Outcome, cut_percent: Decimal, now: dt.datetime
) -> None:
    """Enter the result where others look for it. Without a total there is no result: nothing is not zero."""
    is_pass = outcome.recommendation is Recommendation.PASS
    if outcome.weighted is not None:
        record_result(
            enrolment_id=defense.enrolment_id,
            kind="defense",
            key="",
            source=f"defense:{defense.id}",
            points=outcome.weighted,
            max_points=Decimal(100),
            cut_percent=cut_percent,
            passed=is_pass,
            now=now,
            recommendation=outcome.recommendation.value,
            verdict=verdict.id,
        )
    if is_pass:
        pass_gate(
            defense.enrolment_id,
            kind="defense",
            key="",
            percent=outcome.weighted,
            evidence={"table": "verdict", "id": verdict.id},
            now=now,
        )


def _tell_ready(defense: Defense, verdict: Verdict, now: dt.datetime) -> None:
    """Tell HR and whoever booked; never the candidate, who hears from HR."""
    readers: dict[int, Person] = {one.id: one for one in list_persons_with_role(RoleName.HR)}
    if defense.created_by is not None:
        readers[defense.created_by] = get_person(defense.created_by)
    readers.pop(defense.candidate_id, None)
    for person in readers.values():
        post(
            "defense.verdict_ready",
            to=person,
            key=f"defense:{defense.id}:verdict:{person.id}",
            now=now,
            link=f"/defenses/{defense.id}",
            candidate=defense.candidate.name,
            recommendation=verdict.recommendation,
            percent=None if verdict.weighted_percent is None else str(verdict.weighted_percent),
        )


def _digest(rating: SealedRating) -> str:
    """Return the SHA-256 of what a rater submitted, so that a later change of the row would show."""
    text = json.dumps(
        {
            "strengths": rating.strengths,
            "levels": {
                key: [
                    entry.level,
                    entry.comment,
                    entry.evidence,
                    entry.evidence_on.isoformat() if entry.evidence_on else None,
                ]
                for key, entry in rating.entries.items()
            },
            "red_line": [rating.red_line, rating.red_line_note],
            "submitted_at": rating.submitted_at.isoformat(),
        },
        ensure_ascii=False,
        sort_keys=True,
    )
    return hashlib.sha256(text.encode()).hexdigest()
