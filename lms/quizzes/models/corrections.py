"""Tables of what is corrected afterwards: re-keys and objections."""

import datetime as dt
from typing import cast

from sqlalchemy import ForeignKey, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import Base, Id, JsonObject
from lms.people.models import Person
from lms.questions.models import ItemVersion
from lms.quizzes.models.attempts import Attempt


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


ITEM_REKEY = cast("Table", ItemRekey.__table__)
REKEYED_ATTEMPT = cast("Table", RekeyedAttempt.__table__)
