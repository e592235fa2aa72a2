"""Tables of people."""

import datetime as dt
from collections.abc import Sequence
from typing import cast

from flask_security import RoleMixin, UserMixin
from sqlalchemy import JSON, Column, ForeignKey, String, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import Base, Id, JsonList

person_role = Table(
    "person_role",
    Base.metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("role.id"), primary_key=True),
)


class Role(Base, RoleMixin):
    """A role that persons hold; the names are ``RoleName``."""

    __tablename__ = "role"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str] = mapped_column(String(200), default="")


class Person(Base, UserMixin):
    """A human being known to the organisation, who may sign in once a password is set.

    Minimum data: no ID number, no birth date, no health data. Phone and e-mail are for signing in and for
    messages.
    """

    __tablename__ = "person"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    #: Latin spelling for the bilingual certificate; empty when not given.
    name_latin: Mapped[str] = mapped_column(String(120), default="")
    username: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str | None] = mapped_column(  # type: ignore[assignment]
        String(254), unique=True
    )
    #: Mainland numbers as 11 digits; others as + and digits.
    phone: Mapped[str | None] = mapped_column(String(20), unique=True)
    employee_no: Mapped[str | None] = mapped_column(String(40), unique=True)
    #: The post (岗位) hired for, such as 售前客服; free text of the organisation.
    post: Mapped[str] = mapped_column(String(80), default="")
    hired_on: Mapped[dt.date | None]
    locale: Mapped[str] = mapped_column(String(16), default="zh_Hans")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_phone_number: Mapped[str | None] = mapped_column(String(128))
    #: Mutable, so that a used code is seen to be gone: the library pops it off the list.
    #: A type of its own: making the shared one mutable would change every JSON column of the house.
    mf_recovery_codes: Mapped[JsonList | None] = mapped_column(
        MutableList.as_mutable(JSON().with_variant(JSONB(), "postgresql"))
    )
    created_at: Mapped[dt.datetime]

    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]
        secondary=person_role, lazy="selectin"
    )

    @property
    def role_names(self) -> frozenset[str]:
        """Names of the roles held."""
        return frozenset(role.name for role in self.roles)

    def has_any_role(self, names: Sequence[str]) -> bool:
        """Say whether the person holds at least one of ``names``."""
        return not self.role_names.isdisjoint(names)


PERSON = cast("Table", Person.__table__)
ROLE = cast("Table", Role.__table__)


class Supervision(Base):
    """Who leads (组长) or mentors (带教老师) whom, with dates, so that a conflict at a date can be seen."""

    __tablename__ = "supervision"

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    supervisor_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    #: lead or mentor.
    kind: Mapped[str] = mapped_column(String(16))
    since_on: Mapped[dt.date]
    until_on: Mapped[dt.date | None]

    supervisor: Mapped[Person] = relationship(foreign_keys=[supervisor_id])


class Cohort(Base):
    """New hires who start together (a 期)."""

    __tablename__ = "cohort"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    starts_on: Mapped[dt.date]
    note: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[dt.datetime]
    created_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))

    members: Mapped[list["CohortMember"]] = relationship(back_populates="cohort")


class CohortMember(Base):
    """Membership of a cohort."""

    __tablename__ = "cohort_member"
    __table_args__ = (UniqueConstraint("cohort_id", "person_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    cohort_id: Mapped[Id] = mapped_column(ForeignKey("cohort.id"))
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    joined_at: Mapped[dt.datetime]

    cohort: Mapped[Cohort] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()


class Invitation(Base):
    """A one-time link with which a person sets the first (or, re-invited, a new) password.

    Only the SHA-256 of the token is kept here; the link itself travels in the outbox.
    """

    __tablename__ = "invitation"

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]

    person: Mapped[Person] = relationship()


class PrivacyNotice(Base):
    """One version of the privacy notice, in both languages; never changed once published."""

    __tablename__ = "privacy_notice"

    id: Mapped[Id] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(unique=True)
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[dt.datetime]


class Consent(Base):
    """A person's acknowledgement of one version of the privacy notice."""

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("person_id", "notice_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    notice_id: Mapped[Id] = mapped_column(ForeignKey("privacy_notice.id"))
    #: Language in which it was read.
    locale: Mapped[str] = mapped_column(String(16))
    accepted_at: Mapped[dt.datetime]

    notice: Mapped[PrivacyNotice] = relationship()


class RosterUpload(Base):
    """An uploaded roster between preview and confirmation: parsed rows, nothing else saved yet."""

    __tablename__ = "roster_upload"

    id: Mapped[Id] = mapped_column(primary_key=True)
    uploaded_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[dt.datetime]
    filename: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str] = mapped_column(String(64))
    cohort_id: Mapped[Id | None] = mapped_column(ForeignKey("cohort.id"))
    #: Everything of the sheet, by ``kind``: person (number, values as text by field, person_id once imported),
    #: blank and example (number), ignored (heading). Issues are not kept: each look checks anew.
    rows: Mapped[JsonList]
    confirmed_at: Mapped[dt.datetime | None]
