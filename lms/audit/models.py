"""The table of audit events."""

import datetime as dt

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Id, JsonObject


class AuditEvent(Base):
    """One deed: who, what, on which row, with which facts. Never updated, never deleted."""

    __tablename__ = "audit_event"

    id: Mapped[Id] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    #: The acting person; None for the worker and the command line.
    actor_id: Mapped[Id | None] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(80), index=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(80), index=True)
    facts: Mapped[JsonObject]
