"""An attempt driven through any order of what can happen to it, beside a model of a few lines that it must agree with."""

import datetime as dt
from collections.abc import Callable, Mapping

from hypothesis import settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lms.db import db, transaction
from lms.errors import InvalidInput, InvalidState, NotFound
from lms.gradebook.queries import list_standings
from lms.people.domain.roles import RoleName
from lms.quizzes import jobs, services
from lms.quizzes.domain.rekeying import Correction
from lms.quizzes.domain.rules import SittingRules, TimeoutRule, rules_as_json
from lms.quizzes.models import Attempt, ItemRekey, Sitting
from lms.quizzes.queries import get_own_state
from lms.quizzes.services.rekeying import undo_rekey
from tests.conftest import NOON
from tests.factories.curriculum import make_enrolment
from tests.factories.people import make_person
from tests.factories.quizzes import get_attempt_row
from tests.factories.rekeys import DROP, GIVE, Exam, also, apply_correction, change, make_rekey_exam
from tests.faults.recompute import fold, log_of
from tests.model.reference import EACH, MINUTE, Reference

ITEMS = 3
MINUTES = 20
RUNS = {"sqlite": 60, "postgresql": 25}
STEPS = 30
MOMENT = dt.timedelta(milliseconds=1)

positions = strategies.integers(1, ITEMS)
options = strategies.sampled_from(["a", "b", "c", ""])
seqs = strategies.integers(1, 12)


def answer_of(option: str) -> dict[str, object]:
    return {"chosen": [option]} if option else {"chosen": []}


def option_of(answer: Mapping[str, object] | None) -> str:
    chosen = (answer or {}).get("chosen")
    return str(chosen[0]) if isinstance(chosen, list) and chosen else ""


