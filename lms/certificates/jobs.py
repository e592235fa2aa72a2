"""Sweeps of certificates: issue what was decided, render what was issued."""

import datetime as dt
from contextlib import suppress

from flask import current_app
from sqlalchemy.exc import IntegrityError

from lms.certificates import queries
from lms.certificates.services import issue_credential
from lms.certificates.services.rendering import keep_documents, render
from lms.config import ROOT, Settings
from lms.db import db, transaction
from lms.documents.fonts import FontLibrary
from lms.documents.storage import FolderStore
from lms.organisation.queries import find_organisation
from lms.probation.models import Decision

_fonts = FontLibrary(ROOT / "node_modules")


def issue_and_render(now: dt.datetime) -> int:
    """Issue a credential for each positive decision without one, then make pending documents.

    One transaction a row. Two workers at once do no harm: ``decision_id`` is unique, and rendering
    locks its row.
    """
    settings: Settings = current_app.extensions["settings"]
    return _issue(settings, now) + _render(settings, now)


def _issue(settings: Settings, now: dt.datetime) -> int:
    with transaction():
        # Without a name there is nothing to print; HR's page says so.
        ids = queries.list_decisions_to_issue() if find_organisation() else []
    for decision_id in ids:
        # Two workers may meet here; the loser's row is refused by the table, which is what we want.
        with suppress(IntegrityError), transaction():
            decision = db.session.get(Decision, decision_id)
            if decision is not None:
                issue_credential(decision, settings=settings, now=now)
    return len(ids)


def _render(settings: Settings, now: dt.datetime) -> int:
    store = FolderStore(settings.storage_dir)
    with transaction():
        ids = queries.list_pending()
    for credential_id in ids:
        with transaction():
            facts = queries.get_credential(credential_id).facts
        rendered = render(facts, _fonts)
        with transaction():
            credential = queries.claim_pending(credential_id)
            if credential is not None:
                keep_documents(credential, rendered, store=store, now=now)
    return len(ids)
