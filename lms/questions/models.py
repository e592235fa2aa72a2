"""Tables of item banks."""

import datetime as dt

from sqlalchemy import Connection, ForeignKey, String, UniqueConstraint, event, inspect
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from lms.db import Base, Id, JsonList, JsonObject
from lms.errors import InvalidState


class ItemBank(Base):
    """A named collection of items."""

    __tablename__ = "item_bank"

    id: Mapped[Id] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160))
    origin: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[dt.datetime]
    retired_at: Mapped[dt.datetime | None]

    items: Mapped[list["Item"]] = relationship(back_populates="bank")


class Item(Base):
    """An assessable task. Its words live in versions; a version once presented is never changed."""

    __tablename__ = "item"

    id: Mapped[Id] = mapped_column(primary_key=True)
    bank_id: Mapped[Id] = mapped_column(ForeignKey("item_bank.id"), index=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    #: quiz (drawn into papers) or recall (at the end of a lesson, never graded).
    purpose: Mapped[str] = mapped_column(String(8), index=True)
    #: draft, in_review, ready or retired; only ready items are drawn.
    state: Mapped[str] = mapped_column(String(12), index=True)
    #: Number of the current version.
    version: Mapped[int]
    #: Copies of the current version's fields, for drawing and searching.
    lesson_key: Mapped[str] = mapped_column(String(64), index=True)
    point: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]

    bank: Mapped[ItemBank] = relationship(back_populates="items")
    versions: Mapped[list["ItemVersion"]] = relationship(
        back_populates="item", order_by="ItemVersion.number"
    )


class ItemVersion(Base):
    """The words and the key of an item at one time.

    ``body`` is the value that ``questions.domain.items.item_from_json`` reads: type, stem, options with
    ids, key, feedback, explanation.
    """

    __tablename__ = "item_version"
    __table_args__ = (UniqueConstraint("item_id", "number"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    item_id: Mapped[Id] = mapped_column(ForeignKey("item.id"))
    number: Mapped[int]
    type: Mapped[str] = mapped_column(String(24))
    body: Mapped[JsonObject]
    sha256: Mapped[str] = mapped_column(String(64))
    lesson_key: Mapped[str] = mapped_column(String(64))
    point: Mapped[str] = mapped_column(String(80))
    #: Keys of the law or rule cards it rests on.
    cards: Mapped[JsonList]
    #: easy, medium or hard, as judged by the author.
    difficulty: Mapped[str] = mapped_column(String(8))
    red_line: Mapped[bool]
    created_at: Mapped[dt.datetime]
    #: First time a candidate saw it; from then on the row is frozen.
    presented_at: Mapped[dt.datetime | None]

    item: Mapped[Item] = relationship(back_populates="versions")


@event.listens_for(ItemVersion, "before_update")
def _refuse_change(_mapper: Mapper[ItemVersion], _on: Connection, version: ItemVersion) -> None:
    # Papers, results and appeals point at versions. Whatever code comes later, their words stay.
    changed = {
        attribute.key for attribute in inspect(version).attrs if attribute.history.has_changes()
    }
    if changed - {"presented_at"}:
        raise InvalidState("item_version_frozen", version=version.id, fields=sorted(changed))


class RecallAnswer(Base):
    """One answer to a recall item; every try is kept, none is graded."""

    __tablename__ = "recall_answer"

    id: Mapped[Id] = mapped_column(primary_key=True)
    enrolment_id: Mapped[Id] = mapped_column(ForeignKey("enrolment.id"), index=True)
    item_version_id: Mapped[Id] = mapped_column(ForeignKey("item_version.id"))
    item_key: Mapped[str] = mapped_column(String(80), index=True)
    response: Mapped[JsonObject]
    is_right: Mapped[bool]
    answered_at: Mapped[dt.datetime]
