"""The one row that names the organisation."""

import datetime as dt

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Id


class Organisation(Base):
    """Names as they are printed on certificates; one row (id 1) a deployment."""

    __tablename__ = "organisation"

    id: Mapped[Id] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(80))
    name_latin: Mapped[str] = mapped_column(String(120), default="")
    #: Starts every serial: two to six capital letters or digits.
    serial_prefix: Mapped[str] = mapped_column(String(6))
    signer_name: Mapped[str] = mapped_column(String(60), default="")
    signer_title: Mapped[str] = mapped_column(String(60))
    signer_title_en: Mapped[str] = mapped_column(String(80), default="")
    #: Whether an item becomes ready only when somebody other than its author has approved it.
    second_review: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[dt.datetime]
