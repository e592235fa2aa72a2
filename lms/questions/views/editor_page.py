"""The page of the editor: the form as it stands, what is wrong with it, and what can be chosen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from flask import render_template
from flask_babel import gettext

from lms.library.queries import list_current_cards
from lms.organisation.queries import is_second_review_on
from lms.people.access import current_person
from lms.questions import queries
from lms.questions.domain.authoring import FieldProblem, Fields, Pair, left_over
from lms.questions.domain.authoring.joined import GAP_TYPES
from lms.questions.domain.authoring.rows import GAP_LISTS
from lms.questions.domain.items import ItemType
from lms.questions.forms import credit_words, fact_words
from lms.questions.models import Item, ItemBank, ItemDraft, ItemUploadRow
from lms.questions.problem_words import place_words, problem_words
from lms.questions.views.base import is_english

Choice = tuple[str, str]
_SHOWN_AT = {"key": "option", "gap": "stem", "credit": "option", "tag": "tags"}
"""The field that a problem leads to, where the one it names has no place of its own."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What is being written, and on what it is based.

    Attributes:
        bank: The bank.
        item: The item that is changed; None for a new one.
        row: The row of an import that is put right; None otherwise.
        draft_id: The unfinished text that this continues.
        based_on: ``Item.revision`` when the form was opened; 0 for a new one.
    """

    bank: ItemBank
    item: Item | None = None
    row: ItemUploadRow | None = None
    draft_id: int | None = None
    based_on: int = 0


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line of the summary: the place in words, its anchor, and what is wrong there."""

    place: str
    anchor: str
    words: str


@dataclass(frozen=True, slots=True)
class View:
    """How the form is shown.

    Attributes:
        problems: What is wrong with it.
        focus: The field to go on with; empty for none.
        is_changed: Whether it holds what is not saved yet.
        is_merged: Whether it was just put together from two people's texts.
        drafts: Unfinished texts that are offered.
    """

    problems: Sequence[FieldProblem] = ()
    focus: str = ""
    is_changed: bool = False
    is_merged: bool = False
    drafts: Sequence[ItemDraft] = field(default_factory=tuple)


def anchor_of(name: str) -> str:
    """Return the id of the element that holds a field."""
    return "f-" + name.replace(".", "-")


def _leads_to(name: str) -> str:
    at, _dot, last = name.rpartition(".")
    last = _SHOWN_AT.get(last, last)
    return anchor_of(f"{at}.{last}" if at else last)


def render_editor(desk: Desk, pairs: Iterable[Pair], view: View = View()) -> str:
    """Return the editor's page for a form as it stands."""
    form = Fields(tuple(pairs))
    bank, item = desk.bank, desk.item
    errors: dict[str, list[str]] = {}
    for problem in view.problems:
        errors.setdefault(problem.field, []).append(problem_words(problem))
    wrong = [
        Wrong(place_words(one.field, form), _leads_to(one.field), problem_words(one))
        for one in view.problems
    ]
    return render_template(
        "questions/editor.html",
        desk=desk,
        bank=bank,
        item=item,
        f=form,
        kind=form.text("type"),
        view=view,
        errors=errors,
        wrong=wrong,
        left_over=left_over(form),
        type_notes=type_notes(),
        gap_types=GAP_TYPES,
        gap_lists=GAP_LISTS,
        credits=_credits(),
        lessons=_lessons(form.text("lesson")),
        points=queries.list_points(bank.id),
        tags=queries.list_bank_tags(bank.id),
        cards=_cards(form.all("card")),
        groups=_groups(bank, form.text("group")),
        missing=_missing(form),
        may_enable=not is_second_review_on(),
        version=queries.open_item(item).version if item else None,
        anchor=anchor_of,
    )


def _missing(form: Fields) -> list[Choice]:
    names = [name for name in ("lesson", "point", "difficulty") if not form.text(name)]
    return [(name, fact_words()[name]) for name in names]


