"""Tables of the probation defense."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.curriculum.models import Enrolment
from lms.db import Base, Id, JsonList, JsonObject
from lms.people.models import Person


class Defense(Base):
    """One booked defense of one candidate, with the rubric and the evidence as they were at booking."""

    __tablename__ = "defense"

    id: Mapped[Id] = mapped_column(primary_key=True)
    enrolment_id: Mapped[Id] = mapped_column(ForeignKey("enrolment.id"), index=True)
    candidate_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    starts_at: Mapped[dt.datetime] = mapped_column(index=True)
    minutes: Mapped[int]
    room: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(Text, default="")
    #: Criteria with anchors, weights, cut and minima: what the panel rates against.
    rubric: Mapped[JsonObject]
    #: What had been measured until booking: ``{"tests": […], "lessons_done", "lessons_total", "earlier": […]}``.
    evidence: Mapped[JsonObject]
    created_at: Mapped[dt.datetime]
    created_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    cancelled_at: Mapped[dt.datetime | None]
    #: In the canceller's words; empty when the enrolment ended and took the defense with it.
    cancel_reason: Mapped[str] = mapped_column(String(500), default="")

    enrolment: Mapped[Enrolment] = relationship()
    candidate: Mapped[Person] = relationship(foreign_keys=[candidate_id])
    panel: Mapped[list["PanelMember"]] = relationship(
        back_populates="defense", order_by="PanelMember.id"
    )
    verdict: Mapped["Verdict | None"] = relationship(back_populates="defense")


class PanelMember(Base):
    """One rater's seat, with conflicts of interest seen at booking and a personal link."""

    __tablename__ = "panel_member"
    __table_args__ = (UniqueConstraint("defense_id", "rater_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    defense_id: Mapped[Id] = mapped_column(ForeignKey("defense.id"))
    rater_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    #: Codes such as own_lead, own_mentor; shown as a flag, never hidden.
    conflicts: Mapped[JsonList]
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    added_at: Mapped[dt.datetime]

    defense: Mapped[Defense] = relationship(back_populates="panel")
    rater: Mapped[Person] = relationship()
    rating: Mapped["Rating | None"] = relationship(back_populates="member")


class Rating(Base):
    """What one rater submitted, once; sealed until the whole panel has submitted. Never changed."""

    __tablename__ = "rating"

    id: Mapped[Id] = mapped_column(primary_key=True)
    member_id: Mapped[Id] = mapped_column(ForeignKey("panel_member.id"), unique=True)
    #: At least one thing done well; asked before anything else.
    strengths: Mapped[str] = mapped_column(Text)
    #: ``{criterion: {"level": 1–5 | None (no basis), "comment", "evidence", "evidence_on"}}``.
    levels: Mapped[JsonObject]
    red_line: Mapped[bool]
    red_line_note: Mapped[str] = mapped_column(Text, default="")
    submitted_at: Mapped[dt.datetime]

    member: Mapped[PanelMember] = relationship(back_populates="rating")


class Verdict(Base):
    """What the ratings add up to, computed once when the last rating came in."""

    __tablename__ = "verdict"

    id: Mapped[Id] = mapped_column(primary_key=True)
    defense_id: Mapped[Id] = mapped_column(ForeignKey("defense.id"), unique=True)
    revealed_at: Mapped[dt.datetime]
    #: ``{"criteria": {criterion: {"mean", "spread", …}}, "red_lines", "reasons", …}``, see domain/verdict.py.
    summary: Mapped[JsonObject]
    #: 0–100; None while a criterion has no evidence.
    weighted_percent: Mapped[Decimal | None]
    #: pass, fail or discuss.
    recommendation: Mapped[str] = mapped_column(String(12))

    defense: Mapped[Defense] = relationship(back_populates="verdict")
