"""Writing defenses: booking, cancelling, taking ratings."""

from lms.defense.services.booking import (
    book_defense,
    call_off_defense,
    cancel_defense,
    hash_token,
)
from lms.defense.services.rating import submit_rating

__all__ = ["book_defense", "call_off_defense", "cancel_defense", "hash_token", "submit_rating"]
