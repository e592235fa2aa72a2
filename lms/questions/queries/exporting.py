"""Reading a bank in the shape in which it is written to a file."""

import re
from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy import select

from lms.db import db
from lms.documents.storage import FileStore
from lms.errors import NotFound
from lms.issues import Where
from lms.questions.domain.exchange.values import Candidate, Outgoing, Stimulus
from lms.questions.domain.items import item_from_json
from lms.questions.models import CaseGroup, Item, ItemBank, ItemTag
from lms.questions.queries.items import select_current
from lms.questions.queries.names import RETIRED

PICTURE = re.compile(r"media:([0-9a-f]{64})\.([a-z]{3,4})")
"""How texts name a picture."""
_NOWHERE = Where()


def get_outgoing(bank: ItemBank, purpose: str, store: FileStore) -> Outgoing:
    """Return the items of a bank in use for one purpose, with shared texts and pictures."""
    versions = db.session.scalars(
        select_current().where(
            Item.bank_id == bank.id, Item.purpose == purpose, Item.state != RETIRED
        )
    ).all()
    tags: dict[int, list[str]] = {}
    for item_id, tag in db.session.execute(
        select(ItemTag.item_id, ItemTag.tag)
        .join(Item, Item.id == ItemTag.item_id)
        .where(Item.bank_id == bank.id)
        .order_by(ItemTag.item_id, ItemTag.position)
    ):
        tags.setdefault(item_id, []).append(tag)
    groups = {
        group.id: group
        for group in db.session.scalars(select(CaseGroup).where(CaseGroup.bank_id == bank.id))
    }
    candidates = []
    used: dict[int, CaseGroup] = {}
    for version in versions:
        item = version.item
        group = groups.get(item.case_group_id) if item.case_group_id else None
        if group is not None:
            used[group.id] = group
        candidates.append(
            Candidate(
                item=item_from_json(version.body),
                where=_NOWHERE,
                name=item.name,
                key=item.file_key or item.key,
                category=tuple(item.category),
                tags=tuple(tags.get(item.id, ())),
                point=version.point,
                difficulty=version.difficulty,
                lesson_key=version.lesson_key,
                cards=tuple(version.cards),
                red_line=version.red_line,
                points=Decimal(item.points) if item.points else None,
                stimulus=group.key if group else "",
            )
        )
    stimuli = tuple(
        Stimulus(key=group.key, text=group.text, where=_NOWHERE, title=group.title)
        for group in used.values()
    )
    texts = [*(str(version.body) for version in versions), *(one.text for one in stimuli)]
    return Outgoing(bank.title, tuple(candidates), stimuli, load_pictures(texts, store))


def pictures_in(texts: Iterable[str]) -> list[str]:
    """Return the names of the pictures that texts show, each once."""
    names: dict[str, None] = {}
    for text in texts:
        if "media:" in text:
            names.update({f"{one[1]}.{one[2]}": None for one in PICTURE.finditer(text)})
    return list(names)


def load_pictures(texts: Iterable[str], store: FileStore) -> dict[str, bytes]:
    """Return the pictures that texts show, by name; one that is not kept is left out."""
    found: dict[str, bytes] = {}
    for name in pictures_in(texts):
        try:
            found[name] = store.get(name.partition(".")[0])
        except NotFound:
            continue
    return found
