"""The words of a message: its template in the reader's language."""

from dataclasses import dataclass

import structlog
from flask import current_app
from flask_babel import force_locale
from jinja2 import TemplateError

from lms.config import Settings
from lms.notifications.domain.facts import Facts
from lms.notifications.models import OutboxMessage

log = structlog.get_logger("notifications")


@dataclass(frozen=True, slots=True)
class Words:
    """A message in words.

    Attributes:
        subject: One line.
        body: Plain text.
    """

    subject: str
    body: str


def link_of(message: OutboxMessage) -> str:
    """Return the full address that the message leads to, or an empty string."""
    settings: Settings = current_app.extensions["settings"]
    return settings.base_url + message.link if message.link else ""


def render(message: OutboxMessage, locale: str = "") -> Words:
    """Return the message in words: first line of the template is the subject, the rest the body.

    Args:
        message: Whose ``kind`` is ``capability.name``: the words are in ``<capability>/messages/<name>.txt``,
            which gets ``facts``, ``link``, ``person_name``, ``now`` and ``lang`` (zh-Hans or en).
        locale: Language; the reader's own when empty.

    Raises:
        TemplateError: The template is missing or asks for a fact that is not there.
    """
    capability, _, name = message.kind.partition(".")
    template = current_app.jinja_env.get_template(f"{capability}/messages/{name}.txt")
    with force_locale(locale or message.locale):
        text = template.render(
            facts=Facts(message.facts),
            link=link_of(message),
            person_name=message.facts.get("person_name", ""),
            now=message.created_at,
            lang="en" if (locale or message.locale) == "en" else "zh-Hans",
        )
    subject, _, body = text.strip().partition("\n")
    return Words(" ".join(subject.split()), body.strip())


def render_safely(message: OutboxMessage, locale: str = "") -> Words:
    """As ``render``, but a template that fails costs the words of one message, not the whole page."""
    try:
        return render(message, locale)
    except (TemplateError, TypeError, ValueError) as error:
        log.warning("message has no words", kind=message.kind, id=message.id, error=repr(error))
        return Words(message.kind, "")