def _credits() -> dict[str, list[Choice]]:
    """Return the rules by which each type may earn points, the usual first."""
    words = credit_words()
    return {
        ItemType.SINGLE_RESPONSE: [
            ("exact", gettext("选对得满分")),
            ("weighted", words["weighted"]),
        ],
        ItemType.MULTIPLE_RESPONSE: [
            (name, words[name])
            for name in ("exact", "proportional", "correct_minus_wrong", "weighted")
        ],
        ItemType.MATCHING: [
            ("proportional", gettext("配对几个得几个的分")),
            ("exact", gettext("全部配对才得分")),
        ],
        ItemType.ORDERING: [
            ("adjacent_pairs", words["adjacent_pairs"]),
            ("exact", gettext("顺序全对才得分")),
        ],
    }


def _lessons(chosen: str) -> list[Choice]:
    lessons = [
        (one.key, (one.title_en if is_english() and one.title_en else one.title) or one.key)
        for one in queries.list_lesson_choices()
    ]
    if chosen and chosen not in dict(lessons):
        lessons.insert(0, (chosen, gettext("%(key)s（课程里现在没有这一课）", key=chosen)))
    return lessons


@dataclass(frozen=True, slots=True)
class CardChoice:
    """A law or rule card that an item may rest on."""

    key: str
    title: str
    kind: str
    is_chosen: bool


def _cards(chosen: Sequence[str]) -> list[CardChoice]:
    """Return the chosen cards first, in their order, then the others that apply."""
    titles = {
        card.key: (card.title_en if is_english() and card.title_en else card.title, card.kind)
        for card in list_current_cards()
    }
    picked = [CardChoice(key, *titles.get(key, (key, "")), True) for key in chosen]
    rest = [CardChoice(key, *titles[key], False) for key in titles if key not in chosen]
    return [*picked, *rest]


def _groups(bank: ItemBank, chosen: str) -> list[Choice]:
    return [
        (group.key, group.title or group.text.strip()[:24] or group.key)
        for group in queries.list_groups(bank.id)
        if group.retired_at is None or group.key == chosen
    ]


@dataclass(frozen=True, slots=True)
class TypeNote:
    """A type in the words of whoever chooses it: what it is, and an item that it is good for."""

    name: str
    what: str
    example: str


def type_notes() -> list[TypeNote]:
    """Return the types to choose from, the usual first."""
    return [
        TypeNote(
            "single_response",
            gettext("几个选项里只有一个对。"),
            gettext("买家说「三天没收到货」，第一句怎么回？"),
        ),
        TypeNote(
            "multiple_response",
            gettext("对的不止一个，也可以按选项给分。"),
            gettext("下面哪些话不能对买家说？"),
        ),
        TypeNote(
            "true_false",
            gettext("一句话，判断对还是错。写得最快。"),
            gettext("买家要发票，可以另收税点。"),
        ),
        TypeNote(
            "short_text",
            gettext("自己打几个字，和认可的答案对上就得分。"),
            gettext("七天无理由退货，运费由谁出？"),
        ),
        TypeNote(
            "numeric",
            gettext("填一个数，可以设误差和单位。"),
            gettext("标价 200 元打 85 折，实付多少？"),
        ),
        TypeNote(
            "matching",
            gettext("左边每一项，在右边选一个配上。"),
            gettext("把买家的话和该做的事配起来。"),
        ),
        TypeNote(
            "ordering",
            gettext("把步骤排成正确的顺序。"),
            gettext("处理破损投诉，先做什么后做什么？"),
        ),
        TypeNote(
            "cloze",
            gettext("一段话里挖几个空，填字、填数或选择。"),
            gettext("签收后 ＿＿ 天内可以退货，运费由 ＿＿ 出。"),
        ),
        TypeNote(
            "essay",
            gettext("写一段话，由人按要点打分；开放批改前不会抽进考试。"),
            gettext("给生气的买家写一段回复。"),
        ),
    ]


def render_types(desk: Desk, *, asked: dict[str, str]) -> str:
    """Return the page on which the type of a new item is chosen.

    Args:
        desk: Where it is written.
        asked: What the address says further: a case group, an item whose facts are taken.
    """
    return render_template(
        "questions/editor_type.html",
        bank=desk.bank,
        asked=asked,
        type_notes=type_notes(),
        drafts=queries.list_new_drafts(current_person().id, desk.bank.id),
    )
