"""What the types that choose from one list of options share."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import TypeVar

from lms.questions.domain.types.answers import Chosen
from lms.questions.domain.types.base import (
    FaceOption,
    FieldError,
    Option,
    OptionFeedback,
    Part,
)
from lms.questions.domain.types.reading import HUNDRED, decimal_as_text

_T = TypeVar("_T")


def shuffled_ids(options: Iterable[Option], rng: Random) -> tuple[str, ...]:
    """Draw an order of the options."""
    ids = [option.id for option in options]
    rng.shuffle(ids)
    return tuple(ids)


def arranged(entries: Iterable[tuple[str, _T]], order: Sequence[str] | None) -> list[_T]:
    """Return things with ids in ``order``; None for the order they have.

    Raises:
        ValueError: ``order`` is not a permutation of the ids.
    """
    by_id = dict(entries)
    if order is None:
        return list(by_id.values())
    if len(order) != len(by_id) or not by_id.keys() == set(order):
        raise ValueError(f"{list(order)} is not an order of the options {sorted(by_id)}")
    return [by_id[entry_id] for entry_id in order]


def in_order(options: Iterable[Option], order: Sequence[str] | None) -> list[Option]:
    """Return options in ``order``; None for the authored order.

    Raises:
        ValueError: ``order`` is not a permutation of the options.
    """
    return arranged(((option.id, option) for option in options), order)


def faces(options: Iterable[Option], order: Sequence[str] | None) -> tuple[FaceOption, ...]:
    """Return what is seen of options, in ``order``."""
    return tuple(FaceOption(option.id, option.text) for option in in_order(options, order))


def options_explained(
    options: Iterable[Option], keys: frozenset[str], answer: Chosen, order: Sequence[str] | None
) -> tuple[OptionFeedback, ...]:
    """Return what is shown at each option afterwards, in ``order``."""
    return tuple(
        OptionFeedback(
            id=option.id,
            text=option.text,
            feedback=option.feedback,
            is_key=option.id in keys,
            is_chosen=option.id in answer.ids,
        )
        for option in in_order(options, order)
    )


def is_weighted(options: Sequence[Option]) -> bool:
    """Say whether the options carry weights.

    Raises:
        FieldError: Some do and some do not.
    """
    weighted = sum(option.weight is not None for option in options)
    if weighted not in (0, len(options)):
        index = next(at for at, option in enumerate(options) if option.weight is None)
        raise FieldError(f"options[{index}].weight", "is missing, other options have one")
    return weighted > 0


def weight_of(options: Iterable[Option], ids: frozenset[str]) -> Fraction:
    """Return the sum of the weights of the options ``ids``, as a share clipped to 0..1."""
    total = sum((option.weight or Decimal(0) for option in options if option.id in ids), Decimal(0))
    return min(Fraction(1), max(Fraction(0), Fraction(total) / 100))


def option_parts(options: Iterable[Option]) -> list[Part]:
    """Return what options say."""
    parts = []
    for option in options:
        parts.append(Part("option", option.id, option.text))
        parts.append(Part("feedback", option.id, option.feedback))
        if option.weight is not None:
            parts.append(Part("weight", option.id, percent_text(option.weight), is_plain=True))
    return parts


def percent_text(percent: Decimal) -> str:
    """Return a share in percent as people read it: ``50%``, ``33.33333%``."""
    text = decimal_as_text(percent)
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def clipped(percent: Decimal) -> Fraction:
    """Return a share in percent as a fraction of one, never below zero."""
    return max(Fraction(0), Fraction(percent) / int(HUNDRED))
