"""The tables of calendar feeds and of shifts."""

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Id, JsonList, JsonObject


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


class ShiftDay(Base):
    """A day of which a person's roster is known: with shifts, or a rest day. Without a row nothing is known."""

    __tablename__ = "shift_day"

    person_id: Mapped[Id] = mapped_column(
        ForeignKey("person.id"), primary_key=True, autoincrement=False
    )
    #: The local day on which its shifts begin; a night shift belongs to the day of its evening.
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    #: starts_at and ends_at (UTC, ISO 8601) and name of each shift, in order; none is a rest day. Why somebody
    #: rests is not kept: it may be about their health.
    shifts: Mapped[JsonList]
    changed_at: Mapped[dt.datetime]


class ShiftCode(Base):
    """What a code of a roster meant last time."""

    __tablename__ = "shift_code"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    #: As ``domain.hours.hours_text`` writes it.
    hours: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[dt.datetime]


class ShiftUpload(Base):
    """An uploaded shift roster between preview and confirmation: what was read, nothing else saved yet."""

    __tablename__ = "shift_upload"

    id: Mapped[Id] = mapped_column(primary_key=True)
    uploaded_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[dt.datetime]
    filename: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str] = mapped_column(String(64))
    #: The sheets with shifts as ``shift_store`` writes them. Issues are not kept: each look checks anew.
    tables: Mapped[JsonList]
    #: Hours as written by code, where the workbook says them.
    legend: Mapped[JsonObject]
    #: sheet (index or null), month, hours (text by code), blank_is_rest.
    choice: Mapped[JsonObject]
    confirmed_at: Mapped[dt.datetime | None]
    #: people, added, changed, same: what the confirmation did.
    result: Mapped[JsonObject]
