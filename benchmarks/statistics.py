"""Statistics of one item version with a million first attempts, on both databases.

``python -m benchmarks.statistics [--backend sqlite|postgresql] [--n 1000000]`` prints JSON lines: the page of the
version, the same without the web, and what the index of a bank of sixty items costs. The answers are drawn by the
database itself; attempts behind them are left out, foreign keys are off while the rows are made.
"""

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from flask import Flask
from sqlalchemy import Connection, text

from benchmarks.bare import bare
from benchmarks.exam import make_app
from benchmarks.measure import Caller, Operation, measure, show
from lms.db import db
from lms.people.domain.roles import RoleName
from lms.questions.models import ItemVersion
from lms.quizzes.queries import statistics as queries
from tests.factories.people import make_cohort, make_person
from tests.factories.questions import make_bank, make_item, single_body
from tests.postgres import start_postgres

BANK_ITEMS = 60
BANK_PEOPLE = 1000
COHORTS = 40

#: Ability 0..99 from a scrambled counter; who knows more is right more often; 20 items, 5 points
#: each; cohorts in turn.
_ROWS = """
INSERT INTO item_result
  (attempt_id, position, item_version_id, is_first, points, max_points, is_right, chosen, rest, seconds, cohort_id)
SELECT :start + i, 1, :version, {true}, CASE WHEN luck < 35 + able / 2 THEN 500 ELSE 0 END, 500,
  luck < 35 + able / 2,
  CASE WHEN luck < 35 + able / 2 THEN 'b' WHEN luck % 17 = 0 THEN '' WHEN luck % 3 = 0 THEN 'a' ELSE 'c' END,
  ((able + luck % 7) * 19 / 106) * 10000 / 19, 5 + (i * 7919) % 240, 1 + i % {cohorts}
FROM (SELECT i, (i * 48271) % 2147483647 % 100 AS able, (i * 69621) % 2147483647 % 100 AS luck FROM ({series}) AS s)
  AS people
"""
_SERIES = {
    "sqlite": "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < :n) SELECT i FROM c",
    "postgresql": "SELECT generate_series(1, :n)::bigint AS i",
}


def add_results(connection: Connection, backend: str, version_id: int, start: int, n: int) -> None:
    """Add so many first attempts at a version, made by the database."""
    true = "1" if backend == "sqlite" else "true"
    statement = _ROWS.format(true=true, series=_SERIES[backend], cohorts=COHORTS)
    connection.execute(text(statement), {"start": start, "version": version_id, "n": n})


class Statistics:
    """A bank with a crowded item, and a trainer who looks at it."""

    def __init__(self, app: Flask, backend: str, n: int) -> None:
        self.app = app
        with app.app_context():
            bank = make_bank(BANK_ITEMS)
            crowded = make_item(bank, key="crowded", body=single_body())
            key = make_person(RoleName.TRAINER).fs_uniquifier
            for _ in range(COHORTS):
                make_cohort()
            self.bank_key, self.bank_id = bank.key, bank.id
            self.version_id, self.key = crowded.id, "crowded"
            others = db.session.scalars(
                db.select(ItemVersion.id).where(ItemVersion.id != crowded.id)
            ).all()
            db.session.remove()
            off = {
                "sqlite": "PRAGMA foreign_keys=OFF",
                "postgresql": "SET session_replication_role = replica",
            }
            with db.engine.connect() as connection:
                # Past SQLAlchemy, which begins a transaction first; SQLite does not change this inside one.
                connection.connection.cursor().execute(off[backend])
                add_results(connection, backend, self.version_id, 0, n)
                for place, version_id in enumerate(others, start=1):
                    add_results(connection, backend, version_id, 10**9 + place * 10**6, BANK_PEOPLE)
                connection.commit()
            if backend == "postgresql":
                # As autovacuum does in the background of a database that is used.
                autocommit = db.engine.execution_options(isolation_level="AUTOCOMMIT")
                with autocommit.connect() as connection:
                    connection.exec_driver_sql("VACUUM ANALYZE item_result")
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        session = serializer.dumps({"_user_id": key, "_fresh": False})
        self.caller = Caller(app, f"session={session}")

    def page(self) -> object:
        """Get the version's page."""
        status, _, data = self.caller.call("GET", f"/items/{self.key}/statistics")
        assert status == 200, status
        return data

    def figures(self) -> object:
        """Add the version up, without the web."""
        with self.app.app_context():
            version = db.session.get_one(ItemVersion, self.version_id)
            report = queries.get_report(version)
            assert report.figures.n
            return report, queries.find_median_seconds(self.version_id)

    def bank(self) -> object:
        """Get the list of the bank, narrowed to its own items."""
        status, _, data = self.caller.call("GET", f"/banks/{self.bank_key}/statistics")
        assert status == 200, status
        return data


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
        made = Statistics(app, backend, n)
        ready = round(time.perf_counter() - begun, 1)
        nothing = Caller(bare)

        def empty() -> object:
            return nothing.call("GET", "/__empty")

        for name, operation in (
            ("statistics_figures", made.figures),
            ("statistics_page", made.page),
            ("statistics_bank", made.bank),
        ):
            operations: itertools.repeat[Operation] = itertools.repeat(operation)
            line = measure(name, backend, operations, 7, reference=empty, responses=n)
            show({**line, "made_in_s": ready})
        with app.app_context():
            db.engine.dispose()


def main() -> None:
    """Run one backend here, or each in a process of its own (so that peak memory is its own)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", choices=("sqlite", "postgresql"))
    parser.add_argument("--n", type=int, default=1_000_000)
    asked = parser.parse_args()
    if asked.backend:
        run(asked.backend, asked.n)
        return
    for backend in ("sqlite", "postgresql"):
        subprocess.run(
            [
                sys.executable,
                "-m",
                "benchmarks.statistics",
                "--backend",
                backend,
                "--n",
                str(asked.n),
            ],
            check=True,
            env=os.environ,
        )


if __name__ == "__main__":
    main()
