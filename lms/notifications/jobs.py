"""Sweeps of notifications.

Delivery is *at least once*. A worker claims one message in a transaction of its own (state ``sending``, a
lease in ``next_try_at``), hands it to the SMTP server, and notes the outcome in a second transaction. Two
workers never claim the same message: on PostgreSQL the row is locked and the other worker skips it, on SQLite
writers queue. A worker killed between the two leaves a message in ``sending``; when its lease has run out it
is claimed again. So an invitation or a password reset is never lost; the price is that a worker killed in the
moment between the server's "250 OK" and the note sends one mail twice, with the same Message-ID.
"""

import datetime as dt
import hashlib
import time
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage

import structlog
from flask import current_app
from jinja2 import TemplateError
from sqlalchemy import and_, or_, select, update

from lms.config import Settings
from lms.db import db, transaction
from lms.notifications.domain.delivery import LEASE, MAX_TRIES, next_try_at
from lms.notifications.models import OutboxMessage
from lms.notifications.smtp import Mailer, SmtpServer, Undeliverable, Unreachable, make_mail
from lms.notifications.words import link_of, render

#: A sweep ends after this; leases are counted from its beginning and must outlast it by far.
SWEEP_SECONDS = 120

log = structlog.get_logger("notifications")


@dataclass(frozen=True, slots=True)
class _Claim:
    """A message that this worker alone may send now; ``mail`` is None when it has no words."""

    message_id: int
    tries: int
    mail: EmailMessage | None
    problem: str


def deliver_outbox(now: dt.datetime) -> int:
    """Deliver what is pending and due; return how many mails the server took.

    Without an SMTP server the messages are marked held: they stay readable in the product, and the admin
    finds their links in the outbox.
    """
    settings: Settings = current_app.extensions["settings"]
    if not settings.smtp_url:
        _hold_all()
        return 0
    server = SmtpServer.from_url(settings.smtp_url)
    sent = 0
    until = time.monotonic() + SWEEP_SECONDS
    with Mailer(server) as mailer:
        while time.monotonic() < until and (claim := _claim_next(server, now)) is not None:
            outcome = _deliver(mailer, claim)
            _note(claim, outcome, now)
            if outcome.stop:
                # The server is away: the rest of the queue would fail like this one. The next tick goes on.
                break
            sent += outcome.sent
    return sent


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one claim."""

    sent: bool = False
    for_good: bool = False
    stop: bool = False
    error: str = ""


def _hold_all() -> None:
    with transaction():
        db.session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.state.in_(("pending", "sending")))
            .values(state="held", next_try_at=None)
        )


def _claim_next(server: SmtpServer, now: dt.datetime) -> _Claim | None:
    """Claim the oldest message that is due, or one whose worker died, in a transaction of its own."""
    due = or_(OutboxMessage.next_try_at.is_(None), OutboxMessage.next_try_at <= now)
    with transaction():
        message = db.session.scalars(
            select(OutboxMessage)
            .where(
                or_(
                    and_(OutboxMessage.state == "pending", due),
                    and_(OutboxMessage.state == "sending", OutboxMessage.next_try_at <= now),
                )
            )
            .order_by(OutboxMessage.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if message is None:
            return None
        message.state = "sending"
        message.tries += 1
        message.next_try_at = now + LEASE
        mail, problem = _mail_of(server, message)
        return _Claim(message.id, message.tries, mail, problem)


def _mail_of(server: SmtpServer, message: OutboxMessage) -> tuple[EmailMessage | None, str]:
    try:
        words = render(message)
        body = words.body
        link = link_of(message)
        if link and link not in body:
            body += f"\n\n{link}"
        mail = make_mail(
            server,
            to=message.address,
            to_name=str(message.facts.get("person_name", "")),
            subject=words.subject,
            body=body,
            key=hashlib.sha256(message.key.encode()).hexdigest()[:40],
            locale=message.locale,
        )
    except (TemplateError, MessageError, TypeError, ValueError) as error:
        return None, f"{type(error).__name__}: {error}"[:500]
    return mail, ""


def _deliver(mailer: Mailer, claim: _Claim) -> _Outcome:
    if claim.mail is None:
        return _Outcome(for_good=True, error=claim.problem)
    try:
        mailer.send(claim.mail)
    except Undeliverable as error:
        return _Outcome(for_good=True, error=str(error))
    except Unreachable as error:
        return _Outcome(stop=True, error=str(error))
    return _Outcome(sent=True)


def _note(claim: _Claim, outcome: _Outcome, now: dt.datetime) -> None:
    """Write down what became of the claim, unless another worker has taken it over meanwhile."""
    values: dict[str, object]
    if outcome.sent:
        values = {"state": "sent", "sent_at": now, "next_try_at": None, "last_error": ""}
    else:
        again = None if outcome.for_good else next_try_at(claim.tries, now)
        values = {
            "state": "pending" if again else "failed",
            "next_try_at": again,
            "last_error": outcome.error,
        }
        log.warning(
            "message not delivered",
            id=claim.message_id,
            tries=claim.tries,
            of=MAX_TRIES,
            error=outcome.error,
        )
    with transaction():
        db.session.execute(
            update(OutboxMessage)
            .where(
                OutboxMessage.id == claim.message_id,
                OutboxMessage.state == "sending",
                OutboxMessage.tries == claim.tries,
            )
            .values(**values)
        )
