"""Downloads of banks and items as xlsx."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from flask import Response
from flask_babel import gettext

from lms.questions.domain.items import Item, ItemType, RowFeedback, item_from_json
from lms.questions.forms import (
    difficulty_words,
    purpose_words,
    state_words,
    type_words,
)
from lms.questions.models import ItemBank, ItemVersion
from lms.questions.queries import BankCounts
from lms.web.listing import Column, as_xlsx


@dataclass(frozen=True, slots=True)
class _Row:
    version: ItemVersion
    item: Item

    def option_text(self, index: int) -> str:
        """Text of the option at ``index`` in authored order; empty when there are fewer."""
        return self.item.options[index].text if index < len(self.item.options) else ""

    def option_feedback(self, index: int) -> str:
        """Feedback of the option at ``index``."""
        return self.item.options[index].feedback if index < len(self.item.options) else ""

    @property
    def key(self) -> str:
        """The key as trainers write it: ``ACD``, 对 or 错, or what must be typed, matched or placed."""
        if not self.item.keys:
            rows = self.item.explained(self.item.parse({}), None).rows
            return "\n".join(_key_line(row) for row in rows)
        right = [
            (index, option)
            for index, option in enumerate(self.item.options)
            if option.id in self.item.keys
        ]
        if self.item.type is ItemType.TRUE_FALSE:
            return right[0][1].text
        return "".join(ascii_uppercase[index] for index, _ in right)


def _key_line(row: RowFeedback) -> str:
    right = " / ".join(row.right)
    return f"{row.label} → {right}" if row.label else right


def items_as_xlsx(versions: Iterable[ItemVersion], filename: str) -> Response:
    """Return items with stem, options, key and feedback, one a row."""
    rows = [_Row(version, item_from_json(version.body)) for version in versions]
    letters = ascii_uppercase[: max((len(row.item.options) for row in rows), default=4)]
    types, purposes = type_words(), purpose_words()
    states, difficulties = state_words(), difficulty_words()
    columns: list[Column[_Row]] = [
        Column(gettext("编号"), lambda row: row.version.item.key, 24),
        Column(gettext("用途"), lambda row: purposes[row.version.item.purpose], 10),
        Column(gettext("题型"), lambda row: types[row.version.type], 10),
        Column(gettext("题干"), lambda row: row.item.stem, 60),
        *(_option_column(index, letter) for index, letter in enumerate(letters)),
        Column(gettext("答案"), lambda row: row.key, 10),
        Column(gettext("解析"), lambda row: row.item.explanation, 40),
        *(_feedback_column(index, letter) for index, letter in enumerate(letters)),
        Column(gettext("所属课程"), lambda row: row.version.lesson_key, 22),
        Column(gettext("知识点"), lambda row: row.version.point, 14),
        Column(gettext("难度"), lambda row: difficulties.get(row.version.difficulty, ""), 10),
        Column(gettext("红线题"), lambda row: gettext("是") if row.version.red_line else "", 10),
        Column(gettext("依据的规则卡"), lambda row: ", ".join(row.version.cards), 20),
        Column(gettext("状态"), lambda row: states[row.version.item.state], 10),
        Column(gettext("版本"), lambda row: row.version.number, 8),
    ]
    return as_xlsx(rows, columns, filename)


def _option_column(index: int, letter: str) -> Column[_Row]:
    return Column(letter, lambda row: row.option_text(index), 30)


def _feedback_column(index: int, letter: str) -> Column[_Row]:
    heading = gettext("%(letter)s 的反馈", letter=letter)
    return Column(heading, lambda row: row.option_feedback(index), 30)


def banks_as_xlsx(
    banks: Sequence[ItemBank], counts: Mapping[int, BankCounts], filename: str
) -> Response:
    """Return banks with their counts, one a row."""
    columns: list[Column[ItemBank]] = [
        Column(gettext("编号"), lambda bank: bank.key),
        Column(gettext("题库"), lambda bank: bank.title, 28),
        Column(gettext("英文名"), lambda bank: bank.title_en, 28),
        *(
            _count_column(
                label, {bank: count.by_purpose.get(name, 0) for bank, count in counts.items()}
            )
            for name, label in purpose_words().items()
        ),
        *(
            _count_column(
                label, {bank: count.by_type.get(name, 0) for bank, count in counts.items()}
            )
            for name, label in type_words().items()
        ),
        Column(gettext("已停用"), lambda bank: counts[bank.id].retired),
        Column(
            gettext("维护方式"),
            lambda bank: gettext("文件") if bank.origin == "files" else gettext("浏览器"),
        ),
        Column(
            gettext("状态"),
            lambda bank: gettext("已停用") if bank.retired_at else gettext("使用中"),
        ),
    ]
    return as_xlsx(banks, columns, filename)


def _count_column(heading: str, numbers: Mapping[int, int]) -> Column[ItemBank]:
    return Column(heading, lambda bank: numbers[bank.id], 10)
