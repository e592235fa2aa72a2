"""Pools and papers for tests of the domain: items without a database."""

import json
from collections.abc import Mapping, Sequence

from hypothesis import settings

from lms.quizzes.domain.paper import Paper, draw_paper
from lms.quizzes.domain.pool import PoolItem
from lms.quizzes.domain.specification import Section
from lms.units import as_points

unhurried = settings(deadline=None)
"""No time limit for one example: on a busy machine it would measure the neighbours."""


def single(key: str = "b", *, credit: str = "") -> dict[str, object]:
    return {
        "type": "single_response",
        "stem": "哪一句合适？",
        "options": [
            {"id": one, "text": f"说法 {one}", "feedback": f"讲解 {one}"} for one in "abcd"
        ],
        "key": [key],
        "explanation": "总的道理",
    }


def multiple(keys: Sequence[str] = ("a", "c"), *, credit: str = "exact") -> dict[str, object]:
    return {
        **single(),
        "type": "multiple_response",
        "key": sorted(keys),
        "credit": credit,
    }


def true_false(*, answer: bool = False) -> dict[str, object]:
    return {
        "type": "true_false",
        "stem": "这句话对吗？",
        "answer": answer,
        "feedback": {"true": "选对时的话", "false": "选错时的话"},
        "explanation": "总的道理",
    }


def pooled(
    number: int,
    body: Mapping[str, object] | None = None,
    *,
    red_line: bool = False,
    lesson_key: str = "l1",
    point: str = "发票",
) -> PoolItem:
    return PoolItem(
        item_version_id=number,
        item_key=f"item-{number:03}",
        body=json.dumps(body or single(), ensure_ascii=False),
        red_line=red_line,
        lesson_key=lesson_key,
        point=point,
    )


def section(draw: int = 1, *, bank: str = "law", points: str = "5", title: str = "") -> Section:
    return Section(title=title, bank=bank, draw=draw, points_each=as_points(points))


def paper_of(*items: PoolItem, points: str = "5", seed: int = 1) -> Paper:
    """A paper of exactly these items, in the order of their numbers."""
    drawn = draw_paper([section(len(items), points=points)], {"law": list(items)}, seed)
    return tuple(sorted(drawn, key=lambda placed: placed.item_version_id))