class AttemptMachine(RuleBasedStateMachine):
    """One candidate, one sitting, one attempt."""

    @initialize(timeout=strategies.sampled_from(list(TimeoutRule)), begins=strategies.booleans())
    def open_a_sitting(self, timeout: TimeoutRule, begins: bool) -> None:
        self.now = NOON
        self.exam: Exam = make_rekey_exam(
            items=ITEMS, quiz={"minutes": MINUTES, "max_attempts": 1, "cut_percent": "60"}
        )
        person = make_person()
        enrolment = make_enrolment(person, self.exam.programme, cohort=self.exam.cohort)
        self.person_id, self.enrolment_id = person.id, enrolment.id
        self.actor_id = make_person(RoleName.TRAINER).id
        rules = SittingRules(timeout=timeout, grace_minutes=5)
        self.exam.sitting.rules = rules_as_json(rules)
        self.sitting_id = self.exam.sitting.id
        self.version_ids = [version.id for version in self.exam.versions]
        db.session.commit()
        is_grace = timeout is TimeoutRule.GRACE
        self.model = Reference(timeout.value, grace=5 * MINUTE if is_grace else 0 * MINUTE)
        self.attempt_id = 0
        self.acknowledged: dict[tuple[int, int], str] = {}
        self.corrections: list[tuple[int, int, Correction]] = []
        if begins:
            self.start()

    # What the candidate does.

    @rule()
    def start(self) -> None:
        """Press the button; also when it runs already, or has ended."""

        def press() -> int:
            try:
                return services.start_attempt(
                    self.sitting_id, person_id=self.person_id, now=self.now
                )
            except InvalidState as refused:  # the page says why and commits what was closed
                if refused.code != "may_not_start":
                    raise
                return 0

        found, code = self.do(press)
        assert code == ""
        self.model.sweep(self.now)
        if self.model.state == "none" and not self.sitting().paused_at:
            self.model.state, self.attempt_id = "open", int(str(found))
            self.model.deadline = self.now + self.sitting().minutes * MINUTE
        assert found == (self.attempt_id if self.model.state == "open" else 0)

    @precondition(lambda self: self.attempt_id)
    @rule(position=positions, seq=seqs, option=options)
    def save(self, position: int, seq: int, option: str) -> None:
        saved, code = self.do(lambda: self.send(position, seq, answer_of(option)))
        assert code == self.model.refusal(self.now)
        if not code:
            self.model_takes(position, seq, option)
            assert isinstance(saved, services.Saved)
            assert saved.seq == self.model.answers[position][0]
            if saved.kept is not None:
                assert option_of(saved.kept) == self.model.answers[position][1]

    @precondition(lambda self: self.attempt_id)
    @rule(position=strategies.sampled_from([0, -1, ITEMS + 1, 10**6]))
    def save_nowhere(self, position: int) -> None:
        _, code = self.do(lambda: self.send(position, 99, answer_of("a")))
        assert code == "position" or code == self.model.refusal(self.now) != ""

    @precondition(lambda self: self.attempt_id)
    @rule(
        position=positions,
        raw=strategies.sampled_from(
            [None, [], "a", {"chosen": ["z"]}, {"chosen": ["a", "b"]}, {"text": "a"}]
        ),
    )
    def save_nonsense(self, position: int, raw: object) -> None:
        _, code = self.do(lambda: self.send(position, 99, raw))
        assert code == (self.model.refusal(self.now) or "response_malformed")

    @precondition(lambda self: self.attempt_id)
    @rule(
        sent=strategies.lists(
            strategies.tuples(positions, seqs, options, strategies.booleans()), max_size=ITEMS
        ),
        submits=strategies.booleans(),
        before_end=strategies.booleans(),
    )
    def bring_at_once(
        self, sent: list[tuple[int, int, str, bool]], submits: bool, before_end: bool
    ) -> None:
        """A device that was without a line sends everything it has, and its submission."""
        entries = [
            {"position": at, "seq": seq, "response": answer_of(option), "before_end": given}
            for at, seq, option, given in sent
        ]
        _, code = self.do(
            lambda: services.save_responses(
                self.attempt_id,
                entries,
                person_id=self.person_id,
                submits=submits,
                is_before_end=before_end,
                now=self.now,
            )
        )
        assert code == self.model.refusal(self.now, before_end=True)
        if code:
            return
        for position, seq, option, given in sent:
            if not self.model.refusal(self.now, before_end=given):
                self.model_takes(position, seq, option)
        if submits:
            self.model.end(self.now, before_end=before_end)

    @precondition(lambda self: self.attempt_id)
    @rule(before_end=strategies.booleans())
    def submit(self, before_end: bool) -> None:
        ended, code = self.do(
            lambda: services.submit_attempt(
                self.attempt_id, person_id=self.person_id, now=self.now, is_before_end=before_end
            )
        )
        if self.model.state == "open" and self.model.paused:
            assert code == "attempt_paused"
            return
        assert (ended, code) == (self.model.state == "open", "")
        if ended:
            self.model.end(self.now, before_end=before_end)

    @precondition(lambda self: self.attempt_id)
    @rule()
    def come_back(self) -> None:
        """Another process answers, which knows nothing; the page asks how things stand."""
        db.session.remove()
        own = get_own_state(self.attempt_id, self.person_id)
        stored = {at: (one.seq, option_of(one.answer)) for at, one in own.answers.items()}
        assert stored == self.model.answers

    # What the clock and the worker do.

    @rule(minutes=strategies.sampled_from([1, 4, 12, 21]))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule()
    def sweep(self) -> None:
        jobs.close_overdue_attempts(self.now)
        db.session.remove()
        self.model.sweep(self.now)

    # What staff do. Whether it is allowed is told by the product; that nothing else changes, by the model.

    @rule(minutes=strategies.integers(1, 30))
    def extend_all(self, minutes: int) -> None:
        _, code = self.act(services.extend_sitting, minutes=minutes, reason="停电")
        if not code and self.runs():
            self.model.deadline = self.deadline() + minutes * MINUTE

    @precondition(lambda self: self.attempt_id)
    @rule(minutes=strategies.integers(1, 30))
    def extend_one(self, minutes: int) -> None:
        _, code = self.act_on_one(services.extend_attempt, minutes=minutes, reason="换机器")
        assert (code == "") == self.runs()
        if not code:
            self.model.deadline = self.deadline() + minutes * MINUTE

    @rule()
    def pause_all(self) -> None:
        _, code = self.act(services.pause_sitting, reason="消防演习")
        if not code and self.runs() and not self.model.paused:
            self.model.paused = self.now

    @rule()
    def resume_all(self) -> None:
        since = self.sitting().paused_at
        _, code = self.act(services.resume_sitting)
        assert (code == "") == (since is not None)
        if not code and self.model.state == "open" and self.model.paused == since:
            self.model.resume(self.now)

    @precondition(lambda self: self.attempt_id)
    @rule()
    def pause_one(self) -> None:
        _, code = self.act_on_one(services.pause_attempt, reason="不舒服")
        assert (code == "") == (self.runs() and not self.model.paused)
        if not code:
            self.model.paused = self.now

    @precondition(lambda self: self.attempt_id)
    @rule()
    def resume_one(self) -> None:
        waits = self.model.state == "open" and self.model.paused and not self.sitting().paused_at
        _, code = self.act_on_one(services.resume_attempt)
        assert (code == "") == bool(waits)
        if waits:
            self.model.resume(self.now)

    @precondition(lambda self: self.attempt_id)
    @rule()
    def close_one(self) -> None:
        _, code = self.act_on_one(services.close_attempt_now, reason="考完了")
        assert (code == "") == (self.model.state == "open")
        if not code:
            if self.model.paused:
                self.model.resume(self.now)
            self.model.end(self.now)

    @precondition(lambda self: self.attempt_id)
    @rule(minutes=strategies.integers(1, 30))
    def reopen(self, minutes: int) -> None:
        may = self.model.state != "open" and not self.sitting().paused_at
        _, code = self.act_on_one(services.reopen_attempt, minutes=minutes, reason="误交")
        assert (code == "") == may
        if may:
            self.model.state, self.model.deadline = "open", self.now + minutes * MINUTE

    @rule(
        which=strategies.integers(0, ITEMS - 1),
        correction=strategies.sampled_from([GIVE, DROP, change("a"), change("c"), also("c")]),
    )
    def rekey(self, which: int, correction: Correction) -> None:
        version = self.exam.versions[which]

        def apply() -> ItemRekey:
            db.session.add_all(self.exam.versions)
            return apply_correction(
                self.exam, correction, actor_id=self.actor_id, version=version, now=self.now
            )

        made, code = self.do(apply)
        if not code:
            assert isinstance(made, int)
            self.corrections.append((made, which, correction))

    @precondition(lambda self: self.corrections)
    @rule(data=strategies.data())
    def undo(self, data: strategies.DataObject) -> None:
        one = data.draw(strategies.sampled_from(self.corrections))

        def take_back() -> object:
            rekey = db.session.get_one(ItemRekey, one[0])
            return undo_rekey(rekey, reason="看错了", actor_id=self.actor_id, now=self.now)

        _, code = self.do(take_back)
        if not code:
            self.corrections.remove(one)

    # What must hold after every step.

    @invariant()
    def agrees(self) -> None:
        if not getattr(self, "attempt_id", 0):
            return
        row = get_attempt_row(self.attempt_id)
        assert (row.state, row.deadline_at, row.paused_at) == (
            self.model.state,
            self.model.deadline,
            self.model.paused,
        )
        own = get_own_state(self.attempt_id, self.person_id)
        stored = {at: (one.seq, option_of(one.answer)) for at, one in own.answers.items()}
        assert stored == self.model.answers
        log = log_of(self.attempt_id)
        assert {key: option_of(answer) for key, answer in log.items()} == self.acknowledged
        newest = {at: (seq, option_of(answer)) for at, (seq, answer) in fold(log).items()}
        assert newest == stored
        self.check_result(row)
        db.session.remove()

    def check_result(self, row: Attempt) -> None:
        entered = list_standings(self.enrolment_id)
        if self.model.state in {"open", "abandoned"}:
            assert row.points is None
            return
        keys, available = self.keys(row)
        assert row.points == self.model.points(keys)
        assert row.max_points == available
        assert row.passed == (row.points * 100 >= 60 * available)
        assert len(entered) == 1
        assert (entered[0].tries, entered[0].points, entered[0].passed) == (
            1,
            row.points,
            row.passed,
        )

    # Helpers.

    def do(self, deed: Callable[[], object]) -> tuple[object, str]:
        """Do something in a transaction of its own; return what it gave and the code of its refusal.

        A moment later than what was before: nobody does two things in the same microsecond.
        """
        self.now += MOMENT
        try:
            with transaction():
                made = deed()
                return (made.id if isinstance(made, ItemRekey) else made), ""
        except (InvalidState, InvalidInput, NotFound) as refused:
            return None, refused.code
        finally:
            db.session.remove()

    def send(self, position: int, seq: int, raw: object) -> object:
        return services.save_response(
            self.attempt_id, position, person_id=self.person_id, seq=seq, raw=raw, now=self.now
        )

    def act(self, service: Callable[..., object], **facts: object) -> tuple[object, str]:
        return self.do(
            lambda: service(self.sitting(), actor_id=self.actor_id, now=self.now, **facts)
        )

    def act_on_one(self, service: Callable[..., object], **facts: object) -> tuple[object, str]:
        return self.do(
            lambda: service(self.attempt_id, actor_id=self.actor_id, now=self.now, **facts)
        )

    def sitting(self) -> Sitting:
        return db.session.get_one(Sitting, self.sitting_id)

    def deadline(self) -> dt.datetime:
        assert self.model.deadline is not None
        return self.model.deadline

    def runs(self) -> bool:
        """Whether the attempt is open and its time not over."""
        is_open = self.model.state == "open"
        return is_open and (bool(self.model.paused) or not self.model.is_late(self.now))

    def model_takes(self, position: int, seq: int, option: str) -> None:
        if seq > self.model.answers.get(position, (0, ""))[0]:
            self.model.answers[position] = (seq, option)
            self.acknowledged[position, seq] = option

    def keys(self, row: Attempt) -> tuple[dict[int, set[str]], int]:
        """What is right at each position by the corrections in force, and what the paper is worth.

        The last change of a key counts; accepting more adds; giving the points outdoes both; a dropped item is
        worth nothing, unless all are dropped.
        """
        of = {
            at: [one for _, which, one in self.corrections if self.places(row)[at] == which]
            for at in range(1, ITEMS + 1)
        }
        dropped = {at for at, made in of.items() if DROP in made}
        if len(dropped) == ITEMS:
            return {at: set("abc") | {""} for at in of}, EACH * ITEMS
        return {at: set() if at in dropped else self.key(made) for at, made in of.items()}, EACH * (
            ITEMS - len(dropped)
        )

    def key(self, made: list[Correction]) -> set[str]:
        if GIVE in made:
            return {"a", "b", "c", ""}
        keys = {"b"}
        for one in made:
            if one == also("c"):
                continue
            keys = set(one.key["chosen"])  # type: ignore[call-overload]
        return keys | ({"c"} if also("c") in made else set())

    def places(self, row: Attempt) -> dict[int, int]:
        """Which item stands at each position."""
        return {
            at: self.version_ids.index(placed["item_version_id"])
            for at, placed in enumerate(row.paper, start=1)
        }


def test_attempts_do_what_the_model_does(session) -> None:
    kind = db.engine.dialect.name
    run_state_machine_as_test(
        AttemptMachine,
        settings=settings(max_examples=RUNS[kind], stateful_step_count=STEPS),
    )
