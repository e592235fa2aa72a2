"""``lms questions``: import and export item banks from a shell."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask

from lms.clock import now_utc
from lms.config import Settings
from lms.db import transaction
from lms.documents.storage import FolderStore
from lms.errors import LmsError
from lms.issues import Issue, Severity, Where
from lms.questions import queries, services
from lms.questions.domain.exchange.formats import FORMATS, READ, WRITTEN, detect, read_file
from lms.questions.domain.exchange.values import Parsed
from lms.questions.domain.merging import Plan, Verb
from lms.questions.models import ItemBank

MAX_BYTES = 64 * 1024 * 1024
"""Of a file: the shell is trusted more than the browser, but not with anything."""

MakeApp = Callable[[], tuple[Flask, Settings]]
"""What the ``lms`` command puts into ``ctx.obj``."""


@click.group()
def questions() -> None:
    """Item banks."""


@questions.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--bank", "bank_key", required=True, help="key of a bank of the browser")
@click.option(
    "--format", "format_name", type=click.Choice(("auto", *READ)), default="auto", show_default=True
)
@click.option("--purpose", type=click.Choice(services.PURPOSES), default="quiz", show_default=True)
@click.option(
    "--state",
    type=click.Choice(services.COMES_IN_AS),
    default="ready",
    show_default=True,
    help="of complete items; others are drafts, and what is in use stays so until its revision is ready",
)
@click.option("--dry-run", is_flag=True, help="check only, save nothing")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@click.pass_obj
def import_items(
    make_app: MakeApp,
    file: Path,
    *,
    bank_key: str,
    format_name: str,
    purpose: str,
    state: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import the items of FILE into a bank.

    Items that stand in the bank already, word for word, are left out. Exit 0: everything was understood, 1: something
    was not (it is listed and left out) or nothing could be imported, 2: wrong use.
    """
    parsed = _read(file, format_name)
    app, settings = make_app()
    with app.app_context(), transaction():
        bank = _bank(bank_key)
        plan = services.plan_parsed(bank, parsed)
        done = Verb.DUPLICATE, Verb.UNCHANGED, Verb.REFUSED
        if not dry_run and any(entry.verb not in done for entry in plan.entries):
            _write(bank, parsed, plan, purpose, state, settings)
    issues = [*plan.issues, *(issue for entry in plan.entries for issue in entry.issues)]
    _report(parsed, plan, issues, dry_run=dry_run, as_json=as_json)
    has_errors = any(issue.severity is Severity.ERROR for issue in issues)
    sys.exit(1 if has_errors else 0)


def _read(file: Path, format_name: str) -> Parsed:
    """Read a file; one that cannot be read is a file with nothing but findings."""
    if file.stat().st_size > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024 // 1024} MB"
        issue = Issue(Severity.ERROR, "file_too_large", Where(file=file.name), message)
        return Parsed("", issues=(issue,))
    data = file.read_bytes()
    if format_name != "auto":
        return read_file(format_name, data, file.name)
    detected = detect(data, file.name)
    if not detected.format:
        return Parsed("", issues=detected.issues)
    parsed = read_file(detected.format, data, file.name)
    return Parsed(
        parsed.format,
        parsed.candidates,
        parsed.stimuli,
        (*detected.issues, *parsed.issues),
        parsed.media,
        parsed.encoding,
    )


def _bank(key: str) -> ItemBank:
    bank = queries.find_bank(key)
    if bank is None:
        raise click.UsageError(f"there is no bank {key!r}")
    try:
        services.check_writable(bank)
    except LmsError as error:
        raise click.UsageError(f"the bank {key!r} cannot be written here: {error.code}") from error
    return bank


def _write(
    bank: ItemBank, parsed: Parsed, plan: Plan, purpose: str, state: str, settings: Settings
) -> None:
    entries = tuple(entry for entry in plan.entries if entry.verb in (Verb.CREATE, Verb.REVISE))
    writing = services.Writing(
        bank, purpose, state, FolderStore(settings.storage_dir), None, now_utc()
    )
    written = services.write_plan(Plan(entries), parsed.stimuli, parsed.media, writing)
    services.record_import(
        writing, written, subject_kind="item_bank", subject_id=bank.id, format=parsed.format
    )


def _report(
    parsed: Parsed, plan: Plan, issues: list[Issue], *, dry_run: bool, as_json: bool
) -> None:
    counts = plan.count()
    if as_json:
        found = {
            "items": len(parsed.candidates),
            "by_type": plan.by_type(),
            "issues": [_issue_as_json(issue) for issue in issues],
            "format": parsed.format,
            "encoding": parsed.encoding,
            "plan": counts,
            "drafts": sum(bool(entry.missing) for entry in plan.entries if _is_written(entry.verb)),
            "saved": not dry_run,
        }
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for issue in issues:
        sign = "✗" if issue.severity is Severity.ERROR else "!"
        click.echo(f"{sign} {issue.where}: {issue.message}")
    encoding = f", {parsed.encoding}" if parsed.encoding else ""
    click.echo(f"{parsed.format or 'unknown format'}{encoding}: {len(parsed.candidates)} items")
    for name, number in plan.by_type().items():
        click.echo(f"  {name}: {number}")
    said = ", ".join(f"{number} {verb}" for verb, number in counts.items() if number)
    click.echo(f"{'would be' if dry_run else 'done'}: {said or 'nothing'}")


def _is_written(verb: Verb) -> bool:
    return verb in (Verb.CREATE, Verb.REVISE)


def _issue_as_json(issue: Issue) -> dict[str, object]:
    """Return the shape of the contract: ``where`` is a row, a line or a path."""
    found = issue.as_json()
    where = issue.where
    place: dict[str, object] = {}
    if where.row is not None:
        place["row"] = where.row
    if where.line is not None:
        place["line"] = where.line
    if where.field or not place:
        place["path"] = where.field or where.file
    return {**found, "where": {**issue.where.as_json(), **place}}


@questions.command("export")
@click.option("--bank", "bank_key", required=True, help="key of the bank")
@click.option("--format", "format_name", type=click.Choice(WRITTEN), required=True)
@click.option("--purpose", type=click.Choice(services.PURPOSES), default="quiz", show_default=True)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True
)
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@click.pass_obj
def export_items(
    make_app: MakeApp,
    *,
    bank_key: str,
    format_name: str,
    purpose: str,
    output: Path,
    as_json: bool,
) -> None:
    """Write the items of a bank in use to a file.

    Exit 0: the file says everything, 1: it was written, but the format cannot say something (it is listed).
    """
    app, settings = make_app()
    with app.app_context(), transaction():
        bank = queries.find_bank(bank_key)
        if bank is None:
            raise click.UsageError(f"there is no bank {bank_key!r}")
        outgoing = queries.get_outgoing(bank, purpose, FolderStore(settings.storage_dir))
    writer = FORMATS[format_name].write
    if writer is None:
        _no_writer(format_name)
    data, issues = writer(outgoing)
    output.write_bytes(data)
    if as_json:
        found = {
            "items": len(outgoing.candidates),
            "issues": [_issue_as_json(issue) for issue in issues],
        }
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for issue in issues:
            click.echo(
                f"! {issue.facts.get('name') or issue.facts.get('key', '')}: {issue.message}"
            )
        click.echo(f"{len(outgoing.candidates)} items written to {output}")
    sys.exit(1 if issues else 0)


def _no_writer(name: str) -> NoReturn:
    raise click.UsageError(f"{name} is read only")
