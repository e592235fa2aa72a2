"""Tables of quizzes and their sittings."""

import datetime as dt
from decimal import Decimal
from typing import cast

from sqlalchemy import ForeignKey, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import Base, Id, JsonList, JsonObject
from lms.people.models import Cohort, Person


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
    #: As ``quizzes.domain.review.matrix_as_stored`` makes it: a usual rule by its name, or a matrix.
    review: Mapped[str] = mapped_column(String(120))
    origin: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(String(64))
    retired_at: Mapped[dt.datetime | None]


class Sitting(Base):
    """A scheduled opening of a quiz for a cohort: the window and the rules, fixed when it was scheduled."""

    __tablename__ = "sitting"
    __table_args__ = (UniqueConstraint("series_id", "opens_at"),)

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
    #: What candidates see afterwards, likewise.
    review: Mapped[str] = mapped_column(String(120))
    sections: Mapped[JsonList]
    #: How it is run, as ``quizzes.domain.rules.rules_as_json`` makes it.
    rules: Mapped[JsonObject] = mapped_column(default=dict)
    #: Whether the whole cohort takes it; else only those who have a seat with ``is_invited``.
    is_for_cohort: Mapped[bool] = mapped_column(default=True)
    #: The repetition that it came from, and the sitting for whose absent or failed candidates it was made.
    series_id: Mapped[Id | None] = mapped_column(ForeignKey("sitting_series.id"), index=True)
    make_up_of_id: Mapped[Id | None] = mapped_column(ForeignKey("sitting.id"), unique=True)
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[dt.datetime]
    created_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    cancelled_at: Mapped[dt.datetime | None]
    cancel_reason: Mapped[str] = mapped_column(String(500), default="")
    #: When the worker announced the opening and noted the close; the window itself is judged in the request.
    opening_announced_at: Mapped[dt.datetime | None]
    closing_noted_at: Mapped[dt.datetime | None]
    #: The last reminder that was sent: ``quizzes.domain.reminders.Reminder``; empty before the first.
    reminded: Mapped[str] = mapped_column(String(8), default="")
    #: While all attempts stand still; the clock of each goes on from there.
    paused_at: Mapped[dt.datetime | None]
    #: When the results were released by hand, for review rules that wait for it.
    released_at: Mapped[dt.datetime | None]
    released_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))

    quiz: Mapped[Quiz] = relationship()
    cohort: Mapped[Cohort] = relationship()


class SittingSeat(Base):
    """What holds for one person in one sitting: an invitation, more time, a later end, one attempt more."""

    __tablename__ = "sitting_seat"

    sitting_id: Mapped[Id] = mapped_column(
        ForeignKey("sitting.id"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[Id] = mapped_column(
        ForeignKey("person.id"), primary_key=True, autoincrement=False, index=True
    )
    #: Takes part although the cohort as a whole does not, or is another one.
    is_invited: Mapped[bool] = mapped_column(default=False)
    #: Minutes added to each of the person's attempts.
    extra_minutes: Mapped[int] = mapped_column(default=0)
    #: Attempts beyond those of the sitting.
    extra_attempts: Mapped[int] = mapped_column(default=0)
    #: Until when this person may start, in place of the sitting's end.
    closes_at: Mapped[dt.datetime | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    changed_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[dt.datetime]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class Accommodation(Base):
    """More time for a person in every sitting, with its reason, as long as it holds. Never changed but ended."""

    __tablename__ = "accommodation"

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    #: Added to the length of every attempt: 25 makes 40 minutes 50.
    extra_percent: Mapped[int]
    #: Why, in words that say no more than needed; no diagnosis.
    reason: Mapped[str] = mapped_column(String(500))
    from_on: Mapped[dt.date]
    until_on: Mapped[dt.date | None]
    created_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime]
    ended_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[dt.datetime | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class SittingSeries(Base):
    """A sitting that comes again: every week on a day, or every month; the worker makes the sittings."""

    __tablename__ = "sitting_series"

    id: Mapped[Id] = mapped_column(primary_key=True)
    quiz_id: Mapped[Id] = mapped_column(ForeignKey("quiz.id"), index=True)
    cohort_id: Mapped[Id] = mapped_column(ForeignKey("cohort.id"), index=True)
    #: As ``quizzes.domain.series.repeat_as_json`` makes it: weekly or monthly, day, local time.
    repeat: Mapped[JsonObject]
    #: What each sitting gets: length of its window and the fields of ``Sitting`` by name.
    plan: Mapped[JsonObject]
    until_on: Mapped[dt.date]
    #: Openings up to this instant were made, or could not be.
    made_until: Mapped[dt.datetime | None]
    created_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]

    quiz: Mapped[Quiz] = relationship()
    cohort: Mapped[Cohort] = relationship()


QUIZ = cast("Table", Quiz.__table__)
SITTING = cast("Table", Sitting.__table__)
