"""``lms people``: import a roster from a shell."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask

from lms.clock import local_date, now_utc
from lms.config import Settings
from lms.db import transaction
from lms.errors import LmsError
from lms.issues import Issue, Severity, Where
from lms.people.domain.roster import MAX_ROWS, Roster
from lms.people.domain.roster_check import CheckedRow, check_lines
from lms.people.models import Cohort
from lms.people.queries import find_cohort_named, known_people
from lms.people.roster_file import MAX_UNPACKED_BYTES, read_roster_file
from lms.people.services import import_lines

MakeApp = Callable[[], tuple[Flask, Settings]]
"""What the ``lms`` command puts into ``ctx.obj``."""


@click.group()
def people() -> None:
    """Persons and cohorts."""


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="check only, save nothing")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@click.option("--cohort", "cohort_name", default="", help="put everybody into this cohort")
@click.option("--invite", "with_invitations", is_flag=True, help="write an invitation to everybody")
@click.pass_obj
def import_roster(
    make_app: MakeApp,
    file: Path,
    *,
    dry_run: bool,
    as_json: bool,
    cohort_name: str,
    with_invitations: bool,
) -> None:
    """Import the good rows of a roster FILE (.xlsx).

    Exit 0: every row is good, 1: some are not (they are listed and left out) or the file cannot be read.
    """
    roster, issues = _read(file)
    if issues:
        _report(roster, (), 0, issues, as_json=as_json)
        sys.exit(1)
    app, settings = make_app()
    now = now_utc()
    today = local_date(now, settings.zone)
    with app.app_context(), transaction():
        cohort = _cohort(cohort_name)
        if dry_run:
            rows, imported = check_lines(roster.lines, known_people(), today), 0
        else:
            rows, persons = import_lines(
                roster.lines,
                cohort=cohort,
                with_invitations=with_invitations,
                today=today,
                actor_id=None,
                now=now,
            )
            imported = len(persons)
    _report(
        roster, rows, imported, [issue for row in rows for issue in row.issues], as_json=as_json
    )
    sys.exit(0 if all(row.is_good for row in rows) else 1)


def _read(file: Path) -> tuple[Roster, list[Issue]]:
    if file.stat().st_size > MAX_UNPACKED_BYTES:
        return Roster(), [_file_issue(file, "roster_unpacks_too_large")]
    try:
        roster = read_roster_file(file.read_bytes())
    except LmsError as error:
        return Roster(), [_file_issue(file, error.code)]
    return roster, list(roster.issues)


def _file_issue(file: Path, code: str) -> Issue:
    return Issue(Severity.ERROR, code, Where(file=str(file)), _SENTENCES[code])


_SENTENCES = {
    "roster_not_xlsx": "this is not an xlsx workbook",
    "roster_locked": "encrypted, or the old .xls format; save it as .xlsx without a password",
    "roster_empty": "the file is empty",
    "roster_unpacks_too_large": "the file is too large to be a roster",
    "roster_too_wide": "cells far to the right are filled",
    "roster_too_many_rows": f"at most {MAX_ROWS} rows at a time",
    "roster_broken": "the file is damaged",
}


def _cohort(name: str) -> Cohort | None:
    if not name:
        return None
    cohort = find_cohort_named(name)
    if cohort is None:
        raise click.UsageError(f"there is no cohort {name!r}")
    return cohort


def _report(
    roster: Roster,
    rows: tuple[CheckedRow, ...],
    imported: int,
    issues: list[Issue],
    *,
    as_json: bool,
) -> None:
    good = sum(row.is_good for row in rows)
    if as_json:
        found = {
            "rows": len(rows),
            "good": good,
            "bad": len(rows) - good,
            "imported": imported,
            "skipped": {"blank": list(roster.blank), "example": list(roster.examples)},
            "ignored_columns": list(roster.ignored),
            "issues": [issue.as_json() for issue in issues],
        }
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for issue in issues:
        sign = "✗" if issue.severity is Severity.ERROR else "!"
        click.echo(f"{sign} {issue.where}: {issue.message}")
    for heading in roster.ignored:
        click.echo(f"- column not imported: {heading}")
    skipped = len(roster.blank) + len(roster.examples)
    click.echo(f"{len(rows)} rows: {good} good, {len(rows) - good} bad, {skipped} skipped")
    click.echo(f"{imported} imported")
