"""Tables of item banks."""

import datetime as dt

from sqlalchemy import (
    Computed,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    event,
    inspect,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from lms.db import Base, Id, JsonList, JsonObject
from lms.errors import InvalidState
from lms.questions.domain.identity import ItemFacts


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


class CaseGroup(Base):
    """A text that several items of a bank share (a chat, an order, a table); they are drawn together.

    A paper freezes the text with its first item, so a later change alters no paper.
    """

    __tablename__ = "case_group"

    id: Mapped[Id] = mapped_column(primary_key=True)
    bank_id: Mapped[Id] = mapped_column(ForeignKey("item_bank.id"), index=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    #: May be empty.
    title: Mapped[str] = mapped_column(String(120))
    #: Markdown.
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime]
    #: The items of a retired group are not drawn: without their text they make no sense.
    retired_at: Mapped[dt.datetime | None]

    bank: Mapped[ItemBank] = relationship()
    items: Mapped[list["Item"]] = relationship(
        back_populates="case_group", order_by="Item.group_place"
    )


class Item(Base):
    """An assessable task. Its words live in versions; a version once presented is never changed."""

    __tablename__ = "item"
    __table_args__ = (
        Index("ix_item_bank_id_file_key", "bank_id", "file_key"),
        # What lists of a bank are narrowed and ordered by: without the words, a row is ten times as short.
        Index(
            "ix_item_listing", "bank_id", "position", "key", "letters_1", "letters_2", "letters_3", "letters_4",
            "purpose", "state", "proposed_state", "type", "difficulty", "lesson_key", "point", "case_group_id",
            "card_lines",
        ),
        Index("ix_item_bank_id_kind", "bank_id", "kind"),
        Index("ix_item_bank_id_lesson_key", "bank_id", "lesson_key"),
        Index("ix_item_bank_id_point", "bank_id", "point"),
    )  # fmt: skip

    id: Mapped[Id] = mapped_column(primary_key=True)
    bank_id: Mapped[Id] = mapped_column(ForeignKey("item_bank.id"))
    key: Mapped[str] = mapped_column(String(80), unique=True)
    #: quiz (drawn into papers) or recall (at the end of a lesson, never graded).
    purpose: Mapped[str] = mapped_column(String(8))
    #: draft, in_review, ready or retired; only ready items are drawn.
    state: Mapped[str] = mapped_column(String(12), index=True)
    #: Number of the current version: what is drawn and shown.
    version: Mapped[int]
    #: Number of a newer version that waits for its review while the current one of a ready item stays in use.
    proposed: Mapped[int | None]
    #: Where that version is: draft or in_review; empty without one.
    proposed_state: Mapped[str] = mapped_column(String(12), default="", index=True)
    #: Copies of the current version's fields, for drawing and searching.
    lesson_key: Mapped[str] = mapped_column(String(64), index=True)
    point: Mapped[str] = mapped_column(String(80))
    type: Mapped[str] = mapped_column(String(24), default="")
    difficulty: Mapped[str] = mapped_column(String(8), default="")
    #: By what the items of a bank are counted, in one word: purpose, state, type and state of the proposal.
    kind: Mapped[str] = mapped_column(
        String(64),
        Computed("purpose || '/' || state || '/' || type || '/' || proposed_state", persisted=True),
    )
    position: Mapped[int]
    #: The shared text that it stands under, and its place there from 1; 0 when it stands alone.
    case_group_id: Mapped[Id | None] = mapped_column(ForeignKey("case_group.id"), index=True)
    group_place: Mapped[int] = mapped_column(default=0)
    #: Identity that the file it came from gives it; empty for items written here.
    file_key: Mapped[str] = mapped_column(String(255), default="")
    #: Short title that the file gives it; may be empty.
    name: Mapped[str] = mapped_column(Text, default="")
    #: The folder it stands in, outermost first.
    category: Mapped[JsonList] = mapped_column(default=list)
    #: What a right answer earns in the file's own system, as text so that it stays exact; may be empty.
    points: Mapped[str] = mapped_column(String(40), default="")
    #: Counts every change of the item: words, facts, tags, place, state. A page opened at another number is stale.
    revision: Mapped[int] = mapped_column(default=1)
    #: Everything the current version says, with its key and tags, folded: what the search looks at.
    search_text: Mapped[str] = mapped_column(Text, default="")
    #: Which letters it holds (``domain.search_text.letters_of``), looked at before it; -1 holds every letter.
    letters_1: Mapped[int] = mapped_column(default=-1)
    letters_2: Mapped[int] = mapped_column(default=-1)
    letters_3: Mapped[int] = mapped_column(default=-1)
    letters_4: Mapped[int] = mapped_column(default=-1)
    #: Keys of the cards that the current version rests on (``domain.search_text.card_lines``).
    card_lines: Mapped[str] = mapped_column(Text, default="")

    bank: Mapped[ItemBank] = relationship(back_populates="items")
    case_group: Mapped[CaseGroup | None] = relationship(back_populates="items")
    versions: Mapped[list["ItemVersion"]] = relationship(
        back_populates="item", order_by="ItemVersion.number"
    )


class ItemTag(Base):
    """A tag of an item."""

    __tablename__ = "item_tag"

    item_id: Mapped[Id] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(120), primary_key=True, index=True)
    #: Place among the tags of the item, from 0.
    position: Mapped[int] = mapped_column(default=0)


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
    #: easy, medium or hard, as judged by the author; empty while it is a draft.
    difficulty: Mapped[str] = mapped_column(String(8))
    red_line: Mapped[bool]
    created_at: Mapped[dt.datetime]
    #: Who wrote it; None for content files and the command line.
    created_by: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    #: First time a candidate saw it; from then on the row is frozen.
    presented_at: Mapped[dt.datetime | None]

    item: Mapped[Item] = relationship(back_populates="versions")

    @property
    def facts(self) -> ItemFacts:
        """What it is about."""
        return ItemFacts(
            lesson_key=self.lesson_key,
            point=self.point,
            cards=tuple(self.cards),
            difficulty=self.difficulty,
            red_line=self.red_line,
        )


