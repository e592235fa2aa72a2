"""Tables of probation."""

import datetime as dt

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.curriculum.models import Enrolment, Programme
from lms.db import Base, Id, JsonList, JsonObject
from lms.people.models import Person


class HiringConditions(Base):
    """One version of a programme's hiring conditions (录用条件): exact text and its SHA-256. Frozen."""

    __tablename__ = "hiring_conditions"
    __table_args__ = (UniqueConstraint("programme_id", "version"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    programme_id: Mapped[Id] = mapped_column(ForeignKey("programme.id"))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(160))
    title_en: Mapped[str] = mapped_column(String(200))
    #: ``[{"key", "text", "text_en", "source", "threshold", …}]``; decisions name these keys.
    items: Mapped[JsonList]
    #: The whole text as shown and signed.
    text: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[dt.datetime]

    programme: Mapped[Programme] = relationship()


class ConditionsSignature(Base):
    """A person's signature under one version, with what exactly was signed."""

    __tablename__ = "conditions_signature"
    __table_args__ = (UniqueConstraint("enrolment_id", "conditions_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    enrolment_id: Mapped[Id] = mapped_column(ForeignKey("enrolment.id"))
    conditions_id: Mapped[Id] = mapped_column(ForeignKey("hiring_conditions.id"))
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    #: Hash of the text as shown, in the language shown.
    sha256: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(16))
    typed_name: Mapped[str] = mapped_column(String(80))
    signed_at: Mapped[dt.datetime]

    conditions: Mapped[HiringConditions] = relationship()
    enrolment: Mapped[Enrolment] = relationship()


class ProbationFile(Base):
    """The dates of one person's probation, as written in the contract."""

    __tablename__ = "probation_file"

    id: Mapped[Id] = mapped_column(primary_key=True)
    enrolment_id: Mapped[Id] = mapped_column(ForeignKey("enrolment.id"), unique=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    #: fixed_term or open_ended; other kinds have no probation.
    contract_kind: Mapped[str] = mapped_column(String(16))
    contract_starts_on: Mapped[dt.date]
    contract_ends_on: Mapped[dt.date | None]
    probation_starts_on: Mapped[dt.date]
    #: Inclusive; the last lawful day for a negative decision.
    probation_ends_on: Mapped[dt.date]
    entered_at: Mapped[dt.datetime]
    entered_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))

    enrolment: Mapped[Enrolment] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    decision: Mapped["Decision | None"] = relationship(back_populates="file")


class Decision(Base):
    """HR's decision: a named human, reasons tied to conditions, once. Never changed."""

    __tablename__ = "decision"

    id: Mapped[Id] = mapped_column(primary_key=True)
    file_id: Mapped[Id] = mapped_column(ForeignKey("probation_file.id"), unique=True)
    #: regular (转正), early (提前转正) or not_met (不符合录用条件).
    outcome: Mapped[str] = mapped_column(String(12))
    #: ``[{"condition", "state": met | not_met | no_evidence, "reason"}]``.
    reasons: Mapped[JsonList]
    summary: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[dt.datetime]
    #: Verdict and signature that the decision rests on.
    facts: Mapped[JsonObject]

    file: Mapped[ProbationFile] = relationship(back_populates="decision")
    decider: Mapped[Person] = relationship()
