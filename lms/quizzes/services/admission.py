"""Letting a candidate in: password of the room, network, pledge."""

from lms.errors import InvalidState
from lms.quizzes.domain.admission import Refusal, is_within, why_refused
from lms.quizzes.domain.attempts import StartReason
from lms.quizzes.domain.rules import rules_from_json
from lms.quizzes.models import Sitting
from lms.quizzes.queries import OwnSitting


def check_admission(own: OwnSitting, *, password: str, pledged: bool, address: str) -> None:
    """Refuse who may start but does not fulfil what the sitting asks for; who has begun only needs the network.

    Args:
        own: The sitting as it stands for the candidate.
        password: As typed; empty for none.
        pledged: Whether the candidate confirmed the pledge just now.
        address: From where the request comes.

    Raises:
        InvalidState: ``may_not_start`` with the ``reason``, a ``Refusal``.
    """
    if own.verdict.reason is StartReason.RUNNING:
        check_place(own.sitting, address)
    elif own.verdict.reason is StartReason.FREE:
        refusal = why_refused(
            rules_from_json(own.sitting.rules), password=password, pledged=pledged, address=address
        )
        if refusal is not None:
            raise InvalidState("may_not_start", reason=refusal.value)


def check_place(sitting: Sitting, address: str) -> None:
    """Refuse to open a paper outside the networks of its sitting. Answers are taken from anywhere.

    Raises:
        InvalidState: ``may_not_start`` with the reason ``network_refused``.
    """
    if not is_within(rules_from_json(sitting.rules).networks, address):
        raise InvalidState("may_not_start", reason=Refusal.NETWORK_REFUSED.value)
