"""The table of calendar feeds."""

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Id


class CalendarFeed(Base):
    """The address at which calendar programs fetch a person's bookings.

    The secret is kept as it is: its owner must be able to read it again. It opens nothing but these bookings.
    """

    __tablename__ = "calendar_feed"

    person_id: Mapped[Id] = mapped_column(
        ForeignKey("person.id"), primary_key=True, autoincrement=False
    )
    token: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[dt.datetime]
