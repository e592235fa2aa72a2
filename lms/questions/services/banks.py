"""Writing banks."""

import datetime as dt
import re

from lms.audit import services as audit
from lms.db import db
from lms.errors import InvalidInput, InvalidState
from lms.questions import queries
from lms.questions.models import ItemBank

ORIGINS = ("files", "app")
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_KEY_AT_MOST = 40
"""Of a bank of the browser; the keys of its items begin with it."""


def publish_bank(
    *,
    key: str,
    title: str,
    title_en: str,
    origin: str,
    now: dt.datetime,
    actor_id: int | None = None,
) -> ItemBank:
    """Create the bank ``key``, or give it these titles; a retired one is in use again.

    Raises:
        InvalidInput: ``origin`` is neither ``files`` nor ``app``.
        InvalidState: The bank is authored elsewhere: ``files`` never takes over a bank of ``app``.
    """
    if origin not in ORIGINS:
        raise InvalidInput("bank_origin_unknown", origin=origin)
    bank = queries.find_bank(key)
    if bank is None:
        bank = ItemBank(
            key=key,
            title=title,
            title_en=title_en,
            origin=origin,
            created_at=now,
            retired_at=None,
        )
        db.session.add(bank)
    elif bank.origin != origin:
        raise InvalidState("bank_of_other_origin", bank=key, origin=bank.origin)
    elif (bank.title, bank.title_en, bank.retired_at) == (title, title_en, None):
        return bank
    bank.title, bank.title_en, bank.retired_at = title, title_en, None
    db.session.flush()
    audit.record(
        "questions.publish_bank",
        actor_id=actor_id,
        now=now,
        subject_kind="item_bank",
        subject_id=bank.id,
        key=key,
        origin=origin,
    )
    return bank


def retire_bank(bank: ItemBank, *, now: dt.datetime, actor_id: int | None = None) -> None:
    """Take the whole bank out of use; its items keep their states for the day it comes back."""
    if bank.retired_at is None:
        bank.retired_at = now
        db.session.flush()
        audit.record(
            "questions.retire_bank",
            actor_id=actor_id,
            now=now,
            subject_kind="item_bank",
            subject_id=bank.id,
            key=bank.key,
        )


def create_bank(
    *, key: str, title: str, title_en: str, now: dt.datetime, actor_id: int
) -> ItemBank:
    """Create a bank that is authored in the browser.

    Args:
        key: Lower-case letters, digits and hyphens; "" for a numbered one.
        title: In Chinese.
        title_en: In English; may be empty.
        now: The instant.
        actor_id: Who creates it.

    Raises:
        InvalidInput: ``bank_key_malformed`` or ``bank_key_taken``.
    """
    key = key or _free_key()
    if not _KEY.match(key) or len(key) > _KEY_AT_MOST:
        raise InvalidInput("bank_key_malformed", key=key)
    if queries.find_bank(key) is not None:
        raise InvalidInput("bank_key_taken", key=key)
    return publish_bank(
        key=key, title=title, title_en=title_en, origin=queries.APP, now=now, actor_id=actor_id
    )


def _free_key() -> str:
    number = 1
    while queries.find_bank(f"bank-{number}") is not None:
        number += 1
    return f"bank-{number}"


def rename_bank(
    bank: ItemBank, *, title: str, title_en: str, now: dt.datetime, actor_id: int
) -> None:
    """Give a bank of the browser other titles.

    Raises:
        InvalidState: ``bank_read_only``: files author it.
    """
    if bank.origin != queries.APP:
        raise InvalidState("bank_read_only", bank=bank.key)
    publish_bank(
        key=bank.key,
        title=title,
        title_en=title_en,
        origin=queries.APP,
        now=now,
        actor_id=actor_id,
    )


def check_writable(bank: ItemBank) -> None:
    """Check that a bank may be written in the browser.

    Raises:
        InvalidState: ``bank_read_only`` (files author it) or ``bank_retired``.
    """
    if bank.origin != queries.APP:
        raise InvalidState("bank_read_only", bank=bank.key)
    if bank.retired_at is not None:
        raise InvalidState("bank_retired", bank=bank.key)
