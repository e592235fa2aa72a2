"""Items as they stand on an unanswered paper, rendered once a process for everybody who gets them.

At nine o'clock a thousand papers hold the same few hundred items, differing in the order of their options and in the
place where they stand; rendering them is the dearest part of a paper.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cache

from flask import request, url_for
from flask_babel import get_locale
from markupsafe import Markup

from lms.quizzes.domain.presentation import PresentedItem
from lms.quizzes.queries import StoredAnswer
from lms.quizzes.views.frame import blueprint

HERE = "\x00"
"""Stands in a kept piece where the position belongs; no text of an item can hold it."""
CUT = "\x01"
"""Stands before each option and after the last, where their order is a paper's own; likewise."""
PIECES_AT_MOST = 3000
"""About 3 kB each."""

_kept: dict[Hashable, str] = {}
_kept_items: dict[Hashable, dict[str, str]] = {}


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


def choices_at(item: PresentedItem, *, caller: Callable[[], str]) -> Markup:
    """Return an unanswered item with options to choose from, which is kept once for all orders of them.

    For ``{% call choices_at(…) %}`` in templates.

    Args:
        item: The item, with its options in the order of this paper.
        caller: Renders it with ``HERE`` for the position and ``CUT`` round each option.
    """
    key = _key(str(get_locale()), item)
    if key not in _kept_items:
        if len(_kept_items) >= PIECES_AT_MOST:
            _kept_items.clear()
        options = item.face.options
        head, *parts, tail = str(caller()).split(CUT)
        by_id = {option.id: html for option, html in zip(options, parts, strict=True)}
        _kept_items[key] = {"": head, **by_id, CUT: tail}
    return Markup(_put_together(_kept_items[key], item))  # noqa: S704 - as above


def _key(language: str, item: PresentedItem) -> Hashable:
    face = item.face
    return (language, face.stem, face.takes_many, frozenset(face.options), item.points)


def _put_together(parts: Mapping[str, str], item: PresentedItem) -> str:
    options = [parts[option.id] for option in item.face.options]
    return "".join([parts[""], *options, parts[CUT]]).replace(HERE, str(item.position))


def ask_all(
    items: Iterable[PresentedItem],
    answers: Mapping[int, StoredAnswer],
    asked: Callable[[PresentedItem, StoredAnswer | None], str],
) -> Markup:
    """Return all items of a paper one after the other; what is kept already does not go through a template.

    Args:
        items: In order.
        answers: What is stored, by position.
        asked: The macro ``asked`` of ``_asked.html``.
    """
    language = str(get_locale())
    whole = []
    for item in items:
        stored = answers.get(item.position)
        is_bare = stored is None and not item.section and item.stimulus is None
        parts = _kept_items.get(_key(language, item)) if is_bare and item.is_choice else None
        whole.append(str(asked(item, stored)) if parts is None else _put_together(parts, item))
    return Markup("".join(whole))  # noqa: S704 - each rendered by a template


def addresses_of(attempt_id: int) -> dict[str, str]:
    """Return the addresses that the page of an attempt speaks to, by the name of their view."""
    here = str(_SOME_ATTEMPT)
    return {
        name: address.replace(here, str(attempt_id))
        for name, address in _addresses(request.script_root).items()
    }


_SOME_ATTEMPT = 999_999_999_999
"""A number that stands in the addresses kept; building nine of them anew is a tenth of a page."""


@cache
def _addresses(_script_root: str) -> dict[str, str]:
    """Return the addresses of some attempt, below the place where the application stands."""
    names = ("save_form", "save_responses", "attempt_state", "submit", "result", "note_event")
    found = {name: url_for(f"quizzes.{name}", attempt_id=_SOME_ATTEMPT) for name in names}
    found["save_response"] = url_for("quizzes.save_response", attempt_id=_SOME_ATTEMPT, position=0)
    found["login"] = url_for(
        "security.login", next=url_for("quizzes.paper", attempt_id=_SOME_ATTEMPT)
    )
    return found


blueprint.add_app_template_global(piece_at)
blueprint.add_app_template_global(choices_at)
blueprint.add_app_template_global(ask_all)
blueprint.add_app_template_global(lambda: HERE, "here_in_piece")
blueprint.add_app_template_global(lambda: CUT, "cut_in_piece")
