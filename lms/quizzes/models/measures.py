"""Table of measured difficulties."""

import datetime as dt
from typing import cast

from sqlalchemy import ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Id


class ItemMeasure(Base):
    """How many people had an item version in their first attempt, and how many were right.

    Added up from time to time by the worker, only where there are people enough for an index: a start cannot
    count a million rows to find items that are equally difficult.
    """

    __tablename__ = "item_measure"

    item_version_id: Mapped[Id] = mapped_column(
        ForeignKey("item_version.id"), primary_key=True, autoincrement=False
    )
    n: Mapped[int]
    right: Mapped[int]
    measured_at: Mapped[dt.datetime]


ITEM_MEASURE = cast("Table", ItemMeasure.__table__)
