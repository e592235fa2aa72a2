"""What rests on a result: told upwards by those who know, asked downwards by whoever changes a result.

Capabilities above quizzes (defense, probation, certificates) build on results, and quizzes may not import them. So
each of them gives a finder, the application registers the finders, and whoever is about to change a result asks
here who relied on it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from flask import Flask, current_app

_NAME = "result_dependents"


@dataclass(frozen=True, slots=True)
class Dependent:
    """One thing that was decided or booked relying on somebody's results.

    Attributes:
        kind: ``defense`` (booked, not held), ``verdict``, ``decision`` or ``credential``.
        enrolment_id: Whose.
        link: Path within the product that shows it.
        facts: Plain values for its sentence; ``at`` is an ISO instant, ``outcome`` and ``serial`` where there is one.
    """

    kind: str
    enrolment_id: int
    link: str
    facts: Mapping[str, object] = field(default_factory=dict)


Finder = Callable[[Collection[int]], list[Dependent]]
"""Enrolment ids -> what rests on their results."""


def register_finders(app: Flask, *finders: Finder) -> None:
    """Tell ``app`` who knows what rests on results; called once, where the application is built."""
    app.extensions[_NAME] = finders


def list_dependents(enrolment_ids: Collection[int]) -> list[Dependent]:
    """Return what rests on the results of these enrolments, by enrolment, in the order of the finders."""
    if not enrolment_ids:
        return []
    finders: tuple[Finder, ...] = current_app.extensions.get(_NAME, ())
    found = [one for finder in finders for one in finder(enrolment_ids)]
    return sorted(found, key=lambda one: one.enrolment_id)
