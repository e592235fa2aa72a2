"""Tables of certificates."""

import datetime as dt

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import Base, Id, JsonObject
from lms.people.models import Person


class Credential(Base):
    """One award. Its facts are a snapshot; its documents are bytes stored by hash, never re-rendered."""

    __tablename__ = "credential"

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    #: The decision that it follows from; one credential a decision.
    decision_id: Mapped[Id] = mapped_column(ForeignKey("decision.id"), unique=True)
    serial: Mapped[str] = mapped_column(String(40), unique=True)
    #: Verification code without separators.
    code: Mapped[str] = mapped_column(String(40), unique=True)
    #: Everything printed, as printed.
    facts: Mapped[JsonObject]
    issued_at: Mapped[dt.datetime]
    template_version: Mapped[str] = mapped_column(String(40), default="")
    #: pending (to be rendered by the worker), ready or failed (with the reason).
    state: Mapped[str] = mapped_column(String(12), index=True)
    failure: Mapped[str] = mapped_column(Text, default="")
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    png_sha256: Mapped[str | None] = mapped_column(String(64))
    rendered_at: Mapped[dt.datetime | None]

    person: Mapped[Person] = relationship()
