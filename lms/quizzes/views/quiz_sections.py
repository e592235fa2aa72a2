"""What the editor of quizzes shows of each section: what its bank holds, how many items fit, what was picked."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import get_locale

from lms.questions.forms import difficulty_words, type_words
from lms.questions.queries import QUIZ, READY, ItemFilter, find_bank, find_items
from lms.questions.queries.searching import ItemRow
from lms.quizzes import queries
from lms.quizzes.domain.fitting import Lot, find_misfits, fits, is_touched
from lms.quizzes.domain.plan_editing import SectionDraft, find_slips, read_draft, without_strangers
from lms.quizzes.domain.specification import Section, items_total, picked_keys, points_total
from lms.quizzes.forms.quizzes import misfit_words, slip_words
from lms.quizzes.queries.quiz_editor import PickedItem, list_bank_names, list_picked

FOUND_AT_MOST = 12
"""Items shown of a search; more are found by a narrower word."""

Choices = Sequence[tuple[str, str, int]]
"""Value, word and number of items of each choice."""


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section as the editor shows it.

    Attributes:
        draft: As it stands.
        choices: What its bank can be narrowed to, by the name of the narrowing.
        fitting: How many items fit; None without a bank.
        problems: What is wrong, in words.
        picked: Items picked by hand, in their order; None for those that are gone.
        found: What was searched for.
        is_more: Whether more was found than is shown.
    """

    draft: SectionDraft
    choices: Mapping[str, Choices]
    fitting: int | None
    problems: Sequence[str]
    picked: Sequence[tuple[str, PickedItem | None]]
    found: Sequence[ItemRow]
    is_more: bool

    @property
    def is_narrowed(self) -> bool:
        """Whether any narrowing is chosen."""
        return any(getattr(self.draft, name) for name in self.choices)


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """All sections of the editor.

    Attributes:
        sections: In order.
        banks: Value and title of the banks to choose from.
        items: How many items the papers hold; None while a section cannot be read.
        points: What they are worth.
        problems: What is wrong with the sections together.
    """

    sections: Sequence[ShownSection]
    banks: Sequence[tuple[str, str]]
    items: int | None
    points: object
    problems: Sequence[str]


def types_and_levels() -> dict[str, Mapping[str, str]]:
    """Return the words of types and difficulties, for templates."""
    return {"type_words": type_words(), "difficulty_words": difficulty_words()}


def show_sections(drafts: Sequence[SectionDraft]) -> ShownPlan:
    """Return what the editor shows of these sections."""
    is_english = str(get_locale()) == "en"
    banks = [(key, title_en if is_english else title) for key, title, title_en in list_bank_names()]
    picked = {key for draft in drafts for key in draft.items}
    used = {draft.bank for draft in drafts if draft.bank}
    lots = queries.list_lots(used, picked)
    choices = {bank: _choices(lots[bank]) for bank in used}
    kept = [without_strangers(one, _pairs(choices.get(one.bank, {}))) for one in drafts]
    read = [read_draft(one) for one in kept]
    plan = [one for one in read if one is not None]
    is_whole = len(plan) == len(drafts)
    misfits = find_misfits(plan, lots) if is_whole else []
    named = list_picked(picked)
    shown = []
    for place, (draft, section) in enumerate(zip(kept, read, strict=True)):
        found, is_more = _search(draft)
        problems = [misfit_words(one) for one in misfits if one.section == place]
        if draft.bank:
            problems = [slip_words()[code] for code in find_slips(draft)] + problems
        shown.append(
            ShownSection(
                draft=draft,
                choices=choices.get(draft.bank, {}),
                fitting=_fitting(section, plan, lots),
                problems=problems,
                picked=[(key, _of_bank(named.get(key), draft.bank)) for key in draft.items],
                found=found,
                is_more=is_more,
            )
        )
    return ShownPlan(
        sections=shown,
        banks=banks,
        items=items_total(plan) if is_whole else None,
        points=points_total(plan) if is_whole else None,
        problems=[misfit_words(one) for one in misfits if one.section is None],
    )


def _of_bank(item: PickedItem | None, bank: str) -> PickedItem | None:
    return item if item is not None and item.is_ready and item.bank == bank else None


def _fitting(
    section: Section | None, plan: Iterable[Section], lots: Mapping[str, Sequence[Lot]]
) -> int | None:
    if section is None or section.items:
        return None
    picked = picked_keys(plan)
    return sum(
        len(lot.items) * lot.count
        for lot in lots[section.bank]
        if fits(section, lot.items) and not is_touched(lot.items, picked)
    )


def _choices(lots: Iterable[Lot]) -> dict[str, Choices]:
    counts: dict[str, Counter[str]] = {
        name: Counter() for name in ("points", "types", "difficulties", "tags")
    }
    for lot in lots:
        for item in lot.items:
            counts["points"][item.point] += lot.count
            counts["types"][item.type] += lot.count
            counts["difficulties"][item.difficulty] += lot.count
            for tag in item.tags:
                counts["tags"][tag] += lot.count
    words = {"types": type_words(), "difficulties": difficulty_words()}
    return {
        name: [(value, words.get(name, {}).get(value, value), found[value]) for value in order]
        for name, found in counts.items()
        if (order := _ordered([one for one in found if one], words.get(name, {})))
    }


def _ordered(values: Iterable[str], words: Mapping[str, str]) -> list[str]:
    """Return values in the order of their words, those without a word by themselves."""
    order = list(words)
    return sorted(values, key=lambda one: (order.index(one) if one in order else len(order), one))


def _pairs(choices: Mapping[str, Choices]) -> list[tuple[str, str]]:
    return [(name, value) for name, some in choices.items() for value, _, _ in some]


def _search(draft: SectionDraft) -> tuple[Sequence[ItemRow], bool]:
    """Look for items that can be picked; those picked already are shown as such."""
    bank = find_bank(draft.bank) if draft.is_picked and draft.bank else None
    if bank is None:
        return (), False
    wanted = ItemFilter(words=draft.words, purpose=QUIZ, state=READY)
    page = find_items(bank.id, wanted, number=1, size=FOUND_AT_MOST)
    return page.rows, page.pages > 1 or page.is_more
