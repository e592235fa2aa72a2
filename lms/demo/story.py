"""How each demo hire came to where they are: the same services that pages and jobs call, with dates in the past."""

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from lms.config import Settings
from lms.curriculum import services as curriculum_services
from lms.curriculum.models import Enrolment, Programme
from lms.db import db, transaction
from lms.demo.cast import PASSWORD, Fate, Hire, Intake
from lms.demo.panel import Panel
from lms.demo.words import ReviewWords
from lms.people import queries as people
from lms.people import services as people_services
from lms.people.domain.roles import RoleName
from lms.people.models import Cohort, Person
from lms.probation import queries as probation
from lms.probation import services as probation_services
from lms.probation.domain.contract import ContractDates, ContractKind, usual_last_day
from lms.questions.domain.items import item_from_json, sample_responses
from lms.quizzes import services as quizzes
from lms.quizzes.models import Attempt, Quiz, Sitting

#: Module key -> (day on which its lessons are read, day on which its quiz opens); day 1 is the start.
CALENDAR = {
    "company": (1, 2),
    "law": (2, 4),
    "platform": (4, 6),
    "skills": (5, 8),
    "product": (7, 10),
}
#: The quiz that is open on the third intake's seventh day, at whatever hour the demo is made.
EXAM_GATE = "platform"
STAGE_DAY = 12
DEFENSE_DAY = 20
DECISION_DAY = {Fate.CERTIFIED_EARLY: 25, Fate.CERTIFIED: 54, Fate.NOT_MET: 50, Fate.RARE_NAME: 57}
SHORT_CONTRACT = "郭靖宇"

_FINISHED_STAGE = frozenset(
    {
        Fate.READY_FOR_DEFENSE,
        Fate.BOOKED,
        Fate.BEING_RATED,
        Fate.VERDICT,
        Fate.CERTIFIED,
        Fate.CERTIFIED_EARLY,
        Fate.NOT_MET,
        Fate.RARE_NAME,
    }
)
_HELD = frozenset(
    {
        Fate.BEING_RATED,
        Fate.VERDICT,
        Fate.CERTIFIED,
        Fate.CERTIFIED_EARLY,
        Fate.NOT_MET,
        Fate.RARE_NAME,
    }
)


