"""Reading uploaded files of items, and what they are compared with."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, undefer

from lms.curriculum.models import Lesson, Module, Stage
from lms.db import JsonList, db
from lms.errors import NotFound
from lms.questions.domain.identity import ItemFacts
from lms.questions.domain.likeness import Words, words_of
from lms.questions.domain.merging import Labels, Present, Verb
from lms.questions.models import (
    Item,
    ItemTag,
    ItemUpload,
    ItemUploadPicture,
    ItemUploadRow,
    ItemVersion,
)
from lms.questions.queries.items import LessonName, select_current
from lms.questions.queries.names import RETIRED

_AT_ONCE = 2000


def get_upload(upload_id: int, *, with_data: bool = False) -> ItemUpload:
    """Return one upload; its file only when asked for.

    Raises:
        NotFound: There is none, or it was discarded.
    """
    query = select(ItemUpload).where(ItemUpload.id == upload_id, ItemUpload.state != "discarded")
    if with_data:
        query = query.options(undefer(ItemUpload.data))
    upload = db.session.scalar(query)
    if upload is None:
        raise NotFound("item_upload", id=upload_id)
    return upload


def list_open_uploads(bank_id: int) -> Sequence[ItemUpload]:
    """Return the uploads into a bank that are neither confirmed nor discarded, newest first."""
    return db.session.scalars(
        select(ItemUpload)
        .where(ItemUpload.bank_id == bank_id, ItemUpload.state.in_(("mapping", "preview")))
        .order_by(ItemUpload.id.desc())
        .limit(10)
    ).all()


def list_present(bank_id: int) -> list[Present]:
    """Return every item of a bank in the shape that a plan compares, retired ones too."""
    tags = _tags(bank_id)
    rows = db.session.execute(
        select(
            Item.id, Item.key, Item.file_key, Item.state, Item.name, Item.category, Item.points,
            ItemVersion.sha256, ItemVersion.lesson_key, ItemVersion.point, ItemVersion.cards,
            ItemVersion.difficulty, ItemVersion.red_line,
        )
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.version))
        .where(Item.bank_id == bank_id)
        .order_by(Item.id)
    )  # fmt: skip
    return [
        Present(
            key=row.key,
            file_key=row.file_key,
            sha256=row.sha256,
            facts=ItemFacts(
                row.lesson_key, row.point, tuple(row.cards), row.difficulty, row.red_line
            ),
            labels=Labels(row.name, tuple(row.category), tuple(tags[row.id]), row.points),
            is_retired=row.state == RETIRED,
        )
        for row in rows
    ]


def _tags(bank_id: int) -> Mapping[int, list[str]]:
    tags: defaultdict[int, list[str]] = defaultdict(list)
    rows = db.session.execute(
        select(ItemTag.item_id, ItemTag.tag)
        .join(Item, Item.id == ItemTag.item_id)
        .where(Item.bank_id == bank_id)
        .order_by(ItemTag.item_id, ItemTag.position)
    )
    for item_id, tag in rows:
        tags[item_id].append(tag)
    return tags


def iter_words(bank_id: int) -> Iterator[tuple[str, Words]]:
    """Yield key and words of each item of a bank in use, without loading them all at once."""
    rows = db.session.execute(
        select(Item.key, ItemVersion.body)
        .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.number == Item.version))
        .where(Item.bank_id == bank_id, Item.state != RETIRED)
        .order_by(Item.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for key, body in rows:
        yield key, words_of(body)


def lesson_names() -> dict[str, str]:
    """Return the key of each lesson by its key, and by its title where only one has that title."""
    rows = db.session.execute(
        select(Lesson.key, Lesson.title, Lesson.title_en).where(Lesson.retired_at.is_(None))
    ).all()
    titles = Counter(title for _, *both in rows for title in set(both))
    names = {title: key for key, *both in rows for title in both if title and titles[title] == 1}
    return {**names, **{key: key for key, _, _ in rows}}


def list_lesson_choices() -> list[LessonName]:
    """Return the lessons on which an item may rest, in the order of the curriculum."""
    rows = db.session.execute(
        select(Lesson.key, Lesson.title, Lesson.title_en)
        .join(Lesson.module)
        .join(Module.stage)
        .where(Lesson.retired_at.is_(None), Module.retired_at.is_(None))
        .order_by(Stage.programme_id, Stage.position, Module.position, Lesson.position)
    )
    return [LessonName(key, title, title_en) for key, title, title_en in rows]


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What an upload holds, row by row.

    Attributes:
        by_verb: Rows by verb.
        by_type: Items by type.
        taken: Items that a confirmation would write, by verb.
        drafts: Of these, those that come in as drafts because a fact is missing.
        noted: Rows with findings, those written by hand not counted.
        alike: Rows with likenesses.
    """

    by_verb: Mapping[str, int]
    by_type: Mapping[str, int]
    taken: Mapping[str, int]
    drafts: int
    noted: int
    alike: int

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(self.by_verb.values())

    @property
    def items(self) -> int:
        """Items that were understood."""
        return sum(self.by_type.values())

    @property
    def left_out(self) -> int:
        """Items that were understood and that a confirmation would not write, those written by hand not counted."""
        apart = self.by_verb.get(Verb.REFUSED, 0) + self.by_verb.get(Verb.WRITTEN, 0)
        return self.rows - apart - self.writes

    @property
    def writes(self) -> int:
        """Items that a confirmation would write."""
        return sum(self.taken.values())


