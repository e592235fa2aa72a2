"""Tables of the library."""

import datetime as dt

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Id, JsonObject


class RuleCard(Base):
    """One version of a law or platform rule card; a new text is a new row with the next version."""

    __tablename__ = "rule_card"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)
    version: Mapped[int]
    #: law or platform.
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(160))
    title_en: Mapped[str] = mapped_column(String(200))
    #: A: text read in full; B: second-hand, shown with 待核.
    confidence: Mapped[str] = mapped_column(String(1))
    checked_on: Mapped[dt.date]
    effective_from: Mapped[dt.date | None]
    #: source, source_en, clause, rule, say, do, consequence, values.
    body: Mapped[JsonObject]
    sha256: Mapped[str] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(String(8))
    published_at: Mapped[dt.datetime]
    #: Set when a newer version or a retirement takes its place.
    superseded_at: Mapped[dt.datetime | None]
