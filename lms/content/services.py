"""Checking, planning and syncing: the files under one root into the database, in one transaction."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sqlalchemy import text

from lms.audit.services import record
from lms.content.compiling import (
    Compiled,
    compile_content,
    condition_items,
    item_facts,
    quiz_sections,
)
from lms.content.domain.checks import check_content
from lms.content.domain.plan import FILES, Action, Kind, Verb, make_plan
from lms.content.domain.values import Content
from lms.content.queries import list_card_states, list_stored
from lms.content.reading.tree import read_content
from lms.curriculum.queries import get_lesson, get_programme
from lms.curriculum.services import (
    publish_lesson,
    publish_programme,
    retire_lesson,
    retire_programme,
)
from lms.db import db
from lms.issues import Issue, has_errors
from lms.library.queries import find_current_card
from lms.library.services import publish_card, retire_card
from lms.probation.services import publish_conditions
from lms.questions.queries import find_group, get_bank, get_item
from lms.questions.services import (
    place_in_group,
    publish_bank,
    publish_group,
    publish_item,
    retire_bank,
    retire_group,
    unpublish_item,
)
from lms.quizzes.domain.review import ReviewRule
from lms.quizzes.queries import get_quiz
from lms.quizzes.services import retire_quiz, upsert_quiz

SYNC_LOCK = 0x5A48
"""Key of the advisory lock that two syncs on one PostgreSQL share."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a sync would do (or did), and what was found."""

    actions: Sequence[Action]
    issues: Sequence[Issue]

    @property
    def may_run(self) -> bool:
        """Whether nothing stands against carrying it out."""
        return not has_errors(self.issues)


def check_files(root: Path, *, today: dt.date) -> tuple[Content, list[Issue]]:
    """Read and check everything below ``root``; needs no database."""
    content, issues = read_content(root, reviews=[rule.value for rule in ReviewRule])
    # A field that could not be read refers to nothing; saying that as well would be saying it twice.
    noted = {issue.where for issue in issues if issue.where.field}
    between = check_content(content, today=today)
    return content, [*issues, *(issue for issue in between if issue.where not in noted)]


def plan_sync(root: Path, *, today: dt.date) -> tuple[Planned, Compiled]:
    """Plan what a sync of ``root`` would do. Files with errors give no actions at all."""
    content, issues = check_files(root, today=today)
    if has_errors(issues):
        return Planned((), issues), Compiled()
    compiled = compile_content(content, list_card_states())
    actions, objections = make_plan(compiled.things, list_stored())
    return Planned(actions, [*issues, *objections]), compiled


