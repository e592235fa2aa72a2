"""Keys and places of new items of a bank."""

import re
from collections.abc import Sequence

from sqlalchemy import func, select

from lms.db import db
from lms.questions.models import Item, ItemBank

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_KEY_AT_MOST = 64
_AT_ONCE = 500


def new_item_keys(bank: ItemBank, wanted: Sequence[str]) -> list[str]:
    """Return a free key for each new item: the one wanted where it can be one, else ``<bank>-0001`` and so on.

    Args:
        bank: Held by the caller where others may write at the same time.
        wanted: The key that the file of each item gives it; empty for none.
    """
    taken: set[str] = set()
    for at in range(0, len(wanted), _AT_ONCE):
        some = wanted[at : at + _AT_ONCE]
        taken.update(db.session.scalars(select(Item.key).where(Item.key.in_(some))))
    prefix = f"{bank.key}-"
    taken.update(
        db.session.scalars(select(Item.key).where(Item.key.startswith(prefix, autoescape=True)))
    )
    number = 0
    keys = []
    for one in wanted:
        key = one
        if not is_key(key, _KEY_AT_MOST) or key in taken:
            number += 1
            while f"{prefix}{number:04}" in taken:
                number += 1
            key = f"{prefix}{number:04}"
        taken.add(key)
        keys.append(key)
    return keys


def is_key(text: str, at_most: int) -> bool:
    """Say whether ``text`` can be a key of at most ``at_most`` characters."""
    return len(text) <= at_most and _KEY.match(text) is not None


def next_position(bank: ItemBank) -> int:
    """Return the place behind the last item of a bank."""
    last = select(func.coalesce(func.max(Item.position), 0)).where(Item.bank_id == bank.id)
    return int(db.session.scalar(last) or 0) + 1
