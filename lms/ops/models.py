"""Tables of operations."""

import datetime as dt

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base


class Heartbeat(Base):
    """When a kind of process last said that it lives."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    beat_at: Mapped[dt.datetime]
    host: Mapped[str] = mapped_column(String(120))
    pid: Mapped[int]
