"""Item banks: what items rest on, and slips that give keys away."""

from collections.abc import Iterator, Mapping

from lms.content.domain.checks.findings import error, warning
from lms.content.domain.values import BankFiles, CardFile, Content, ItemFile
from lms.issues import Issue
from lms.questions.domain.items import Item, SingleResponse, item_from_json

ENOUGH = 12
"""Fewer choice items say nothing about habits of the author."""
LONGEST_SHARE = 0.4
POSITION_SHARE = 0.45


def check_banks(content: Content) -> Iterator[Issue]:
    """Check what items refer to, and the habits of their authors."""
    cards = {card.key: card for card in content.cards}
    lessons = {lesson.key for lesson in content.lessons}
    for bank in content.banks:
        if not bank.of("quiz"):
            yield warning("bank_without_items", bank.where, f"the bank {bank.key!r} has no item")
        for item in bank.items:
            yield from _check_item(item, cards, lessons)
        yield from _check_stimuli(bank)
        yield from _check_habits(bank)


def _check_item(
    item: ItemFile, cards: Mapping[str, CardFile], lessons: set[str]
) -> Iterator[Issue]:
    if item.lesson.key not in lessons:
        yield error(
            "unknown_lesson",
            item.lesson.where,
            f"there is no lesson {item.lesson.key!r}",
            lesson=item.lesson.key,
        )
    for reference in item.cards:
        if reference.key not in cards:
            yield error(
                "unknown_card",
                reference.where,
                f"there is no card {reference.key!r}",
                card=reference.key,
            )
    grounds = [cards[reference.key] for reference in item.cards if reference.key in cards]
    if item.purpose == "quiz" and grounds and all(card.confidence == "B" for card in grounds):
        yield warning(
            "only_unverified_cards",
            item.where,
            f"the item {item.key!r} rests only on cards whose source has not been read (B)",
            item=item.key,
        )


def _check_stimuli(bank: BankFiles) -> Iterator[Issue]:
    known = {stimulus.key for stimulus in bank.stimuli}
    for item in bank.items:
        if item.stimulus and item.stimulus.key and item.stimulus.key not in known:
            yield error(
                "unknown_stimulus",
                item.stimulus.where,
                f"the bank {bank.key!r} has no shared text {item.stimulus.key!r}",
                stimulus=item.stimulus.key,
            )
    for stimulus in bank.stimuli:
        if not bank.sharing(stimulus.key):
            yield warning(
                "stimulus_without_items",
                stimulus.where,
                f"no item stands under the shared text {stimulus.key!r}",
                stimulus=stimulus.key,
            )


def _check_habits(bank: BankFiles) -> Iterator[Issue]:
    items = [item_from_json(item.body) for item in bank.of("quiz") if item.body]
    singles = [item for item in items if isinstance(item, SingleResponse)]
    if len(singles) < ENOUGH:
        return
    longest = sum(is_key_longest(item) for item in singles) / len(singles)
    if longest > LONGEST_SHARE:
        yield warning(
            "key_often_longest",
            bank.where,
            f"the key is the longest option in {longest:.0%} of the single responses",
            share=round(longest, 3),
        )
    places = [[option.id for option in item.options].index(item.key) for item in singles]
    most = max(places.count(place) for place in set(places)) / len(places)
    if most > POSITION_SHARE:
        yield warning(
            "key_position_uneven",
            bank.where,
            f"the key stands in the same place in {most:.0%} of the single responses",
            share=round(most, 3),
        )


def is_key_longest(item: Item) -> bool:
    """Say whether a key of ``item`` is longer than every distractor."""
    keys = [len(option.text) for option in item.options if option.id in item.keys]
    others = [len(option.text) for option in item.options if option.id not in item.keys]
    return bool(keys and others) and max(keys) > max(others)
