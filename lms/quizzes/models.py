"""Tables of quizzes."""

import datetime as dt
from decimal import Decimal
from typing import cast

from sqlalchemy import ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.curriculum.models import Enrolment
from lms.db import Base, Id, JsonList, JsonObject
from lms.people.models import Cohort, Person
from lms.questions.models import ItemVersion
from lms.quizzes.domain.item_results import CHOSEN_AT_MOST


class Quiz(Base):
    """A test specification: how many items from where, and the usual rules of its sittings."""

    __tablename__ = "quiz"

    id: Mapped[Id] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160))
    #: module_quiz or stage_test: which gate it opens.
    kind: Mapped[str] = mapped_column(String(16))
    programme_key: Mapped[str] = mapped_column(String(64))
    #: Key of the module or stage that it closes.
    gate_key: Mapped[str] = mapped_column(String(64))
    #: ``[{"title", "bank", "draw", "points_each"}]``.
    sections: Mapped[JsonList]
    minutes: Mapped[int]
    cut_percent: Mapped[Decimal]
    #: Whether every red-line item drawn must be right as well.
    red_line_all: Mapped[bool]
    max_attempts: Mapped[int]
    #: Minutes between two attempts.
    wait_minutes: Mapped[int]
    #: ``quizzes.domain.review.ReviewRule``.
    review: Mapped[str] = mapped_column(String(24))
    origin: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(String(64))
    retired_at: Mapped[dt.datetime | None]


class Sitting(Base):
    """A scheduled opening of a quiz for a cohort: the window and the rules, fixed when it was scheduled."""

    __tablename__ = "sitting"

    id: Mapped[Id] = mapped_column(primary_key=True)
    quiz_id: Mapped[Id] = mapped_column(ForeignKey("quiz.id"), index=True)
    cohort_id: Mapped[Id] = mapped_column(ForeignKey("cohort.id"), index=True)
    opens_at: Mapped[dt.datetime]
    closes_at: Mapped[dt.datetime]
    minutes: Mapped[int]
    max_attempts: Mapped[int]
    wait_minutes: Mapped[int]
    cut_percent: Mapped[Decimal]
    red_line_all: Mapped[bool]
    #: What candidates see afterwards: ``quizzes.domain.review.ReviewRule``.
    review: Mapped[str] = mapped_column(String(24))
    sections: Mapped[JsonList]
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[dt.datetime]
    created_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    cancelled_at: Mapped[dt.datetime | None]
    cancel_reason: Mapped[str] = mapped_column(String(500), default="")
    #: When the worker announced the opening and noted the close; the window itself is judged in the request.
    opening_announced_at: Mapped[dt.datetime | None]
    closing_noted_at: Mapped[dt.datetime | None]

    quiz: Mapped[Quiz] = relationship()
    cohort: Mapped[Cohort] = relationship()


class Attempt(Base):
    """One person's go at a sitting: a row from the first second, with the drawn paper frozen in it."""

    __tablename__ = "attempt"
    __table_args__ = (UniqueConstraint("sitting_id", "person_id", "number"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    sitting_id: Mapped[Id] = mapped_column(ForeignKey("sitting.id"))
    enrolment_id: Mapped[Id] = mapped_column(ForeignKey("enrolment.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[int]
    seed: Mapped[int]
    started_at: Mapped[dt.datetime]
    deadline_at: Mapped[dt.datetime] = mapped_column(index=True)
    #: open, submitted (by the candidate) or expired (closed by the server at the deadline).
    state: Mapped[str] = mapped_column(String(12), index=True)
    #: When it ended: the submission, or the deadline.
    submitted_at: Mapped[dt.datetime | None]
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


class ItemRekey(Base):
    """A correction of how one item version is marked, over every attempt that had it. Never changed but undone.

    What an attempt earns follows from its paper, its answers and the corrections in force, in order of ``id``.
    """

    __tablename__ = "item_rekey"

    id: Mapped[Id] = mapped_column(primary_key=True)
    item_version_id: Mapped[Id] = mapped_column(ForeignKey("item_version.id"), index=True)
    #: ``quizzes.domain.rekeying.Correction``: change_key, accept_also, give_points or drop.
    kind: Mapped[str] = mapped_column(String(16))
    #: What the correction says beyond its kind: the key or the answer accepted.
    facts: Mapped[JsonObject]
    reason: Mapped[str] = mapped_column(Text)
    applied_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    applied_at: Mapped[dt.datetime]
    #: What it did, as the preview promised: numbers by name.
    counts: Mapped[JsonObject]
    undone_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[dt.datetime | None]
    undo_reason: Mapped[str] = mapped_column(Text, default="")


class RekeyedAttempt(Base):
    """An attempt that a correction touched, as it stood before and after."""

    __tablename__ = "rekeyed_attempt"

    rekey_id: Mapped[Id] = mapped_column(
        ForeignKey("item_rekey.id"), primary_key=True, autoincrement=False
    )
    attempt_id: Mapped[Id] = mapped_column(
        ForeignKey("attempt.id"), primary_key=True, autoincrement=False, index=True
    )
    #: Points, points available, percent, passed, and the marks of the positions concerned.
    before: Mapped[JsonObject]
    after: Mapped[JsonObject]


class Objection(Base):
    """A candidate says that something is wrong with a question; a thread until somebody decides."""

    __tablename__ = "objection"
    __table_args__ = (UniqueConstraint("attempt_id", "position"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    attempt_id: Mapped[Id] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]
    item_version_id: Mapped[Id] = mapped_column(ForeignKey("item_version.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    #: open, upheld or declined.
    state: Mapped[str] = mapped_column(String(12), index=True)
    created_at: Mapped[dt.datetime]
    decided_at: Mapped[dt.datetime | None]
    decided_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))

    attempt: Mapped[Attempt] = relationship()
    version: Mapped[ItemVersion] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class ObjectionMessage(Base):
    """One message of an objection's thread; never changed."""

    __tablename__ = "objection_message"

    id: Mapped[Id] = mapped_column(primary_key=True)
    objection_id: Mapped[Id] = mapped_column(ForeignKey("objection.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime]

    person: Mapped[Person] = relationship()


SITTING = cast("Table", Sitting.__table__)
ATTEMPT = cast("Table", Attempt.__table__)
RESPONSE = cast("Table", Response.__table__)
ITEM_RESULT = cast("Table", StoredItemResult.__table__)
ITEM_REKEY = cast("Table", ItemRekey.__table__)
REKEYED_ATTEMPT = cast("Table", RekeyedAttempt.__table__)
"""The tables themselves, for the few statements of the exam that go round the ORM."""
