"""Who may decide whether an objection to a question is right."""

from enum import StrEnum

TEXT_AT_MOST = 1000
"""Characters of one message of a thread."""


class ObjectionState(StrEnum):
    """States of an objection, as stored."""

    OPEN = "open"
    UPHELD = "upheld"
    """Something was wrong with the question."""
    DECLINED = "declined"


class Bar(StrEnum):
    """Why somebody may not decide; templates turn it into a sentence."""

    DECIDED = "decided"
    """Somebody has."""
    OWN_OBJECTION = "own_objection"
    """It is their own."""
    OWN_ITEM = "own_item"
    """They wrote the question, and a second person's eye is asked for."""


def find_bar(
    state: ObjectionState,
    *,
    actor_id: int,
    objector_id: int,
    author_id: int | None,
    second_review: bool,
) -> Bar | None:
    """Return what keeps ``actor_id`` from deciding an objection; None when nothing does.

    Args:
        state: Of the objection.
        actor_id: Who would decide.
        objector_id: Whose objection it is.
        author_id: Who wrote the version of the item; None for content files.
        second_review: Whether the organisation asks for a second person.
    """
    if state is not ObjectionState.OPEN:
        return Bar.DECIDED
    if actor_id == objector_id:
        return Bar.OWN_OBJECTION
    if second_review and actor_id == author_id:
        return Bar.OWN_ITEM
    return None


def is_good_text(text: str) -> bool:
    """Say whether ``text`` can be a message: not blank, at most ``TEXT_AT_MOST`` characters."""
    return bool(text.strip()) and len(text.strip()) <= TEXT_AT_MOST
