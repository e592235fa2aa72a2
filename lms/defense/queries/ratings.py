"""Reading ratings. The seal is here: nothing else in this package reads the table ``rating`` for its values."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.db import db
from lms.defense.domain.sheet import Entry
from lms.defense.models import Defense, PanelMember, Rating, Verdict
from lms.errors import InvalidState


@dataclass(frozen=True, slots=True)
class Seat:
    """A rater's place on a panel and whether the rating is in; never what it says."""

    member_id: int
    rater_id: int
    rater_name: str
    conflicts: tuple[str, ...]
    submitted_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class SealedRating:
    """What one rater submitted."""

    rater_name: str
    rater_id: int
    conflicts: tuple[str, ...]
    strengths: str
    entries: dict[str, Entry]
    red_line: bool
    red_line_note: str
    submitted_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Revealed:
    """A verdict with the ratings it rests on, in the order of the panel."""

    verdict: Verdict
    ratings: tuple[SealedRating, ...]


def list_seats(defense: Defense) -> list[Seat]:
    """Return the panel with who has submitted and when. Only for those who chase missing ratings."""
    rows = db.session.execute(
        select(PanelMember, Rating.submitted_at)
        .outerjoin(Rating, Rating.member_id == PanelMember.id)
        .options(joinedload(PanelMember.rater))
        .where(PanelMember.defense_id == defense.id)
        .order_by(PanelMember.id)
    )
    return [
        Seat(
            member_id=member.id,
            rater_id=member.rater_id,
            rater_name=member.rater.name,
            conflicts=tuple(str(code) for code in member.conflicts),
            submitted_at=submitted_at,
        )
        for member, submitted_at in rows
    ]


def has_submitted(member_id: int) -> bool:
    """Say whether the rating of a seat is in."""
    return db.session.scalar(select(Rating.id).where(Rating.member_id == member_id)) is not None


def list_submitted(member_ids: Collection[int]) -> set[int]:
    """Return which of these seats have submitted; asked for one's own."""
    return set(db.session.scalars(select(Rating.member_id).where(Rating.member_id.in_(member_ids))))


def find_own_rating(member: PanelMember) -> SealedRating | None:
    """Return the rating of this very seat, if it is in. The caller has made sure that it is the reader's."""
    rating = db.session.scalars(select(Rating).where(Rating.member_id == member.id)).first()
    return None if rating is None else _sealed(member, rating)


def reveal(defense: Defense) -> Revealed:
    """Return the verdict and all ratings.

    Raises:
        InvalidState: ``ratings_sealed``: not all ratings are in.
    """
    if defense.verdict is None:
        raise InvalidState("ratings_sealed", defense=defense.id)
    return Revealed(verdict=defense.verdict, ratings=tuple(read_all_ratings(defense.id)))


def read_all_ratings(defense_id: int) -> list[SealedRating]:
    """Return every rating that is in, sealed or not: for computing the verdict, never for showing."""
    rows: Sequence[tuple[PanelMember, Rating]] = [
        (member, rating)
        for member, rating in db.session.execute(
            select(PanelMember, Rating)
            .join(Rating, Rating.member_id == PanelMember.id)
            .options(joinedload(PanelMember.rater))
            .where(PanelMember.defense_id == defense_id)
            .order_by(PanelMember.id)
        )
    ]
    return [_sealed(member, rating) for member, rating in rows]


def _sealed(member: PanelMember, rating: Rating) -> SealedRating:
    return SealedRating(
        rater_name=member.rater.name,
        rater_id=member.rater_id,
        conflicts=tuple(str(code) for code in member.conflicts),
        strengths=rating.strengths,
        entries={key: _entry(stored) for key, stored in rating.levels.items()},
        red_line=rating.red_line,
        red_line_note=rating.red_line_note,
        submitted_at=rating.submitted_at,
    )


def _entry(stored: dict[str, object]) -> Entry:
    day = stored.get("evidence_on")
    return Entry(
        level=cast("int | None", stored["level"]),
        comment=str(stored["comment"]),
        evidence=str(stored.get("evidence") or ""),
        evidence_on=dt.date.fromisoformat(str(day)) if day else None,
    )
