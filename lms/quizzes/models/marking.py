"""Tables of what people mark."""

import datetime as dt
from decimal import Decimal
from typing import cast

from sqlalchemy import ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import Base, Id, JsonObject
from lms.people.models import Person
from lms.questions.models import ItemVersion
from lms.quizzes.models.attempts import Attempt

_IS_DUE = text("round_due IS NOT NULL")


class EssayPlace(Base):
    """An answered essay of an ended attempt: what the queue of markers is made of, narrow, without papers.

    Made when the attempt ends, settled by its marks, kept for good.
    """

    __tablename__ = "essay_place"
    __table_args__ = (
        Index(
            "ix_essay_place_due", "item_version_id", postgresql_where=_IS_DUE, sqlite_where=_IS_DUE
        ),
        Index("ix_essay_place_version", "item_version_id"),
    )

    attempt_id: Mapped[Id] = mapped_column(
        ForeignKey("attempt.id"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    #: Its name in addresses of markers: random, so that it leads to nobody.
    token: Mapped[str] = mapped_column(String(16), unique=True)
    item_version_id: Mapped[Id] = mapped_column(ForeignKey("item_version.id"))
    #: What the item is worth on this paper.
    max_points: Mapped[Decimal]
    #: How many people mark it who do not know of each other: 1 or 2.
    markers: Mapped[int]
    #: The end of the attempt: since when it waits.
    since_at: Mapped[dt.datetime]
    #: The round that is due now; None when it is settled.
    round_due: Mapped[int | None]
    #: What it earned by its marks; None while a round is due.
    points: Mapped[Decimal | None]

    attempt: Mapped[Attempt] = relationship()
    version: Mapped[ItemVersion] = relationship()


class EssayMark(Base):
    """One marker's mark of one place of an ended attempt.

    Until the attempt is complete its marker may change it; each earlier state stays in ``facts["history"]``, with its
    time. Afterwards it is never changed: a regrade is a further row, in a round from 4 on, with its reason.
    """

    __tablename__ = "essay_mark"
    __table_args__ = (UniqueConstraint("attempt_id", "position", "round"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    attempt_id: Mapped[Id] = mapped_column(ForeignKey("attempt.id"))
    position: Mapped[int]
    item_version_id: Mapped[Id] = mapped_column(ForeignKey("item_version.id"), index=True)
    #: 1 and 2 for markers who do not know of each other, 3 for who decides between them, from 4 on for regrades.
    round: Mapped[int]
    marker_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    points: Mapped[Decimal]
    #: ``criteria``: points by line of the rubric; ``history``: earlier states; ``reason`` of a regrade.
    facts: Mapped[JsonObject]
    comment: Mapped[str] = mapped_column(Text, default="")
    marked_at: Mapped[dt.datetime]

    attempt: Mapped[Attempt] = relationship()
    marker: Mapped[Person] = relationship()


ESSAY_PLACE = cast("Table", EssayPlace.__table__)
