"""Items as they stand on an unanswered paper, rendered once a process for everybody who gets them alike.

At nine o'clock a thousand papers hold the same few hundred items, differing in the order of their options and in the
place where they stand; rendering them is the dearest part of a paper.
"""

from collections.abc import Callable, Hashable

from flask_babel import get_locale
from markupsafe import Markup

from lms.quizzes.views.frame import blueprint

HERE = "\x00"
"""Stands in a kept piece where the position belongs; no text of an item can hold it."""
PIECES_AT_MOST = 3000
"""About 3 kB each."""

_kept: dict[Hashable, str] = {}


def piece_at(position: int, *key: Hashable, caller: Callable[[], str]) -> Markup:
    """Return what ``caller`` renders with ``HERE`` for the position, from memory where it was rendered before.

    For ``{% call piece_at(…) %}`` in templates.

    Args:
        position: Of the item on this paper.
        key: All that the piece depends on beside the language.
        caller: Renders it.
    """
    whole = (str(get_locale()), *key)
    html = _kept.get(whole)
    if html is None:
        if len(_kept) >= PIECES_AT_MOST:
            _kept.clear()
        _kept[whole] = html = str(caller())
    return Markup(html.replace(HERE, str(position)))  # noqa: S704 - rendered by a template, with a number put in


blueprint.add_app_template_global(piece_at)
blueprint.add_app_template_global(lambda: HERE, "here_in_piece")
