"""After a re-key, for the future: the question itself is put right in its bank."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum

from lms.questions.domain.items import item_as_json, item_from_json
from lms.questions.models import Item, ItemVersion
from lms.questions.queries import APP, RETIRED
from lms.questions.services import add_version, make_current, retire_item
from lms.questions.services.items import record_item
from lms.questions.services.versions import lock_item
from lms.quizzes.domain.rekeying import Correction, CorrectionKind, corrected_item


class BankStep(StrEnum):
    """What can be done in the bank about a question that was corrected."""

    VERSION = "version"
    """A corrected version takes the place of the one in use: its key was proven wrong."""
    RETIRE = "retire"
    """It is not drawn any more."""
    FILE = "file"
    """Its bank is written in files: there it has to be changed."""
    EDITOR = "editor"
    """A person has to write it: the words, or a key that the type cannot say."""
    OTHER_VERSION = "other_version"
    """Another version is in use, or waits for its review: somebody has to look whether it is wrong as well."""
    NOTHING = "nothing"
    """It is not in use."""


def bank_step(version: ItemVersion, correction: Correction) -> BankStep:
    """Return what can be done in the bank after ``correction``; ``VERSION`` and ``RETIRE`` are done by us."""
    item = version.item
    if item.state == RETIRED or item.bank.retired_at is not None:
        return BankStep.NOTHING
    if item.bank.origin != APP:
        return BankStep.FILE
    if correction.kind is CorrectionKind.DROP:
        return BankStep.RETIRE
    if version.number != item.version or item.proposed is not None:
        return BankStep.OTHER_VERSION
    return BankStep.EDITOR if _corrected_body(version, correction) is None else BankStep.VERSION


def put_right(
    version: ItemVersion, correction: Correction, *, actor_id: int, now: dt.datetime
) -> BankStep:
    """Do in the bank what ``bank_step`` says; nothing where a person has to.

    Returns:
        What was done, or what is left to do.
    """
    item = version.item
    lock_item(item)
    step = bank_step(version, correction)
    if step is BankStep.RETIRE:
        retire_item(item, actor_id=actor_id, now=now)
    elif step is BankStep.VERSION:
        _use_corrected(item, version, correction, actor_id=actor_id, now=now)
    return step


def _use_corrected(
    item: Item, version: ItemVersion, correction: Correction, *, actor_id: int, now: dt.datetime
) -> None:
    body = _corrected_body(version, correction)
    if body is None:  # pragma: no cover - bank_step has looked
        return
    corrected = add_version(item, body, version.facts, actor_id=actor_id, now=now)
    make_current(item, corrected, now=now)
    record_item(
        "questions.correct_item",
        item,
        actor_id,
        now,
        version=corrected.number,
        sha256=corrected.sha256,
    )


def _corrected_body(version: ItemVersion, correction: Correction) -> Mapping[str, object] | None:
    """Return the version's body with the correction written into it; None when its type cannot say it."""
    item = item_from_json(version.body)
    corrected = corrected_item(item, [correction])
    return None if corrected == item else item_as_json(corrected)
