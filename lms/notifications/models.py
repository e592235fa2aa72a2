"""The outbox."""

import datetime as dt

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Id, JsonObject


class OutboxMessage(Base):
    """One message to one person.

    The words are made by the template ``<capability>/messages/<name>.txt`` that ``kind``
    (``capability.name``) names, in the reader's language; ``facts`` fill it. ``facts["person_name"]`` is the
    reader's name when it was written.
    """

    __tablename__ = "outbox_message"

    id: Mapped[Id] = mapped_column(primary_key=True)
    #: Same key, same message: a job that runs twice writes it once.
    key: Mapped[str] = mapped_column(String(200), unique=True)
    person_id: Mapped[Id] = mapped_column(index=True)
    #: Where e-mail goes; empty when the person has none: the message is in-app only.
    address: Mapped[str] = mapped_column(String(254))
    locale: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(80), index=True)
    facts: Mapped[JsonObject]
    #: Path within the product that the message leads to; may hold a one-time token.
    link: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    #: pending, sending (a worker has claimed it, until ``next_try_at``), sent, held (no address or no SMTP:
    #: readable in-app and by the admin) or failed.
    state: Mapped[str] = mapped_column(String(16), index=True)
    sent_at: Mapped[dt.datetime | None]
    read_at: Mapped[dt.datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[dt.datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")