@dataclass
class Story:
    """Tells the demo, one intake after the other.

    Attributes:
        programme: What everybody goes through.
        staff: Staff by user name.
        settings: Whose zone dates are in.
        now: The present instant; nothing is dated after it but what is planned.
        chance: Seeded, so that the demo is the same every time.
    """

    programme: Programme
    staff: Mapping[str, Person]
    settings: Settings
    now: dt.datetime
    chance: random.Random
    panel: Panel = field(init=False)

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's zone."""
        return self.settings.zone

    def __post_init__(self) -> None:
        self.panel = Panel(self.staff, self.zone, ReviewWords(self.chance), self.settings)
        self._lessons = {
            module.key: [lesson for lesson in module.lessons if lesson.retired_at is None]
            for stage in self.programme.stages
            for module in stage.modules
        }

    def tell(self, intake: Intake, quizzes_by_gate: Mapping[str, Quiz]) -> None:
        """Bring one cohort to where it is today."""
        starts_on = self._local(self.now).date() - dt.timedelta(days=intake.started_days_ago)
        with transaction():
            persons, cohort = self._hire(intake, starts_on)
        with transaction():
            enrolled = self._enrol(cohort, starts_on)
        members = [
            _Member(hire, persons[hire.name], enrolled[persons[hire.name].id], starts_on)
            for hire in intake.hires
        ]
        if intake.started_days_ago < 0:
            return
        with transaction():
            for member in members:
                self._first_day(member)
        for gate, (reading_day, quiz_day) in CALENDAR.items():
            self._module(members, cohort, quizzes_by_gate[gate], gate, reading_day, quiz_day)
        self._stage_test(members, cohort, quizzes_by_gate)
        for member in members:
            self._finish(member)

    def at(self, starts_on: dt.date, day: int, hour: int, minute: int = 0) -> dt.datetime:
        """Return the instant of a local time on the n-th day of a cohort."""
        date = starts_on + dt.timedelta(days=day - 1)
        return dt.datetime.combine(date, dt.time(hour, minute), self.zone).astimezone(dt.UTC)

    def _local(self, at: dt.datetime) -> dt.datetime:
        return at.astimezone(self.zone)

    def _hire(self, intake: Intake, starts_on: dt.date) -> tuple[dict[str, Person], Cohort]:
        hr = self.staff["hr"]
        then = min(self.at(starts_on, -2, 10), self.now - dt.timedelta(hours=20))
        cohort = people_services.create_cohort(
            name=f"{starts_on:%Y} 年{intake.name}",
            starts_on=starts_on,
            actor_id=hr.id,
            now=then,
        )
        persons: dict[str, Person] = {}
        for hire in intake.hires:
            number = self.chance.randrange(10**8)
            person = people_services.create_person(
                name=hire.name,
                name_latin=hire.latin,
                username=hire.latin.lower().replace(" ", "").replace("ü", "v"),
                email=None,
                phone=f"199{number:08d}",
                employee_no=f"K{number % 10**5:05d}{len(persons):02d}",
                post=self.programme.post,
                hired_on=starts_on,
                roles=[RoleName.LEARNER],
                actor_id=hr.id,
                now=then,
            )
            people_services.add_to_cohort(cohort, person, actor_id=hr.id, now=then)
            token = people_services.invite(person, actor_id=hr.id, now=then)
            if hire.fate is not Fate.INVITED:
                self._accept(person, token, then + dt.timedelta(hours=self.chance.randint(1, 9)))
            lead = self.staff["lead" if len(persons) % 2 else "lead2"]
            people_services.set_supervisor(
                person, lead, kind="lead", since_on=starts_on, actor_id=hr.id, now=then
            )
            people_services.set_supervisor(
                person,
                self.staff["mentor"],
                kind="mentor",
                since_on=starts_on,
                actor_id=hr.id,
                now=then,
            )
            persons[hire.name] = person
        return persons, cohort

    def _accept(self, person: Person, token: str, then: dt.datetime) -> None:
        invitation = people.find_open_invitation(people_services.hash_token(token), then)
        if invitation is not None:
            people_services.accept_invitation(invitation, PASSWORD, now=then)
        notice = people.find_privacy_notice()
        if notice is not None:
            people_services.accept_privacy(person, notice, locale="zh_Hans", now=then)

    def _enrol(self, cohort: Cohort, starts_on: dt.date) -> dict[int, Enrolment]:
        then = min(self.at(starts_on, -1, 11), self.now - dt.timedelta(hours=10))
        done = curriculum_services.enrol_cohort(
            cohort,
            self.programme,
            starts_on=starts_on,
            today=self._local(then).date(),
            actor_id=self.staff["hr"].id,
            now=then,
        )
        return {one.person_id: one for one in done.enrolled}

    def _first_day(self, member: "_Member") -> None:
        conditions = probation.find_current_conditions(self.programme.id)
        then = self.at(member.starts_on, 1, 9, self.chance.randint(2, 50))
        is_unsigned = member.hire.fate is Fate.OVERDUE and self.chance.random() < 0.4
        if conditions is not None and not is_unsigned:
            probation_services.sign_conditions(
                member.enrolment,
                conditions,
                typed_name=member.person.name,
                locale="zh_Hans",
                actor_id=member.person.id,
                now=then,
            )
        # One short contract, so that HR's page has a last day that is near.
        is_short = member.hire.name == SHORT_CONTRACT
        probation_services.enter_dates(
            member.enrolment,
            ContractDates(
                kind=ContractKind.FIXED_TERM,
                contract_starts_on=member.starts_on,
                contract_ends_on=usual_last_day(member.starts_on, 6 if is_short else 36),
                probation_starts_on=member.starts_on,
                probation_ends_on=usual_last_day(member.starts_on, 1 if is_short else 2),
            ),
            actor_id=self.staff["hr"].id,
            now=then + dt.timedelta(hours=3),
        )

    def _module(
        self,
        members: Sequence["_Member"],
        cohort: Cohort,
        quiz: Quiz,
        gate: str,
        reading_day: int,
        quiz_day: int,
    ) -> None:
        """Lessons of a module on one day, its quiz some days later; who failed sits it again the next day."""
        if not members or self.at(members[0].starts_on, reading_day, 9) > self.now:
            return
        readers = [member for member in members if self._reaches(member, gate)]
        with transaction():
            for member in readers:
                self._read(member, gate, reading_day, whole=not self._stops_in(member, gate))
        sitting = self._sitting(cohort, quiz, members[0].starts_on, quiz_day, days=3)
        if sitting is None:
            return
        for member in readers:
            if member.hire.fate is Fate.IN_EXAM and gate == EXAM_GATE:
                self._start_only(member, sitting)
            elif not self._stops_in(member, gate) and self._is_past(member, quiz_day):
                self._sit(member, sitting, quiz_day)

    def _is_past(self, member: "_Member", day: int) -> bool:
        return self.at(member.starts_on, day, 15) < self.now

    def _reaches(self, member: "_Member", gate: str) -> bool:
        order = list(CALENDAR)
        last = {Fate.READING: "law", Fate.OVERDUE: "company", Fate.IN_EXAM: EXAM_GATE}
        return order.index(gate) <= order.index(last.get(member.hire.fate, order[-1]))

    def _stops_in(self, member: "_Member", gate: str) -> bool:
        """Whether the person stops in the middle of this module."""
        stop = {Fate.READING: "law", Fate.OVERDUE: "company"}
        return stop.get(member.hire.fate) == gate

    def _read(self, member: "_Member", gate: str, day: int, *, whole: bool) -> None:
        lessons = self._lessons[gate]
        for index, lesson in enumerate(lessons):
            then = self.at(member.starts_on, day, 9, 10) + dt.timedelta(minutes=25 * index)
            if then > self.now or (not whole and index >= 2):
                return
            half = not whole and index == 1
            blocks = len(lesson.blocks)
            curriculum_services.note_reading(
                member.enrolment, lesson, block=max(1, blocks // 2) if half else blocks, now=then
            )
            if not half:
                later = then + dt.timedelta(minutes=9)
                curriculum_services.note_recalled(member.enrolment.id, lesson.key, now=later)

    def _sitting(
        self, cohort: Cohort, quiz: Quiz, starts_on: dt.date, day: int, *, days: int
    ) -> Sitting | None:
        opens_at = self.at(starts_on, day, 9)
        planned_at = self.at(starts_on, max(1, day - 2), 17)
        if planned_at > self.now:
            return None
        with transaction():
            return quizzes.schedule_sitting(
                quiz=quiz,
                cohort=cohort,
                opens_at=opens_at,
                closes_at=opens_at + dt.timedelta(days=days, hours=9),
                actor_id=self.staff["trainer"].id,
                now=planned_at,
            )

    def _stage_test(
        self, members: Sequence["_Member"], cohort: Cohort, quizzes_by_gate: Mapping[str, Quiz]
    ) -> None:
        stage = self.programme.stages[0]
        if not members or self.at(members[0].starts_on, STAGE_DAY, 9) > self.now:
            return
        days = 30 if any(member.hire.fate is Fate.STAGE_OPEN for member in members) else 5
        sitting = self._sitting(
            cohort, quizzes_by_gate[stage.key], members[0].starts_on, STAGE_DAY, days=days
        )
        if sitting is None:
            return
        for member in members:
            if member.hire.fate in _FINISHED_STAGE:
                self._sit(member, sitting, STAGE_DAY)
            elif member.hire.fate is Fate.STAGE_FAILED:
                self._attempt(
                    member, sitting, self.at(member.starts_on, STAGE_DAY, 14), ability=0.5
                )

    def _sit(self, member: "_Member", sitting: Sitting, day: int) -> None:
        """Sit a quiz; most pass at once, and nobody fails twice, whatever the papers hold.

        The next quiz is two days later and stays locked for whoever has not passed this one.
        """
        for number in range(2):
            then = self.at(member.starts_on, day + number, 13, 30 + self.chance.randint(1, 25))
            if then + dt.timedelta(minutes=25) > self.now:
                return
            first = 0.6 if self.chance.random() < 0.15 else self.chance.choice((0.88, 0.93, 0.97))
            if self._attempt(member, sitting, then, ability=1 if number else first):
                return

    def _start_only(self, member: "_Member", sitting: Sitting) -> None:
        then = self.now - dt.timedelta(minutes=6)
        if not sitting.opens_at <= then < sitting.closes_at:
            return
        with transaction():
            attempt_id = quizzes.start_attempt(
                sitting.id, person_id=member.person.id, now=then, seed=self.chance.randrange(2**31)
            )
            self._answer(attempt_id, member.person.id, ability=0.9, share=0.4, now=then)

    def _attempt(
        self, member: "_Member", sitting: Sitting, then: dt.datetime, *, ability: float
    ) -> bool:
        ends = then + dt.timedelta(minutes=self.chance.randint(8, 17))
        with transaction():
            attempt_id = quizzes.start_attempt(
                sitting.id, person_id=member.person.id, now=then, seed=self.chance.randrange(2**31)
            )
            self._answer(attempt_id, member.person.id, ability=ability, share=1, now=ends)
        with transaction():
            quizzes.submit_attempt(attempt_id, person_id=member.person.id, now=ends)
            attempt = db.session.get_one(Attempt, attempt_id)
            return bool(attempt.passed)

    def _answer(
        self, attempt_id: int, person_id: int, *, ability: float, share: float, now: dt.datetime
    ) -> None:
        paper = db.session.get_one(Attempt, attempt_id).paper
        answers: dict[int, object] = {}
        for position, entry in enumerate(paper[: max(1, int(len(paper) * share))], start=1):
            samples = sample_responses(item_from_json(entry["body"]))
            is_known = entry.get("red_line") or self.chance.random() < ability
            answers[position] = self.chance.choice(samples.right if is_known else samples.wrong)
        quizzes.save_form(attempt_id, answers, person_id=person_id, now=now)

    def _finish(self, member: "_Member") -> None:
        fate = member.hire.fate
        if fate is Fate.BOOKED:
            tomorrow = self._local(self.now).date() + dt.timedelta(days=1)
            nine = dt.datetime.combine(tomorrow, dt.time(9), self.zone).astimezone(dt.UTC)
            self.panel.book(member.enrolment, nine, self.now)
        elif fate in _HELD:
            day = 28 if fate is Fate.BEING_RATED else DEFENSE_DAY
            then = self.at(member.starts_on, day, 9)
            self.panel.hold(member.enrolment, then, fate, booked_at=then - dt.timedelta(days=2))
            if fate in DECISION_DAY:
                decided_at = self.at(member.starts_on, DECISION_DAY[fate], 15)
                self.panel.decide(member.enrolment, fate, decided_at)


@dataclass(frozen=True, slots=True)
class _Member:
    hire: Hire
    person: Person
    enrolment: Enrolment
    starts_on: dt.date
