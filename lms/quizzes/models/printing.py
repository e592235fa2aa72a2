"""Tables of papers on paper."""

import datetime as dt

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import Base, Id, JsonList, JsonObject
from lms.people.models import Person
from lms.quizzes.models.attempts import Attempt
from lms.quizzes.models.quizzes import Sitting


class PrintedPaper(Base):
    """A paper printed for one person, frozen as it was drawn; its answers are typed in afterwards."""

    __tablename__ = "printed_paper"
    __table_args__ = (UniqueConstraint("sitting_id", "person_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    sitting_id: Mapped[Id] = mapped_column(ForeignKey("sitting.id"))
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    seed: Mapped[int]
    printed_at: Mapped[dt.datetime]
    printed_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    #: The attempt that the typed answers became.
    attempt_id: Mapped[Id | None] = mapped_column(ForeignKey("attempt.id"))
    #: As ``Attempt.paper``.
    paper: Mapped[JsonList]

    sitting: Mapped[Sitting] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    attempt: Mapped[Attempt | None] = relationship()


class TypedAnswers(Base):
    """The answers of a printed paper as one person typed them in; twice, so that slips show."""

    __tablename__ = "typed_answers"

    printed_paper_id: Mapped[Id] = mapped_column(
        ForeignKey("printed_paper.id"), primary_key=True, autoincrement=False
    )
    #: 1 or 2.
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Raw answers by position.
    answers: Mapped[JsonObject]
    typed_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    typed_at: Mapped[dt.datetime]