@event.listens_for(ItemVersion, "before_update")
def _refuse_change(_mapper: Mapper[ItemVersion], _on: Connection, version: ItemVersion) -> None:
    # Papers, results and appeals point at versions. Whatever code comes later, their words stay.
    changed = {
        attribute.key for attribute in inspect(version).attrs if attribute.history.has_changes()
    }
    if changed - {"presented_at"}:
        raise InvalidState("item_version_frozen", version=version.id, fields=sorted(changed))


class ItemNote(Base):
    """A step of an item's review, or a remark on it; never changed."""

    __tablename__ = "item_note"

    id: Mapped[Id] = mapped_column(primary_key=True)
    item_id: Mapped[Id] = mapped_column(ForeignKey("item.id"), index=True)
    #: The version it is about.
    version: Mapped[int]
    #: comment, submitted, withdrawn, approved, returned, retired or restored.
    kind: Mapped[str] = mapped_column(String(12))
    #: State of that version before the step.
    was: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text, default="")
    person_id: Mapped[Id | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime]


class ItemDraft(Base):
    """What one person is writing in the editor and has not saved yet: the fields as they stand in the form.

    It may be anything, a half sentence too; it becomes an item or a version only when it is saved.
    """

    __tablename__ = "item_draft"
    __table_args__ = (
        UniqueConstraint("person_id", "item_id"),
        UniqueConstraint("person_id", "upload_row_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    bank_id: Mapped[Id] = mapped_column(ForeignKey("item_bank.id"), index=True)
    #: The item being changed; None for a new one.
    item_id: Mapped[Id | None] = mapped_column(ForeignKey("item.id"), index=True)
    #: ``Item.revision`` when the person began; 0 for a new one.
    based_on: Mapped[int] = mapped_column(default=0)
    #: The row of an import that is being put right here; None otherwise.
    upload_row_id: Mapped[Id | None] = mapped_column(
        ForeignKey("item_upload_row.id", ondelete="SET NULL")
    )
    #: ``[[name, value], …]`` in the order of the form.
    fields: Mapped[JsonList]
    saved_at: Mapped[dt.datetime]

    bank: Mapped[ItemBank] = relationship()
    item: Mapped[Item | None] = relationship()


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


class ItemUpload(Base):
    """A file of items between upload and confirmation: nothing of it is in the bank yet."""

    __tablename__ = "item_upload"

    id: Mapped[Id] = mapped_column(primary_key=True)
    bank_id: Mapped[Id] = mapped_column(ForeignKey("item_bank.id"), index=True)
    uploaded_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[dt.datetime] = mapped_column(index=True)
    filename: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str] = mapped_column(String(64))
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: xlsx, docx, text, gift, aiken, moodle-xml, qti or yaml.
    format: Mapped[str] = mapped_column(String(16))
    #: How the text was encoded, as detected; empty for formats that say it themselves.
    encoding: Mapped[str] = mapped_column(String(24), default="")
    #: quiz or recall.
    purpose: Mapped[str] = mapped_column(String(8))
    #: What the columns of each sheet mean, as the person agreed to; empty for formats without columns.
    mapping: Mapped[JsonList] = mapped_column(default=list)
    #: mapping (the columns are not agreed to yet), preview, confirmed or discarded.
    state: Mapped[str] = mapped_column(String(12))
    #: Findings about the file as a whole.
    issues: Mapped[JsonList] = mapped_column(default=list)
    #: Shared texts, by their keys within the file.
    stimuli: Mapped[JsonList] = mapped_column(default=list)
    confirmed_at: Mapped[dt.datetime | None]
    #: What the confirmation did: numbers by verb.
    counts: Mapped[JsonObject] = mapped_column(default=dict)

    bank: Mapped[ItemBank] = relationship()


class ItemUploadRow(Base):
    """One item of an uploaded file, or one thing in it that was not understood, in the order of the file."""

    __tablename__ = "item_upload_row"
    __table_args__ = (UniqueConstraint("upload_id", "number"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    upload_id: Mapped[Id] = mapped_column(ForeignKey("item_upload.id", ondelete="CASCADE"))
    number: Mapped[int]
    #: create, revise, unchanged, duplicate, refused or written (put right in the editor).
    verb: Mapped[str] = mapped_column(String(12))
    #: Type of the item; empty when it was refused.
    type: Mapped[str] = mapped_column(String(24))
    #: The bank's item that it is, for revise, unchanged and written; once confirmed, for create too.
    item_key: Mapped[str] = mapped_column(String(80), default="")
    #: Words, facts and labels as they would be written; empty when it was refused.
    entry: Mapped[JsonObject]
    #: Where it begins, and its text there.
    place: Mapped[JsonObject]
    source: Mapped[str] = mapped_column(Text, default="")
    issues: Mapped[JsonList]
    #: Items that say the same, or nearly.
    likenesses: Mapped[JsonList]
    #: Facts without which it stays a draft.
    missing: Mapped[JsonList]
    is_left_out: Mapped[bool]


class ItemUploadPicture(Base):
    """A picture of an uploaded file until it is confirmed."""

    __tablename__ = "item_upload_picture"

    upload_id: Mapped[Id] = mapped_column(
        ForeignKey("item_upload.id", ondelete="CASCADE"), primary_key=True
    )
    #: ``<sha256>.<ending>``.
    name: Mapped[str] = mapped_column(String(80), primary_key=True, index=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
