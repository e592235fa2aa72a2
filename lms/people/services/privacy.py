"""Publishing the privacy notice, and accepting it."""

import datetime as dt
import hashlib
import re
from pathlib import Path

from lms.audit.services import record
from lms.db import db
from lms.people.models import Consent, Person, PrivacyNotice
from lms.people.queries import find_consent, find_privacy_notice

SHIPPED = Path(__file__).resolve().parent.parent / "privacy_notice"
"""Folder of ``v<n>.zh.md`` and ``v<n>.en.md``; the highest number counts."""


def publish_privacy_notice(*, text_zh: str, text_en: str, now: dt.datetime) -> PrivacyNotice:
    """Publish a version of the notice; the same texts again change nothing.

    The SHA-256 is over both texts in UTF-8, a zero byte between them.
    """
    digest = hashlib.sha256(f"{text_zh}\0{text_en}".encode()).hexdigest()
    newest = find_privacy_notice()
    if newest is not None and newest.sha256 == digest:
        return newest
    notice = PrivacyNotice(
        version=1 if newest is None else newest.version + 1,
        text_zh=text_zh,
        text_en=text_en,
        sha256=digest,
        published_at=now,
    )
    db.session.add(notice)
    db.session.flush()
    record(
        "people.publish_privacy_notice",
        actor_id=None,
        now=now,
        subject_kind="privacy_notice",
        subject_id=notice.id,
        version=notice.version,
        sha256=digest,
    )
    return notice


def publish_shipped_privacy_notice(*, now: dt.datetime, folder: Path = SHIPPED) -> PrivacyNotice:
    """Publish the newest pair of texts in ``folder``. An operator who edits them publishes a new version."""
    numbers = [
        int(match[1])
        for path in folder.glob("v*.zh.md")
        if (match := re.fullmatch(r"v(\d+)\.zh\.md", path.name))
    ]
    stem = f"v{max(numbers)}"
    return publish_privacy_notice(
        text_zh=(folder / f"{stem}.zh.md").read_text(encoding="utf-8"),
        text_en=(folder / f"{stem}.en.md").read_text(encoding="utf-8"),
        now=now,
    )


def accept_privacy(
    person: Person, notice: PrivacyNotice, *, locale: str, now: dt.datetime
) -> Consent:
    """Note that the person has read and accepted ``notice``; a second time changes nothing."""
    found = find_consent(person.id, notice.version)
    if found is not None:
        return found
    consent = Consent(person_id=person.id, notice_id=notice.id, locale=locale, accepted_at=now)
    db.session.add(consent)
    db.session.flush()
    record(
        "people.accept_privacy",
        actor_id=person.id,
        now=now,
        subject_kind="person",
        subject_id=person.id,
        version=notice.version,
        sha256=notice.sha256,
        locale=locale,
    )
    return consent