def sync_content(
    root: Path, *, today: dt.date, now: dt.datetime, actor_id: int | None = None
) -> Planned:
    """Make the database say what the files below ``root`` say, in the caller's transaction.

    Errors in any file leave everything as it is: a broken file never retires anything.

    Returns:
        What was done; when ``may_run`` is False, what would have been done had nothing stood against it.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SYNC_LOCK})
    planned, compiled = plan_sync(root, today=today)
    if not planned.may_run or not planned.actions:
        return planned
    writer = _Writer(compiled, now, actor_id)
    for action in planned.actions:
        writer.write(action)
    record(
        "content.sync",
        actor_id=actor_id,
        now=now,
        subject_kind="content",
        subject_id=root.name[:80],
        actions=[action.as_json() for action in planned.actions],
    )
    db.session.flush()
    return planned


@dataclass(frozen=True, slots=True)
class _Writer:
    """Carries actions out through the services of the capabilities that own the things."""

    compiled: Compiled
    now: dt.datetime
    actor_id: int | None

    def write(self, action: Action) -> None:
        steps = self._retiring() if action.verb is Verb.RETIRE else self._publishing()
        steps[action.kind](action.key)

    def _publishing(self) -> dict[Kind, Callable[[str], object]]:
        return {
            Kind.CARD: self._card,
            Kind.BANK: self._bank,
            Kind.CASE_GROUP: self._group,
            Kind.PROGRAMME: self._programme,
            Kind.LESSON: self._lesson,
            Kind.ITEM: self._item,
            Kind.QUIZ: self._quiz,
            Kind.CONDITIONS: self._conditions,
        }

    def _retiring(self) -> dict[Kind, Callable[[str], object]]:
        now, actor_id = self.now, self.actor_id
        return {
            Kind.CARD: self._retire_card,
            Kind.BANK: lambda key: retire_bank(get_bank(key), now=now, actor_id=actor_id),
            Kind.CASE_GROUP: self._retire_group,
            Kind.PROGRAMME: lambda key: retire_programme(
                get_programme(key), now=now, actor_id=actor_id
            ),
            Kind.LESSON: lambda key: retire_lesson(get_lesson(key), now=now, actor_id=actor_id),
            Kind.ITEM: lambda key: unpublish_item(get_item(key), now=now, actor_id=actor_id),
            Kind.QUIZ: lambda key: retire_quiz(get_quiz(key), now=now, actor_id=actor_id),
        }

    def _card(self, key: str) -> None:
        card, version = self.compiled.cards[key]
        publish_card(card, version=version, origin=FILES, now=self.now, actor_id=self.actor_id)

    def _retire_card(self, key: str) -> None:
        row = find_current_card(key)
        if row is not None:
            retire_card(row, now=self.now, actor_id=self.actor_id)

    def _bank(self, key: str) -> None:
        bank = self.compiled.banks[key]
        publish_bank(
            key=key,
            title=bank.title,
            title_en=bank.title_en,
            origin=FILES,
            now=self.now,
            actor_id=self.actor_id,
        )

    def _group(self, key: str) -> None:
        bank, stimulus = self.compiled.groups[key]
        publish_group(
            get_bank(bank),
            key=key,
            title=stimulus.title,
            text=stimulus.text,
            now=self.now,
            actor_id=self.actor_id,
        )

    def _retire_group(self, key: str) -> None:
        group = find_group(key)
        if group is not None:
            retire_group(group, now=self.now, actor_id=self.actor_id)

    def _programme(self, key: str) -> None:
        programme = self.compiled.programmes[key]
        publish_programme(programme, origin=FILES, now=self.now, actor_id=self.actor_id)

    def _lesson(self, key: str) -> None:
        place = self.compiled.lessons[key]
        programme = get_programme(place.programme)
        module = next(
            module
            for stage in programme.stages
            for module in stage.modules
            if module.key == place.module
        )
        publish_lesson(module, place.text, now=self.now, actor_id=self.actor_id)

    def _item(self, key: str) -> None:
        bank, item, place = self.compiled.items[key]
        facts = item_facts(item)
        version = publish_item(
            get_bank(bank),
            key=key,
            purpose=item.purpose,
            body=item.body,
            lesson_key=facts.lesson_key,
            point=facts.point,
            cards=facts.cards,
            difficulty=facts.difficulty,
            red_line=facts.red_line,
            position=item.position,
            now=self.now,
            actor_id=self.actor_id,
        )
        group = find_group(item.stimulus.key) if item.stimulus else None
        place_in_group(version.item, group, place, now=self.now, actor_id=self.actor_id)

    def _quiz(self, key: str) -> None:
        programme_key, quiz, sha256 = self.compiled.quizzes[key]
        upsert_quiz(
            key=quiz.key,
            title=quiz.title,
            title_en=quiz.title_en,
            kind=quiz.kind,
            programme_key=programme_key,
            gate_key=quiz.gate.key,
            sections=quiz_sections(quiz),
            minutes=quiz.minutes,
            cut_percent=Decimal(quiz.cut_percent),
            red_line_all=quiz.red_line_all,
            max_attempts=quiz.max_attempts,
            wait_minutes=quiz.wait_minutes,
            review=quiz.review,
            origin=FILES,
            sha256=sha256,
            now=self.now,
            actor_id=self.actor_id,
        )

    def _conditions(self, key: str) -> None:
        conditions = self.compiled.conditions[key]
        publish_conditions(
            get_programme(key),
            version=conditions.version,
            title=conditions.title,
            title_en=conditions.title_en,
            items=condition_items(conditions),
            text=conditions.text,
            text_en=conditions.text_en,
            now=self.now,
        )
