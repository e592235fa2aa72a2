"""Tables of attempts: what was asked, answered and earned."""

import datetime as dt
from decimal import Decimal
from typing import cast

from sqlalchemy import ForeignKey, Index, Integer, String, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.curriculum.models import Enrolment
from lms.db import Base, Id, JsonList, JsonObject
from lms.people.models import Person
from lms.quizzes.domain.item_results import CHOSEN_AT_MOST
from lms.quizzes.models.quizzes import Sitting


class Attempt(Base):
    """One person's go at a sitting: a row from the first second, with the drawn paper frozen in it."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("sitting_id", "person_id", "number"),
        # Few of many: those that wait for markers.
        Index(
            "ix_attempt_awaits",
            "id",
            postgresql_where=text("awaits_marking"),
            sqlite_where=text("awaits_marking = 1"),
        ),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    sitting_id: Mapped[Id] = mapped_column(ForeignKey("sitting.id"))
    enrolment_id: Mapped[Id] = mapped_column(ForeignKey("enrolment.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[int]
    seed: Mapped[int]
    started_at: Mapped[dt.datetime]
    deadline_at: Mapped[dt.datetime] = mapped_column(index=True)
    #: open, submitted (by the candidate), expired (closed by the server at the deadline) or abandoned (likewise, and
    #: the sitting's rule says that what was not submitted does not count).
    state: Mapped[str] = mapped_column(String(12), index=True)
    #: When it ended: the submission, or the deadline.
    submitted_at: Mapped[dt.datetime | None]
    #: Since when its clock stands still; the deadline moves on when it goes on.
    paused_at: Mapped[dt.datetime | None]
    #: Whether parts wait to be marked by people: until then it has no points and no decision.
    awaits_marking: Mapped[bool] = mapped_column(default=False)
    #: How often it was opened again after it had ended; what it comes to then supersedes the ledger's line before.
    reopened: Mapped[int] = mapped_column(default=0)
    #: The first place from which answers are taken, from 1; it moves on only where a sitting knows no way back.
    reached: Mapped[int] = mapped_column(default=1)
    points: Mapped[Decimal | None]
    max_points: Mapped[Decimal]
    passed: Mapped[bool | None]
    #: As ``quizzes.domain.grading.grade_as_json`` makes it: percent, points and answer per position, what to study.
    outcome: Mapped[JsonObject | None]
    #: ``[{"item_version_id", "item_key", "section", "points", "option_order", "body", "red_line", "lesson_key", "point"}]``.
    #: The last column on purpose: it is long, and what stands behind it in a row is slow to reach on SQLite.
    paper: Mapped[JsonList]

    sitting: Mapped[Sitting] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
    person: Mapped[Person] = relationship()


class Response(Base):
    """The present answer to one position of a paper; created when first answered."""

    __tablename__ = "response"

    attempt_id: Mapped[Id] = mapped_column(
        ForeignKey("attempt.id"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    #: The browser's counter; an older one never overwrites a newer.
    seq: Mapped[int]
    answer: Mapped[JsonObject]
    saved_at: Mapped[dt.datetime]


class ResponseEvent(Base):
    """Every answer that was ever acknowledged; the present one of a position is that with the highest ``seq``."""

    __tablename__ = "response_event"

    attempt_id: Mapped[Id] = mapped_column(
        ForeignKey("attempt.id"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answer: Mapped[JsonObject]
    saved_at: Mapped[dt.datetime]
    #: Which browser sent it: a random name that the page keeps there; empty when it sent none.
    device: Mapped[str] = mapped_column(String(36), default="")


class AttemptEvent(Base):
    """Something that happened to an attempt besides answering; never changed."""

    __tablename__ = "attempt_event"

    id: Mapped[Id] = mapped_column(primary_key=True)
    attempt_id: Mapped[Id] = mapped_column(ForeignKey("attempt.id"), index=True)
    at: Mapped[dt.datetime]
    #: What, as ``quizzes.domain.events.EventKind`` names it.
    kind: Mapped[str] = mapped_column(String(24))
    #: Who did it; None for the candidate's browser and the worker.
    actor_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    facts: Mapped[JsonObject] = mapped_column(default=dict)


class StoredItemResult(Base):
    """One marked place of an ended attempt, narrow enough for a database to add up a million of them.

    Written with the marks, as ``quizzes.domain.item_results.ResultRow`` has it; the attempt's ``outcome`` remains
    what a result page shows.
    """

    __tablename__ = "item_result"
    __table_args__ = (
        # Each answers its question from the index alone, in the order in which it groups or sorts.
        Index(
            "ix_item_result_figures",
            "item_version_id",
            "is_first",
            "rest",
            "chosen",
            "points",
            "max_points",
            "is_right",
            "cohort_id",
        ),
        Index("ix_item_result_seconds", "item_version_id", "is_first", "seconds"),
    )

    attempt_id: Mapped[Id] = mapped_column(
        ForeignKey("attempt.id"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    item_version_id: Mapped[Id] = mapped_column(ForeignKey("item_version.id"))
    #: The cohort of the sitting.
    cohort_id: Mapped[Id] = mapped_column(ForeignKey("cohort.id"))
    #: Whether the attempt is the person's earliest at this quiz, over all sittings.
    is_first: Mapped[bool]
    points: Mapped[Decimal]
    max_points: Mapped[Decimal]
    is_right: Mapped[bool]
    #: Ids of options with commas between, typed text, ``*`` for other answers, "" for none.
    chosen: Mapped[str] = mapped_column(String(CHOSEN_AT_MOST))
    #: Share earned on the rest of the paper, in basis points.
    rest: Mapped[int | None] = mapped_column(Integer)
    seconds: Mapped[int | None] = mapped_column(Integer)


ATTEMPT = cast("Table", Attempt.__table__)
RESPONSE = cast("Table", Response.__table__)
RESPONSE_EVENT = cast("Table", ResponseEvent.__table__)
ITEM_RESULT = cast("Table", StoredItemResult.__table__)
"""The tables themselves, for the few statements of the exam that go round the ORM."""
