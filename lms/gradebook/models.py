"""The ledger."""

import datetime as dt
from decimal import Decimal
from typing import cast

from sqlalchemy import Connection, ForeignKey, String, Table, event, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from lms.db import Base, Id, JsonObject
from lms.errors import InvalidState


class GradeEntry(Base):
    """One result. Never changed: a correction is a new row that names the one it supersedes."""

    __tablename__ = "grade_entry"

    id: Mapped[Id] = mapped_column(primary_key=True)
    enrolment_id: Mapped[Id] = mapped_column(ForeignKey("enrolment.id"), index=True)
    #: quiz or defense.
    kind: Mapped[str] = mapped_column(String(16))
    #: Key of the quiz; "" for the defense.
    key: Mapped[str] = mapped_column(String(64))
    #: Row the result comes from, such as ``attempt:17``; unique per kind so that a result is entered once.
    source: Mapped[str] = mapped_column(String(80), unique=True)
    points: Mapped[Decimal]
    max_points: Mapped[Decimal]
    cut_percent: Mapped[Decimal]
    passed: Mapped[bool]
    recorded_at: Mapped[dt.datetime]
    recorded_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    supersedes_id: Mapped[Id | None] = mapped_column(ForeignKey("grade_entry.id"))
    facts: Mapped[JsonObject]


GRADE_ENTRY = cast("Table", GradeEntry.__table__)


@event.listens_for(GradeEntry, "before_update")
def _refuse_change(_mapper: Mapper[GradeEntry], _on: Connection, entry: GradeEntry) -> None:
    # Certificates and decisions rest on these lines.
    if any(attribute.history.has_changes() for attribute in inspect(entry).attrs):
        raise InvalidState("grade_entry_frozen", id=entry.id)