def count_rows(upload_id: int) -> RowCounts:
    """Count the rows of an upload with one query."""
    length = _length()
    lists = (ItemUploadRow.missing, ItemUploadRow.issues, ItemUploadRow.likenesses)
    names = ("is_draft", "is_noted", "is_alike")
    flags = [(length(each) > 0).label(name) for each, name in zip(lists, names, strict=True)]
    rows = db.session.execute(
        select(
            ItemUploadRow.verb,
            ItemUploadRow.type,
            ItemUploadRow.is_left_out,
            *flags,
            func.count().label("number"),
        )
        .where(ItemUploadRow.upload_id == upload_id)
        .group_by(ItemUploadRow.verb, ItemUploadRow.type, ItemUploadRow.is_left_out, *flags)
    )
    by_verb: Counter[str] = Counter()
    by_type: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    drafts = noted = alike = 0
    for row in rows.mappings():
        number = int(row["number"])
        by_verb[row["verb"]] += number
        noted += number * bool(row["is_noted"] and row["verb"] != Verb.WRITTEN)
        alike += number * bool(row["is_alike"])
        if row["type"]:
            by_type[row["type"]] += number
        if not row["is_left_out"] and row["verb"] in WRITTEN_VERBS:
            taken["revise" if row["verb"] == Verb.REVISE else "create"] += number
            drafts += number * bool(row["is_draft"])
    return RowCounts(by_verb, by_type, taken, drafts, noted, alike)


def _length() -> Callable[[InstrumentedAttribute[JsonList]], ColumnElement[int]]:
    """Return the database's function for the length of a JSON list."""
    is_postgres = db.session.get_bind().dialect.name == "postgresql"
    return func.jsonb_array_length if is_postgres else func.json_array_length


WRITTEN_VERBS = (Verb.CREATE.value, Verb.REVISE.value, Verb.DUPLICATE.value)
"""Verbs of rows that a confirmation writes unless they are left out."""


def select_rows(upload_id: int, show: str = "") -> Select[ItemUploadRow]:
    """Return the query of an upload's rows in the order of the file.

    Args:
        upload_id: The upload.
        show: A verb, ``noted`` (with findings, not written by hand yet), ``drafts`` (with facts missing), or "" for all.
    """
    query = (
        select(ItemUploadRow)
        .where(ItemUploadRow.upload_id == upload_id)
        .order_by(ItemUploadRow.number)
    )
    length = _length()
    if show == "noted":
        return query.where(length(ItemUploadRow.issues) > 0, ItemUploadRow.verb != Verb.WRITTEN)
    if show == "drafts":
        return query.where(length(ItemUploadRow.missing) > 0, ItemUploadRow.verb.in_(WRITTEN_VERBS))
    if show in set(Verb):
        return query.where(ItemUploadRow.verb == show)
    return query


def find_upload_picture(name: str) -> bytes | None:
    """Return a picture of an upload that is not confirmed yet."""
    return db.session.scalar(
        select(ItemUploadPicture.data).where(ItemUploadPicture.name == name).limit(1)
    )


def list_stems(keys: Sequence[str]) -> dict[str, ItemVersion]:
    """Return the current versions of items by key, for showing them beside others."""
    versions = db.session.scalars(select_current().where(Item.key.in_(keys)))
    return {version.item.key: version for version in versions}


def list_rows_by_number(upload_id: int, numbers: Sequence[int]) -> dict[int, ItemUploadRow]:
    """Return rows of an upload by their numbers."""
    rows = db.session.scalars(
        select(ItemUploadRow).where(
            ItemUploadRow.upload_id == upload_id, ItemUploadRow.number.in_(numbers)
        )
    )
    return {row.number: row for row in rows}
