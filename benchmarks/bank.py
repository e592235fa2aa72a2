"""The page of a bank with 50,000 items on both databases: as it opens, searched, narrowed, ordered.

``python -m benchmarks.bank [--backend sqlite|postgresql] [--n 50000]`` prints JSON lines: medians of requests for
whole pages, straight into the WSGI application, as in ``benchmarks.exam``. The words of the items are sentences of
the content files, shuffled, so that letters are as common as they are in the trade.
"""

import argparse
import itertools
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from sqlalchemy import insert

from benchmarks.bare import bare
from benchmarks.exam import make_app
from benchmarks.imports import sign_in
from benchmarks.measure import Caller, Operation, measure, show
from lms.clock import now_utc
from lms.config import ROOT
from lms.db import db
from lms.people.domain.roles import RoleName
from lms.questions.domain.search_text import search_fields
from lms.questions.models import Item, ItemTag, ItemVersion
from tests.factories.people import make_person
from tests.factories.questions import make_bank
from tests.postgres import start_postgres

KEY = "large"
RARE = "起球"
"""In one of a thousand items; its letters are in many."""
TAGS = ("双十一", "大促", "新人", "退款", "物流", "投诉", "售前", "开票", "会员", "直播")
STATES = ("ready", "ready", "ready", "ready", "draft", "in_review", "retired")
TYPES = ("single_response", "single_response", "multiple_response", "true_false", "short_text")
AT_ONCE = 5000


def sentences() -> list[str]:
    """Return the sentences of the content files."""

    def walk(value: object) -> Iterator[str]:
        if isinstance(value, str) and len(value) > 6:
            yield value
        elif isinstance(value, dict):
            for each in value.values():
                yield from walk(each)
        elif isinstance(value, list):
            for each in value:
                yield from walk(each)

    found: list[str] = []
    for path in sorted((ROOT / "question_banks").glob("*/*.yml")):
        found.extend(walk(yaml.safe_load(path.read_text(encoding="utf-8"))))
    return found


def fill(n: int) -> None:
    """Make the bank; always the same."""
    rng, said, now = random.Random(7), sentences(), now_utc()
    bank = make_bank(0, key=KEY)
    for first in range(1, n + 1, AT_ONCE):
        items: list[dict[str, Any]] = []
        versions: list[dict[str, Any]] = []
        tags: list[dict[str, Any]] = []
        for number in range(first, min(first + AT_ONCE, n + 1)):
            key = f"{KEY}-{number:05}"
            body = _body(rng, said, number)
            own = rng.sample(TAGS, number % 3)
            facts = {
                "type": TYPES[number % len(TYPES)],
                "lesson_key": f"lesson-{number % 30:02}",
                "point": f"知识点 {rng.randrange(200):03}",
                "difficulty": ("easy", "medium", "hard")[number % 3],
            }
            items.append(
                {
                    "id": number,
                    "bank_id": bank.id,
                    "key": key,
                    "purpose": "quiz",
                    "state": STATES[number % len(STATES)],
                    "version": 1,
                    "position": number,
                    "category": [],
                    **facts,
                    **search_fields(body, key=key, tags=own, cards=[f"ecl-{number % 60}"]),
                }
            )
            versions.append(
                {
                    "item_id": number,
                    "number": 1,
                    "body": body,
                    "sha256": f"{number:064}",
                    "cards": [f"ecl-{number % 60}"],
                    "red_line": False,
                    "created_at": now,
                    **facts,
                }
            )
            tags += [{"item_id": number, "tag": tag, "position": at} for at, tag in enumerate(own)]
        db.session.execute(insert(Item.__table__), items)  # type: ignore[arg-type]
        db.session.execute(insert(ItemVersion.__table__), versions)  # type: ignore[arg-type]
        db.session.execute(insert(ItemTag.__table__), tags)  # type: ignore[arg-type]
        db.session.commit()


def _body(rng: random.Random, said: list[str], number: int) -> dict[str, Any]:
    options = [
        {"id": name, "text": rng.choice(said)[:40], "feedback": rng.choice(said)[:30]}
        for name in "abcd"
    ]
    stem = rng.choice(said)[:60] + (RARE if number % 1000 == 0 else "")
    return {
        "type": "single_response",
        "stem": stem,
        "options": options,
        "key": ["a"],
        "explanation": rng.choice(said)[:50],
        "credit": "exact",
    }


def run(backend: str, n: int) -> None:
    """Measure one database and print its lines."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        folder.chmod(0o755)
        if backend == "postgresql":
            database = folder / "pg"
            database.mkdir()
            url = stack.enter_context(start_postgres(database))
        else:
            url = f"sqlite:///{folder / 'lms.sqlite3'}"
        begun = time.perf_counter()
        app = make_app(folder, url)
        with app.app_context():
            fill(n)
            person_id = make_person(RoleName.TRAINER).id
            if backend == "postgresql":
                # As autovacuum does in the background of a database that is used.
                autocommit = db.engine.execution_options(isolation_level="AUTOCOMMIT")
                with autocommit.connect() as connection:
                    connection.exec_driver_sql("VACUUM ANALYZE")
        ready = round(time.perf_counter() - begun, 1)
        caller, nothing = sign_in(app, person_id), Caller(bare)

        def empty() -> object:
            return nothing.call("GET", "/__empty")

        for name, query in (
            ("bank_page", ""),
            ("bank_page_deep", f"page={n // 50}"),
            ("bank_search_rare", f"q={quote(RARE)}"),
            ("bank_search_common", f"q={quote('退款')}"),
            ("bank_search_two_words", f"q={quote('买家 发票')}"),
            (
                "bank_search_narrowed",
                f"q={quote('退款')}&type=true_false&state=ready&tag=%E5%A4%A7%E4%BF%83",
            ),
            ("bank_filter_state", "state=draft&lesson=lesson-03"),
            ("bank_filter_tag", f"tag={quote('投诉')}"),
            ("bank_filter_card", "card=ecl-14"),
            ("bank_newest", "sort=newest"),
        ):
            operations: Iterator[Operation] = itertools.repeat(_get(caller, query))
            line = measure(name, backend, operations, 21, reference=empty, items=n)
            show({**line, "made_in_s": ready})
        with app.app_context():
            db.engine.dispose()


def _get(caller: Caller, query: str) -> Operation:
    def operate() -> object:
        status, _, data = caller.call("GET", f"/banks/{KEY}", query=query)
        assert status == 200, status
        assert b"item-link" in data
        return data

    return operate


def main() -> None:
    """Run one backend here, or each in a process of its own (so that peak memory is its own)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", choices=("sqlite", "postgresql"))
    parser.add_argument("--n", type=int, default=50_000)
    asked = parser.parse_args()
    if asked.backend:
        run(asked.backend, asked.n)
        return
    for backend in ("sqlite", "postgresql"):
        subprocess.run(
            [sys.executable, "-m", "benchmarks.bank", "--backend", backend, "--n", str(asked.n)],
            check=True,
            env=os.environ,
        )


if __name__ == "__main__":
    main()
