"""Builders of item banks.

Each builder commits, as those of people do: requests of a test client see the rows.
"""

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence

from lms.db import db
from lms.questions.domain.identity import ItemFacts
from lms.questions.models import Item, ItemBank, ItemVersion
from lms.questions.services import add_version, make_current, publish_bank, publish_item
from tests.conftest import NOON

_numbers = itertools.count(1)


def single_body(stem: str = "买家问能不能开发票，怎么回？", *, key: str = "b") -> dict[str, object]:
    """Return the body of a single response with options a, b, c."""
    return {
        "type": "single_response",
        "stem": stem,
        "options": [
            {"id": "a", "text": "「不能开。」", "feedback": "发票有求必开。"},
            {"id": "b", "text": "「可以开，请发抬头。」", "feedback": "对，有求必开。"},
            {"id": "c", "text": "「要加税点。」", "feedback": "不能加价。"},
        ],
        "key": [key],
        "explanation": "开发票是义务。",
    }


def multiple_body(
    stem: str = "下面哪些做法可以？（多选）",
    *,
    keys: Sequence[str] = ("a", "c"),
    credit: str = "exact",
) -> dict[str, object]:
    """Return the body of a multiple response with options a, b, c, d."""
    return {
        "type": "multiple_response",
        "stem": stem,
        "options": [
            {"id": "a", "text": "先道歉", "feedback": "对，先接住情绪。"},
            {"id": "b", "text": "让买家找快递", "feedback": "这是推给别人。"},
            {"id": "c", "text": "收集照片", "feedback": "对，材料要齐。"},
            {"id": "d", "text": "装作没看见", "feedback": "问题会变大。"},
        ],
        "key": sorted(keys),
        "explanation": "先接住，再处理。",
        "credit": credit,
    }


def true_false_body(
    stem: str = "买家骂人，客服可以骂回去。", *, answer: bool = False
) -> dict[str, object]:
    """Return the body of a true/false item."""
    return {
        "type": "true_false",
        "stem": stem,
        "answer": answer,
        "feedback": {"true": "不可以，这是红线。", "false": "对，这句话是错的。"},
        "explanation": "任何时候都不骂人。",
    }


def make_bank(
    n: int = 6,
    *,
    key: str = "",
    recall: int = 0,
    lesson_key: str = "",
    lessons: Sequence[str] = (),
    red_lines: int = 0,
    origin: str = "app",
    now: dt.datetime = NOON,
) -> ItemBank:
    """Return a stored bank of ``n`` quiz items and ``recall`` recall items.

    Item keys are ``<bank>-01`` … and ``<bank>-r1`` …. Types go round: single (key b), multiple (keys a
    and c), true/false (false). The first ``red_lines`` quiz items are red-line items. Items rest on
    ``lessons`` in turn, or all on ``lesson_key`` (``<bank>-lesson`` when not given).
    """
    key = key or f"bank{next(_numbers)}"
    bank = publish_bank(
        key=key, title=f"题库 {key}", title_en=f"Bank {key}", origin=origin, now=now
    )
    places = list(lessons) or [lesson_key or f"{key}-lesson"]
    for index in range(n):
        make_item(
            bank,
            key=f"{key}-{index + 1:02}",
            body=_body(index),
            lesson_key=places[index % len(places)],
            point=f"要点{index % 3 + 1}",
            difficulty=("easy", "medium", "hard")[index % 3],
            red_line=index < red_lines,
            position=index + 1,
            now=now,
        )
    for index in range(recall):
        make_item(
            bank,
            key=f"{key}-r{index + 1}",
            purpose="recall",
            body=_body(index),
            lesson_key=places[index % len(places)],
            position=n + index + 1,
            now=now,
        )
    db.session.commit()
    return bank


def make_item(
    bank: ItemBank,
    *,
    key: str = "",
    purpose: str = "quiz",
    body: Mapping[str, object] | None = None,
    lesson_key: str = "",
    point: str = "发票",
    cards: Sequence[str] = (),
    difficulty: str = "medium",
    red_line: bool = False,
    position: int = 1,
    now: dt.datetime = NOON,
) -> ItemVersion:
    """Return the stored current version of an item; the same key again makes a new version if it differs."""
    version = publish_item(
        bank,
        key=key or f"{bank.key}-x{next(_numbers)}",
        purpose=purpose,
        body=body or single_body(),
        lesson_key=lesson_key or f"{bank.key}-lesson",
        point=point,
        cards=cards,
        difficulty=difficulty,
        red_line=red_line,
        position=position,
        now=now,
    )
    db.session.commit()
    return version


def write_item(
    author_id: int | None,
    *,
    bank: ItemBank | None = None,
    state: str = "draft",
    body: Mapping[str, object] | None = None,
    point: str = "发票",
    difficulty: str = "medium",
    purpose: str = "quiz",
    now: dt.datetime = NOON,
) -> Item:
    """Return a stored item of one version that ``author_id`` wrote, in any state; notes and messages are not made."""
    bank = bank or make_bank(0)
    number = next(_numbers)
    item = Item(
        bank=bank,
        key=f"{bank.key}-w{number}",
        purpose=purpose,
        state=state,
        version=0,
        revision=0,
        lesson_key="",
        point="",
        position=number,
    )
    db.session.add(item)
    db.session.flush()
    facts = ItemFacts(f"{bank.key}-lesson", point, (), difficulty, red_line=False)
    version = add_version(item, body or single_body(), facts, actor_id=author_id, now=now)
    make_current(item, version, now=now)
    db.session.commit()
    return item


def propose(
    item: Item,
    body: Mapping[str, object],
    author_id: int | None,
    *,
    state: str = "draft",
    now: dt.datetime = NOON,
) -> ItemVersion:
    """Return a version of ``item`` that waits beside the one in use."""
    facts = ItemFacts(item.lesson_key, item.point, (), "medium", red_line=False)
    version = add_version(item, body, facts, actor_id=author_id, now=now)
    item.proposed, item.proposed_state = version.number, state
    item.revision += 1
    db.session.commit()
    return version


def _body(index: int) -> dict[str, object]:
    build = (single_body, multiple_body, true_false_body)[index % 3]
    return build(f"第 {index + 1} 题：哪种说法合适？")
