"""The evidence so far, as the panel gets it."""

import datetime as dt
from zoneinfo import ZoneInfo

from lms.curriculum.models import Enrolment
from lms.curriculum.queries import get_path
from lms.db import JsonObject
from lms.defense.queries.defenses import list_verdicts
from lms.gradebook.queries import list_standings


def gather_evidence(enrolment: Enrolment, now: dt.datetime, zone: ZoneInfo) -> JsonObject:
    """Return what was measured of an enrolment until ``now``, as plain JSON values.

    ``tests``: every module quiz and stage test in the order of the programme with the best result in percent
    (None: no result), its cut score, tries and whether it is passed. ``earlier``: verdicts of earlier
    defenses, newest first.
    """
    path = get_path(enrolment, now, zone)
    standings = {one.key: one for one in list_standings(enrolment.id) if one.kind == "quiz"}
    tests: list[JsonObject] = []
    for gate in path.gates:
        if not gate.quiz_key:
            continue
        standing = standings.get(gate.quiz_key)
        percent = gate.percent if standing is None else standing.percent
        tests.append(
            {
                "kind": gate.kind.value,
                "title": gate.title,
                "title_en": gate.title_en,
                "percent": None if percent is None else str(percent),
                "cut_percent": None if standing is None else str(standing.cut_percent),
                "tries": None if standing is None else standing.tries,
                "passed": gate.passed_at is not None,
            }
        )
    return {
        "tests": tests,
        "lessons_done": path.lessons_done,
        "lessons_total": len(path.lessons),
        "earlier": [
            {
                "held_on": verdict.defense.starts_at.astimezone(zone).date().isoformat(),
                "percent": None
                if verdict.weighted_percent is None
                else str(verdict.weighted_percent),
                "recommendation": verdict.recommendation,
            }
            for verdict in list_verdicts(enrolment.id)
        ],
    }
