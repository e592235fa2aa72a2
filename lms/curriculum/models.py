"""Tables of the curriculum."""

import datetime as dt
from decimal import Decimal
from typing import cast

from sqlalchemy import ForeignKey, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import Base, Id, JsonList, JsonObject
from lms.people.models import Cohort, Person


class Programme(Base):
    """What a post's new hires go through, from the first day to the defense."""

    __tablename__ = "programme"

    id: Mapped[Id] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(Text)
    summary_en: Mapped[str] = mapped_column(Text)
    post: Mapped[str] = mapped_column(String(80))
    post_en: Mapped[str] = mapped_column(String(80))
    #: files or app: who authors it.
    origin: Mapped[str] = mapped_column(String(8))
    sha256: Mapped[str] = mapped_column(String(64))
    #: Defense settings: weights per criterion (percent), cut, minimum level per criterion, due_days.
    defense: Mapped[JsonObject]
    retired_at: Mapped[dt.datetime | None]

    stages: Mapped[list["Stage"]] = relationship(
        back_populates="programme", order_by="Stage.position"
    )


class Stage(Base):
    """A part of a programme that a stage test closes."""

    __tablename__ = "stage"
    __table_args__ = (UniqueConstraint("programme_id", "key"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    programme_id: Mapped[Id] = mapped_column(ForeignKey("programme.id"))
    key: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160))
    #: The stage test is due this many days after the start; day 1 is the start date itself.
    due_day: Mapped[int]
    #: Key of the quiz that closes the stage.
    quiz_key: Mapped[str] = mapped_column(String(64))

    programme: Mapped[Programme] = relationship(back_populates="stages")
    modules: Mapped[list["Module"]] = relationship(
        back_populates="stage", order_by="Module.position"
    )


class Module(Base):
    """A coherent part of a stage with its lessons and one module quiz."""

    __tablename__ = "module"
    __table_args__ = (UniqueConstraint("stage_id", "key"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    stage_id: Mapped[Id] = mapped_column(ForeignKey("stage.id"))
    key: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(Text)
    summary_en: Mapped[str] = mapped_column(Text)
    due_day: Mapped[int]
    quiz_key: Mapped[str] = mapped_column(String(64))
    #: Keys of the modules whose quiz must be passed before this one opens.
    requires: Mapped[JsonList]
    retired_at: Mapped[dt.datetime | None]

    stage: Mapped[Stage] = relationship(back_populates="modules")
    lessons: Mapped[list["Lesson"]] = relationship(
        back_populates="module", order_by="Lesson.position"
    )


class Lesson(Base):
    """A text read in one sitting. Revising it counts ``version`` up; progress remembers the version read."""

    __tablename__ = "lesson"

    id: Mapped[Id] = mapped_column(primary_key=True)
    module_id: Mapped[Id] = mapped_column(ForeignKey("module.id"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(Text)
    summary_en: Mapped[str] = mapped_column(Text)
    minutes: Mapped[int]
    objectives: Mapped[JsonList]
    #: Markdown as authored.
    body: Mapped[str] = mapped_column(Text)
    #: Blocks as rendered at publication: ``[{"key", "html", "heading"}]``.
    blocks: Mapped[JsonList]
    #: The cards shown, as they were at publication, each with its version.
    cards: Mapped[JsonList]
    version: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[dt.datetime]
    retired_at: Mapped[dt.datetime | None]

    module: Mapped[Module] = relationship(back_populates="lessons")


class Enrolment(Base):
    """One person's way through one programme."""

    __tablename__ = "enrolment"
    __table_args__ = (UniqueConstraint("programme_id", "person_id", "starts_on"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    programme_id: Mapped[Id] = mapped_column(ForeignKey("programme.id"))
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    cohort_id: Mapped[Id | None] = mapped_column(ForeignKey("cohort.id"), index=True)
    starts_on: Mapped[dt.date]
    enrolled_at: Mapped[dt.datetime]
    enrolled_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    #: active, completed or withdrawn.
    state: Mapped[str] = mapped_column(String(16), index=True)
    ended_at: Mapped[dt.datetime | None]

    programme: Mapped[Programme] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    cohort: Mapped[Cohort | None] = relationship()


class LessonProgress(Base):
    """How far a person has read one lesson, to the paragraph."""

    __tablename__ = "lesson_progress"
    __table_args__ = (UniqueConstraint("enrolment_id", "lesson_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    enrolment_id: Mapped[Id] = mapped_column(ForeignKey("enrolment.id"))
    lesson_id: Mapped[Id] = mapped_column(ForeignKey("lesson.id"), index=True)
    lesson_version: Mapped[int]
    #: Where the reader was last, and the furthest block read, both as block numbers from 1 (0: none).
    last_block: Mapped[int]
    furthest_block: Mapped[int]
    blocks_total: Mapped[int]
    opened_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime | None]
    #: When every recall item of the lesson had been answered.
    recalled_at: Mapped[dt.datetime | None]
    #: When read and recalled: the lesson counts as done.
    completed_at: Mapped[dt.datetime | None]


class GatePass(Base):
    """A gate that a person passed: written by whoever measured it, read by the path. Append-only."""

    __tablename__ = "gate_pass"
    __table_args__ = (UniqueConstraint("enrolment_id", "kind", "key"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    enrolment_id: Mapped[Id] = mapped_column(ForeignKey("enrolment.id"))
    #: module_quiz, stage_test, defense or decision.
    kind: Mapped[str] = mapped_column(String(16))
    #: Key of the module, the stage, or "" for defense and decision.
    key: Mapped[str] = mapped_column(String(64))
    passed_at: Mapped[dt.datetime]
    percent: Mapped[Decimal | None]
    #: What the pass rests on: ``{"table": …, "id": …}`` or a recorded exception with actor and reason.
    evidence: Mapped[JsonObject]


GATE_PASS = cast("Table", GatePass.__table__)
