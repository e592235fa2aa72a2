"""Defenses, ratings and decisions of the demo."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from lms.certificates.services import issue_credential
from lms.config import Settings
from lms.curriculum.models import Enrolment
from lms.curriculum.queries import get_path
from lms.db import db, transaction
from lms.defense import services as defense
from lms.defense.domain.sheet import Entry, Sheet
from lms.defense.models import Defense, PanelMember
from lms.demo.cast import Fate
from lms.demo.words import ReviewWords
from lms.people.models import Person
from lms.probation import queries as probation
from lms.probation import services as probation_services
from lms.probation.domain.decision import ConditionLine, ConditionState, Draft, Outcome, UnionNotice
from lms.probation.models import ProbationFile

CRITERIA = ("knowledge", "skill", "quality", "teamwork")
RATERS = ("trainer", "rater", "quality")
ROOM = "三楼 301 会议室"
SLOT = dt.timedelta(minutes=40)

_OUTCOMES = {
    Fate.CERTIFIED: Outcome.REGULAR,
    Fate.RARE_NAME: Outcome.REGULAR,
    Fate.CERTIFIED_EARLY: Outcome.EARLY,
    Fate.NOT_MET: Outcome.NOT_MET,
}


@dataclass
class Panel:
    """Books, rates and decides for one candidate after the other, in one room."""

    staff: Mapping[str, Person]
    zone: ZoneInfo
    words: ReviewWords
    settings: Settings

    def __post_init__(self) -> None:
        self._next_free: dict[dt.date, dt.datetime] = {}

    def book(self, enrolment: Enrolment, earliest: dt.datetime, now: dt.datetime) -> int:
        """Book the next free slot of the day of ``earliest`` and return the defense's id."""
        day = earliest.astimezone(self.zone).date()
        starts_at = self._next_free.get(day, earliest)
        self._next_free[day] = starts_at + SLOT
        with transaction():
            booked = defense.book_defense(
                enrolment,
                starts_at=starts_at,
                minutes=30,
                room=ROOM,
                raters=[self.staff[name] for name in RATERS],
                zone=self.zone,
                actor_id=self.staff["trainer"].id,
                now=now,
            )
            return booked.id

    def hold(
        self, enrolment: Enrolment, then: dt.datetime, fate: Fate, *, booked_at: dt.datetime
    ) -> None:
        """Hold the defense: everybody rates, or one rating is still missing."""
        defense_id = self.book(enrolment, then, booked_at)
        starts_at = db.session.get_one(Defense, defense_id).starts_at
        raters = RATERS[:2] if fate is Fate.BEING_RATED else RATERS
        # Raters see the same person: they differ by a level at most, unless the story wants a discussion.
        seen = {criterion: self.words.chance.choice((3, 4, 4)) for criterion in CRITERIA}
        for index, name in enumerate(raters):
            rated_at = starts_at + dt.timedelta(minutes=31 + 2 * index)
            with transaction():
                member = self._seat(defense_id, self.staff[name].id)
                defense.submit_rating(
                    member, self._sheet(fate, index, seen, starts_at), zone=self.zone, now=rated_at
                )

    def _seat(self, defense_id: int, rater_id: int) -> PanelMember:
        panel: Sequence[PanelMember] = db.session.get_one(Defense, defense_id).panel
        return next(member for member in panel if member.rater_id == rater_id)

    def _sheet(
        self, fate: Fate, rater: int, seen: Mapping[str, int], starts_at: dt.datetime
    ) -> Sheet:
        chance = self.words.chance
        day = starts_at.astimezone(self.zone).date()
        entries: dict[str, Entry] = {}
        for criterion in CRITERIA:
            level = seen[criterion] + chance.choice((0, 0, 1))
            if fate is Fate.NOT_MET and criterion in {"skill", "quality"}:
                level = 2
            elif fate is Fate.VERDICT and criterion == "skill" and rater == 0:
                level = 2  # one rater saw it differently: the spread is to be talked about
            entries[criterion] = Entry(
                level=level,
                comment=self.words.comment(criterion),
                evidence=self.words.evidence(),
                evidence_on=day,
            )
        return Sheet(strengths=self.words.strength(), entries=entries)

    def decide(self, enrolment: Enrolment, fate: Fate, then: dt.datetime) -> None:
        """HR decides, condition by condition."""
        with transaction():
            file = probation.find_file(enrolment.id)
            if file is None:
                return
            outcome = _OUTCOMES[fate]
            decision = probation_services.decide(
                file, self._draft(file, enrolment, outcome, then), actor=self.staff["hr"], now=then
            )
            if outcome.is_positive:
                # On the day itself; the worker makes the documents once it runs.
                issue_credential(decision, settings=self.settings, now=then)

    def _draft(
        self, file: ProbationFile, enrolment: Enrolment, outcome: Outcome, then: dt.datetime
    ) -> Draft:
        governing = probation.find_governing(enrolment)
        path = get_path(enrolment, then, self.zone)
        case = probation.get_case(
            file, decider=self.staff["hr"], governing=governing, path=path, now=then
        )
        lines = []
        for condition in governing.lines:
            is_unmet = outcome is Outcome.NOT_MET and condition.source == "defense"
            lines.append(
                ConditionLine(
                    condition=condition.key,
                    state=ConditionState.NOT_MET if is_unmet else ConditionState.MET,
                    reason="三位评委在技能与素质两项均评为 2 级，理由见评议记录。"
                    if is_unmet
                    else "",
                    evidence=tuple(sorted(case.evidence[condition.key])),
                    evidence_note="" if case.evidence[condition.key] else "培养档案与考核记录",
                )
            )
        return Draft(
            outcome=outcome,
            lines=tuple(lines),
            summary="培养期表现稳定，逐条核对无异议。"
            if outcome.is_positive
            else "已与本人面谈并送达书面说明。",
            union=UnionNotice.NO_UNION if outcome is Outcome.NOT_MET else None,
        )
