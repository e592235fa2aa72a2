"""What lists of items can be narrowed by: read from an address, offered as fields, carried to another list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from lms.questions import queries
from lms.questions.forms import difficulty_words, purpose_words, state_words, type_words
from lms.questions.models import CaseGroup, ItemBank
from lms.questions.queries import ItemFilter
from lms.questions.views.base import is_english

Choice = tuple[str, str]
_VALUE_AT_MOST = 120
_OFFERED_AT_MOST = 60
"""Values in a list box; more are offered while one types."""
_FIELDS = {
    "q": "words", "purpose": "purpose", "type": "type", "lesson": "lesson_key", "point": "point",
    "difficulty": "difficulty", "state": "state", "tag": "tag", "card": "card", "group": "group", "sort": "order",
}  # fmt: skip
"""Names in an address, and what they stand for in a filter."""


@dataclass(frozen=True, slots=True)
class Widget:
    """One field to narrow a list with.

    Attributes:
        name: Its name in the address.
        label: What it is called.
        value: What is asked for now.
        options: Values and words; a list box where ``is_typed`` is False, else offered while one types.
        is_typed: Whether any value can be typed.
    """

    name: str
    label: str
    value: str
    options: Sequence[Choice]
    is_typed: bool = False


@dataclass(frozen=True, slots=True)
class Widgets:
    """Fields to narrow a list with: those always shown, and those behind 更多条件."""

    first: Sequence[Widget]
    more: Sequence[Widget]

    @property
    def is_more_asked(self) -> bool:
        """Whether one of the hidden ones narrows now."""
        return any(widget.value for widget in self.more)


def read_filter(asked: Mapping[str, str]) -> ItemFilter:
    """Return what an address or a form asks for."""
    said = {field: _tidied(asked.get(name, "")) for name, field in _FIELDS.items()}
    return ItemFilter(**said)


def _tidied(text: str) -> str:
    # No database can look for a NUL.
    return text.replace("\x00", "").strip()[:_VALUE_AT_MOST]


def asked_for(wanted: ItemFilter) -> dict[str, str]:
    """Return what an address must ask for to get ``wanted``, without what does not narrow."""
    said = {name: str(getattr(wanted, field)) for name, field in _FIELDS.items()}
    return {name: value for name, value in said.items() if value}


def make_widgets(
    bank: ItemBank, wanted: ItemFilter, *, total: int, groups: Sequence[CaseGroup]
) -> Widgets:
    """Return the fields for the items of a bank.

    Args:
        bank: The bank.
        wanted: What is asked for now.
        total: How many items it holds.
        groups: Its case groups.
    """
    # An item rests on several cards: in a large bank it would take longer to gather them than to find the items.
    cards = queries.list_cards(bank.id) if total <= queries.CARDS_OF_AT_MOST else None
    lessons = [
        (lesson.key, titled(lesson.title, lesson.title_en) or lesson.key)
        for lesson in queries.list_lessons(bank.id)
    ]
    shared = [(group.key, group.title or group.key) for group in groups]
    first = [
        _choose("type", gettext("题型"), type_words().items(), wanted.type),
        _choose("state", gettext("状态"), state_choices(), wanted.state),
    ]
    more = [
        _choose("purpose", gettext("用途"), purpose_words().items(), wanted.purpose),
        _choose("lesson", gettext("所属课程"), lessons, wanted.lesson_key),
        _pick("point", gettext("知识点"), queries.list_points(bank.id), wanted.point),
        _choose("difficulty", gettext("难度"), difficulty_words().items(), wanted.difficulty),
        _pick("tag", gettext("标签"), queries.list_tags(bank.id), wanted.tag),
        _pick("card", gettext("规则卡"), cards, wanted.card),
        _choose("group", gettext("共用材料"), shared, wanted.group),
    ]
    kept = [widget for widget in more if widget.value or widget.is_typed or len(widget.options) > 1]
    return Widgets(first, kept)


def state_choices() -> list[Choice]:
    """Return the states that can be asked for."""
    words = state_words()
    return [
        ("draft", words["draft"]),
        (queries.INCOMPLETE, gettext("草稿，缺资料")),
        ("in_review", words["in_review"]),
        ("ready", words["ready"]),
        (queries.PROPOSED, gettext("可用，有修改待审")),
        ("retired", words["retired"]),
    ]


def order_widget(wanted: ItemFilter) -> Widget:
    """Return the field for the order of a list of items."""
    options = [
        ("", gettext("题库里的顺序")),
        (queries.NEWEST, gettext("最近写的在前")),
        (queries.BY_KEY, gettext("按编号")),
        (queries.HARDEST, gettext("较难的在前")),
    ]
    return Widget("sort", gettext("排序"), wanted.order, options)


def titled(title: str, title_en: str) -> str:
    """Return a title in the language of this request."""
    return title_en if is_english() and title_en else title


def _choose(name: str, label: str, choices: Iterable[Choice], value: str) -> Widget:
    options = [("", gettext("全部")), *choices]
    if value not in {known for known, _ in options}:
        options.append((value, value))
    return Widget(name, label, value, options)


def _pick(name: str, label: str, values: Sequence[str] | None, value: str) -> Widget:
    """Offer a list box where there are few values, else a field to type in; None for values not looked up."""
    if values is None or len(values) > _OFFERED_AT_MOST:
        return Widget(name, label, value, [(one, one) for one in values or ()], is_typed=True)
    return _choose(name, label, [(one, one) for one in values], value)
