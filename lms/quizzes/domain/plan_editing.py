"""A test plan while somebody writes it: sections as they stand in a form, and what its buttons do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from lms.quizzes.domain.specification import Section
from lms.units import as_points

SECTIONS_AT_MOST = 20
DRAW_AT_MOST = 200
POINTS_AT_MOST = 1000
TITLE_AT_MOST = 80

ADD, REMOVE, UP, DOWN = "add", "remove", "up", "down"
PICK, DROP, RAISE = "pick", "drop", "raise"


@dataclass(frozen=True, slots=True)
class SectionDraft:
    """A section as it stands in the form: half a number too.

    Attributes:
        title: What candidates read above it.
        bank: Key of its bank; empty when none is chosen.
        draw: How many items, as typed.
        points_each: What each is worth, as typed.
        is_picked: Whether its items are picked by hand.
        points: Knowledge points chosen; likewise ``tags``, ``difficulties`` and ``types``.
        items: Keys of the items picked.
        shuffle: Whether these come in a random order.
        shuffle_options: Whether options do.
        words: What items are looked for by.
    """

    title: str = ""
    bank: str = ""
    draw: str = "10"
    points_each: str = "1"
    is_picked: bool = False
    points: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    difficulties: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    shuffle: bool = True
    shuffle_options: bool = True
    words: str = ""


def draft_of(section: Section) -> SectionDraft:
    """Return a section as the form shows it."""
    return SectionDraft(
        title=section.title,
        bank=section.bank,
        draw=str(section.draw),
        points_each=f"{section.points_each.normalize():f}",
        is_picked=bool(section.items),
        points=section.points,
        tags=section.tags,
        difficulties=section.difficulties,
        types=section.types,
        items=section.items,
        shuffle=section.shuffle,
        shuffle_options=section.shuffle_options,
    )


def find_slips(draft: SectionDraft) -> tuple[str, ...]:
    """Return what is wrong with a section by itself, as codes; nothing when it can be read."""
    slips = []
    if not draft.bank:
        slips.append("bank_missing")
    if len(draft.title) > TITLE_AT_MOST:
        slips.append("title_long")
    if draft.is_picked and not draft.items:
        slips.append("items_missing")
    if draft.is_picked and len(draft.items) > DRAW_AT_MOST:
        slips.append("items_many")
    if not draft.is_picked and not _is_count(draft.draw):
        slips.append("draw_bad")
    if _read_points(draft.points_each) is None:
        slips.append("points_bad")
    return tuple(slips)


def read_draft(draft: SectionDraft) -> Section | None:
    """Return the section that a draft says; None when something is wrong with it."""
    points_each = _read_points(draft.points_each)
    if find_slips(draft) or points_each is None:
        return None
    picked = draft.is_picked
    return Section(
        title=draft.title,
        bank=draft.bank,
        draw=len(draft.items) if picked else int(draft.draw),
        points_each=as_points(points_each),
        points=() if picked else draft.points,
        tags=() if picked else draft.tags,
        difficulties=() if picked else draft.difficulties,
        types=() if picked else draft.types,
        items=draft.items if picked else (),
        shuffle=draft.shuffle or not picked,
        shuffle_options=draft.shuffle_options,
    )


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text) <= DRAW_AT_MOST


def _read_points(text: str) -> Decimal | None:
    """Return points above 0 with at most two decimals."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or not 0 < value <= POINTS_AT_MOST or value != round(value, 2):
        return None
    return value


def act(drafts: Sequence[SectionDraft], asked: str) -> list[SectionDraft]:
    """Return the sections after a button was pressed.

    Args:
        drafts: As they stand.
        asked: ``add``; ``remove:N``, ``up:N`` or ``down:N`` of the section at place N, from 0; or of an item
            there ``pick:N:KEY``, ``drop:N:KEY`` (leave it out) or ``raise:N:KEY`` (one place up). Anything else,
            and what cannot be done, changes nothing.
    """
    found = list(drafts)
    verb, _, rest = asked.partition(":")
    number, _, key = rest.partition(":")
    if verb == ADD and len(found) < SECTIONS_AT_MOST:
        return [*found, SectionDraft(bank=found[-1].bank if found else "")]
    if not (number.isascii() and number.isdigit() and int(number) < len(found)):
        return found
    place = int(number)
    if key:
        draft = found[place]
        found[place] = replace(draft, items=_act_on_items(draft.items, verb, key))
        return found
    if verb == REMOVE and len(found) > 1:
        del found[place]
    other = {UP: place - 1, DOWN: place + 1}.get(verb, place)
    if 0 <= other < len(found) and other != place:
        found[place], found[other] = found[other], found[place]
    return found


def _act_on_items(items: tuple[str, ...], verb: str, key: str) -> tuple[str, ...]:
    if verb == PICK and key not in items:
        return (*items, key)
    if verb == DROP:
        return tuple(one for one in items if one != key)
    if verb == RAISE and key in items[1:]:
        place = items.index(key)
        return (*items[: place - 1], key, items[place - 1], *items[place + 1 :])
    return items


def without_strangers(draft: SectionDraft, known: Iterable[tuple[str, str]]) -> SectionDraft:
    """Return a draft without narrowings that its bank does not hold.

    Args:
        draft: The draft.
        known: Pairs of the name of a narrowing, as the draft has it, and a value that the bank holds.
    """
    pairs = frozenset(known)

    def kept(name: str) -> tuple[str, ...]:
        return tuple(value for value in getattr(draft, name) if (name, value) in pairs)

    return replace(
        draft,
        points=kept("points"),
        tags=kept("tags"),
        difficulties=kept("difficulties"),
        types=kept("types"),
    )
