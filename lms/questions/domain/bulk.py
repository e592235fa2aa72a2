"""What one act does to each of many items, and which of them it leaves out.

The page that asks for a confirmation and the act itself both go by `decide`: what is said is what is done.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from lms.questions.domain.identity import ItemFacts

DRAFT, IN_REVIEW, READY, RETIRED = "draft", "in_review", "ready", "retired"
INTENTS = (DRAFT, IN_REVIEW, READY)
"""How far versions with new facts are taken at once."""


class Act(StrEnum):
    """What can be done with many items at once."""

    TAG = "tag"
    UNTAG = "untag"
    FACTS = "facts"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETIRE = "retire"
    RESTORE = "restore"
    MOVE = "move"


class Effect(StrEnum):
    """What happens to an item."""

    TAGGED = "tagged"
    UNTAGGED = "untagged"
    #: Its facts are changed; it is a draft, as it was.
    CHANGED = "changed"
    #: Its facts are changed, and it goes to review.
    CHANGED_SENT = "changed_sent"
    #: It stays in use; the version with the new facts waits beside it as a draft, or in review.
    PROPOSED = "proposed"
    PROPOSED_SENT = "proposed_sent"
    #: Its facts are changed, and the version with them is in use at once.
    CHANGED_READY = "changed_ready"
    SENT = "sent"
    APPROVED = "approved"
    RETIRED = "retired"
    RESTORED = "restored"
    RESTORED_DRAFT = "restored_draft"
    MOVED = "moved"


class Reason(StrEnum):
    """Why an item is left out."""

    #: Somebody changed it since it was chosen, or moved it to another bank.
    STALE = "stale"
    HAS_TAG = "has_tag"
    LACKS_TAG = "lacks_tag"
    SAME_FACTS = "same_facts"
    #: It is retired.
    IS_RETIRED = "is_retired"
    NOT_RETIRED = "not_retired"
    #: Nothing of it waits to be sent.
    NOT_DRAFT = "not_draft"
    #: Nothing of it waits to be approved.
    NOT_IN_REVIEW = "not_in_review"
    #: A fact is missing without which it stays a draft.
    INCOMPLETE = "incomplete"
    #: Who acts wrote it, and a second person has to approve it.
    OWN = "own"
    #: It stands under a shared text, and not all items of that text are chosen.
    IN_GROUP = "in_group"


@dataclass(frozen=True, slots=True)
class FactsChange:
    """Facts to be set; what is None stays as it is."""

    lesson_key: str | None = None
    point: str | None = None
    difficulty: str | None = None
    cards: tuple[str, ...] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is set."""
        return self == FactsChange()

    def of(self, facts: ItemFacts) -> ItemFacts:
        """Return ``facts`` with what is set; raises FieldError."""
        return replace(
            facts,
            lesson_key=facts.lesson_key if self.lesson_key is None else self.lesson_key,
            point=facts.point if self.point is None else self.point,
            difficulty=facts.difficulty if self.difficulty is None else self.difficulty,
            cards=facts.cards if self.cards is None else self.cards,
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done.

    Attributes:
        act: The act.
        tag: For tags: which.
        change: For facts: what is set.
        intent: For facts: how far the versions are taken at once; one of ``INTENTS``.
        has_second_review: Whether who wrote a version may not approve it.
    """

    act: Act
    tag: str = ""
    change: FactsChange = FactsChange()
    intent: str = DRAFT
    has_second_review: bool = True


@dataclass(frozen=True, slots=True)
class Subject:
    """An item as it is now.

    Attributes:
        state: Its state.
        proposed_state: Of its proposal; empty without one.
        facts: Of the version under review: the proposal if there is one, else the current one.
        is_own: Whether who acts wrote that version.
        tags: Its tags.
        is_stale: Whether it changed since it was chosen.
        was_ready: For a retired one: whether it was in use, in these words, when it was retired.
        is_group_split: Whether it shares a text with items that are not chosen.
    """

    state: str
    facts: ItemFacts
    proposed_state: str = ""
    is_own: bool = False
    tags: frozenset[str] = frozenset()
    is_stale: bool = False
    was_ready: bool = False
    is_group_split: bool = False

    @property
    def reviewed_state(self) -> str:
        """State of the version under review."""
        return self.proposed_state or self.state


def decide(wish: Wish, subject: Subject) -> Effect | Reason:
    """Return what the act does to an item, or why it leaves it out."""
    return Reason.STALE if subject.is_stale else _DECISIONS[wish.act](wish, subject)


def _tag(wish: Wish, subject: Subject) -> Effect | Reason:
    return Reason.HAS_TAG if wish.tag in subject.tags else Effect.TAGGED


def _untag(wish: Wish, subject: Subject) -> Effect | Reason:
    return Effect.UNTAGGED if wish.tag in subject.tags else Reason.LACKS_TAG


def _set_facts(wish: Wish, subject: Subject) -> Effect | Reason:
    if subject.state == RETIRED:
        return Reason.IS_RETIRED
    facts = wish.change.of(subject.facts)
    if facts == subject.facts:
        return Reason.SAME_FACTS
    intent = intent_for(wish, subject)
    if intent == READY:
        return Effect.CHANGED_READY
    if subject.state == READY:
        return Effect.PROPOSED_SENT if intent == IN_REVIEW else Effect.PROPOSED
    return Effect.CHANGED_SENT if intent == IN_REVIEW else Effect.CHANGED


def intent_for(wish: Wish, subject: Subject) -> str:
    """Return how far the version with new facts is taken: what was in review stays there, what lacks facts cannot go."""
    if wish.change.of(subject.facts).missing:
        return DRAFT
    if wish.intent == DRAFT and subject.reviewed_state == IN_REVIEW:
        return IN_REVIEW
    return IN_REVIEW if wish.intent == READY and wish.has_second_review else wish.intent


def _submit(_wish: Wish, subject: Subject) -> Effect | Reason:
    if subject.state == RETIRED:
        return Reason.IS_RETIRED
    if subject.reviewed_state != DRAFT:
        return Reason.NOT_DRAFT
    return Reason.INCOMPLETE if subject.facts.missing else Effect.SENT


def _approve(wish: Wish, subject: Subject) -> Effect | Reason:
    states = (IN_REVIEW,) if wish.has_second_review else (IN_REVIEW, DRAFT)
    if subject.state == RETIRED:
        return Reason.IS_RETIRED
    if subject.reviewed_state not in states:
        return Reason.NOT_IN_REVIEW
    if subject.is_own and wish.has_second_review:
        return Reason.OWN
    return Reason.INCOMPLETE if subject.facts.missing else Effect.APPROVED


def _retire(_wish: Wish, subject: Subject) -> Effect | Reason:
    return Reason.IS_RETIRED if subject.state == RETIRED else Effect.RETIRED


def _restore(_wish: Wish, subject: Subject) -> Effect | Reason:
    if subject.state != RETIRED:
        return Reason.NOT_RETIRED
    return Effect.RESTORED if subject.was_ready else Effect.RESTORED_DRAFT


def _move(_wish: Wish, subject: Subject) -> Effect | Reason:
    return Reason.IN_GROUP if subject.is_group_split else Effect.MOVED


_DECISIONS = {
    Act.TAG: _tag,
    Act.UNTAG: _untag,
    Act.FACTS: _set_facts,
    Act.SUBMIT: _submit,
    Act.APPROVE: _approve,
    Act.RETIRE: _retire,
    Act.RESTORE: _restore,
    Act.MOVE: _move,
}
