"""Reading law and rule cards."""

from pathlib import Path

from lms.content.domain.values import CardFile
from lms.content.reading.fields import Fields
from lms.content.reading.sources import Source
from lms.questions.domain.exchange.yaml_lines import Node

TITLE_LENGTH = 160
TITLE_EN_LENGTH = 200
"""Lengths of the columns, which differ from those of other titles."""
KINDS = ("law", "platform")
CONFIDENCES = ("A", "B")


def read_cards(source: Source, folder: Path) -> tuple[CardFile, ...]:
    """Read every card file of a course, in order of file name."""
    return tuple(
        card
        for path in source.files(folder, ".yml")
        for entry in source.entries(path)
        if (card := _read_card(entry, source.name(path), source)) is not None
    )


def _read_card(entry: Node, file: str, source: Source) -> CardFile | None:
    fields = Fields(entry, file, source.report)
    key = fields.key()
    card = CardFile(
        where=fields.where(),
        key=key,
        kind=fields.choice("kind", KINDS),
        title=fields.text("title", at_most=TITLE_LENGTH),
        title_en=fields.text("title_en", at_most=TITLE_EN_LENGTH),
        confidence=fields.choice("confidence", CONFIDENCES),
        checked_on=fields.date("checked_on"),
        effective_from=fields.optional_date("effective_from"),
        version=fields.number("version", 1, 10_000),
        body={
            "source": fields.text("source"),
            "source_en": fields.text("source_en"),
            "clause": fields.text("clause", may_be_empty=True),
            "rule": fields.text("rule"),
            "say": fields.text("say"),
            "do": fields.text("do"),
            "consequence": fields.text("consequence", may_be_empty=True),
            "values": [_read_value(each) for each in fields.children("values", required=False)],
        },
    )
    fields.finish()
    return card if key else None


def _read_value(fields: Fields) -> dict[str, str]:
    value = {name: fields.text(name) for name in ("name", "value", "as_of")}
    fields.finish()
    return value
