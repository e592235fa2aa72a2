"""Reading the privacy notice and who accepted it."""

from sqlalchemy import func, select

from lms.db import db
from lms.people.models import Consent, PrivacyNotice


def find_privacy_notice() -> PrivacyNotice | None:
    """Return the newest privacy notice."""
    return db.session.scalars(
        select(PrivacyNotice).order_by(PrivacyNotice.version.desc()).limit(1)
    ).first()


def newest_notice_version() -> int | None:
    """Return the version of the newest privacy notice, without reading its text."""
    return db.session.scalar(select(func.max(PrivacyNotice.version)))


def find_consent(person_id: int, version: int) -> Consent | None:
    """Return the person's acceptance of one version of the notice."""
    return db.session.scalars(
        select(Consent)
        .join(PrivacyNotice, PrivacyNotice.id == Consent.notice_id)
        .where(Consent.person_id == person_id, PrivacyNotice.version == version)
    ).first()
