"""Naming the organisation."""

import datetime as dt
import re

from lms.audit.services import record
from lms.db import db
from lms.errors import InvalidInput
from lms.organisation.models import Organisation
from lms.organisation.queries import ONLY, find_organisation

_PREFIX = re.compile(r"[A-Z0-9]{2,6}")


def name_organisation(
    *,
    name: str,
    name_latin: str,
    serial_prefix: str,
    signer_name: str,
    signer_title: str,
    signer_title_en: str,
    second_review: bool = True,
    actor_id: int | None,
    now: dt.datetime,
) -> Organisation:
    """Set the organisation's names. Certificates issued before keep what they say.

    Args:
        name: As certificates print it.
        name_latin: In Latin letters; may be empty.
        serial_prefix: Starts every serial.
        signer_name: Who signs; empty for a line to sign on by hand.
        signer_title: What the signer is.
        signer_title_en: The same in English; may be empty.
        second_review: Whether an item becomes ready only when somebody other than its author has approved it.
        actor_id: Who changes it; None for the command line.
        now: The instant.

    Raises:
        InvalidInput: The name is empty, or the prefix is not two to six capital letters or digits.
    """
    if not name.strip():
        raise InvalidInput("organisation_name_empty", field="name")
    if not _PREFIX.fullmatch(serial_prefix):
        raise InvalidInput("serial_prefix", field="serial_prefix", value=serial_prefix)
    organisation = find_organisation()
    if organisation is None:
        organisation = Organisation(id=ONLY)
        db.session.add(organisation)
    organisation.name = name.strip()
    organisation.name_latin = name_latin.strip()
    organisation.serial_prefix = serial_prefix
    organisation.signer_name = signer_name.strip()
    organisation.signer_title = signer_title.strip()
    organisation.signer_title_en = signer_title_en.strip()
    organisation.second_review = second_review
    organisation.changed_at = now
    db.session.flush()
    record(
        "organisation.name",
        actor_id=actor_id,
        now=now,
        subject_kind="organisation",
        subject_id=ONLY,
        name=organisation.name,
        serial_prefix=serial_prefix,
        second_review=second_review,
    )
    return organisation
