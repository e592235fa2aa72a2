"""Reading the corrections of how item versions are marked."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.db import db
from lms.errors import NotFound
from lms.quizzes.domain.rekeying import Correction, Corrections
from lms.quizzes.models import ItemRekey


@dataclass(frozen=True, slots=True)
class InForce:
    """A correction in force: its re-key, what it says, and since when."""

    rekey_id: int
    correction: Correction
    applied_at: dt.datetime


def list_in_force(version_ids: Collection[int] | None = None) -> dict[int, list[InForce]]:
    """Return the corrections in force by item version, oldest first.

    Args:
        version_ids: Of these only; None for all.
    """
    query = (
        select(
            ItemRekey.item_version_id,
            ItemRekey.id,
            ItemRekey.kind,
            ItemRekey.facts,
            ItemRekey.applied_at,
        )
        .where(ItemRekey.undone_at.is_(None))
        .order_by(ItemRekey.id)
    )
    if version_ids is not None:
        query = query.where(ItemRekey.item_version_id.in_(version_ids))
    found: dict[int, list[InForce]] = {}
    for version_id, rekey_id, kind, facts, applied_at in db.session.execute(query):
        one = InForce(rekey_id, Correction.from_stored(kind, facts), applied_at)
        found.setdefault(version_id, []).append(one)
    return found


def corrections_of(in_force: Mapping[int, Sequence[InForce]]) -> Corrections:
    """Return the same without ids and instants."""
    return {version: [one.correction for one in found] for version, found in in_force.items()}


def get_rekey(rekey_id: int) -> ItemRekey:
    """Return one re-key.

    Raises:
        NotFound: There is none.
    """
    rekey = db.session.get(ItemRekey, rekey_id)
    if rekey is None:
        raise NotFound("item_rekey", id=rekey_id)
    return rekey
