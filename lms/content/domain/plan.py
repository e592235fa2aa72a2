"""The plan: what must be created, revised and retired so that the database says what the files say, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.issues import Issue, Severity, Where

FILES = "files"


class Kind(StrEnum):
    """Kinds of things that files author, in the order in which they are written."""

    CARD = "card"
    BANK = "bank"
    CASE_GROUP = "case_group"
    PROGRAMME = "programme"
    LESSON = "lesson"
    ITEM = "item"
    QUIZ = "quiz"
    CONDITIONS = "conditions"


class Verb(StrEnum):
    """What happens to a thing."""

    CREATE = "create"
    REVISE = "revise"
    RETIRE = "retire"


NEW = "new"
BACK = "back"
GONE = "gone"
"""Reasons other than the names of parts that differ."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing as the files have it.

    Attributes:
        key: Unique within its kind.
        parts: Digest or value of each part by name; equal parts mean an unchanged thing.
        where: Where it is written.
    """

    kind: Kind
    key: str
    parts: Mapping[str, str]
    where: Where


@dataclass(frozen=True, slots=True)
class Stored:
    """One thing as the database has it, with the same parts."""

    kind: Kind
    key: str
    parts: Mapping[str, str]
    origin: str = FILES
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """One step of the plan.

    Attributes:
        why: ``new``, ``back``, ``gone``, or the names of the parts that differ.
    """

    verb: Verb
    kind: Kind
    key: str
    why: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return the shape that ``--json`` prints."""
        return {
            "verb": self.verb.value,
            "kind": self.kind.value,
            "key": self.key,
            "why": list(self.why),
        }


def make_plan(
    wanted: Sequence[Thing], stored: Iterable[Stored]
) -> tuple[list[Action], list[Issue]]:
    """Compare what the files say with what the database holds.

    Things that ``app`` authors are never touched; a file with the key of such a thing is an error. Hiring
    conditions are never retired, only followed: somebody may have signed them. Carrying the plan out and
    planning again gives an empty plan.

    Returns:
        Actions in the order in which they can be carried out, and what stands against the plan.
    """
    known = {(each.kind, each.key): each for each in stored}
    actions: list[Action] = []
    issues: list[Issue] = []
    for thing in wanted:
        before = known.pop((thing.kind, thing.key), None)
        issues += _objections(thing, before)
        action = _action(thing, before)
        if action is not None:
            actions.append(action)
    actions += [
        Action(Verb.RETIRE, each.kind, each.key, (GONE,))
        for each in known.values()
        if each.origin == FILES and not each.is_retired and each.kind is not Kind.CONDITIONS
    ]
    kinds = list(Kind)
    actions.sort(key=lambda each: (each.verb is Verb.RETIRE, kinds.index(each.kind)))
    return actions, issues


def _action(thing: Thing, before: Stored | None) -> Action | None:
    if before is None:
        return Action(Verb.CREATE, thing.kind, thing.key, (NEW,))
    if before.is_retired:
        return Action(Verb.CREATE, thing.kind, thing.key, (BACK,))
    changed = tuple(name for name, value in thing.parts.items() if before.parts.get(name) != value)
    return Action(Verb.REVISE, thing.kind, thing.key, changed) if changed else None


def _objections(thing: Thing, before: Stored | None) -> list[Issue]:
    if before is None:
        return []
    if before.origin != FILES:
        message = f"the {thing.kind.value} {thing.key!r} is authored in the browser, not in files"
        return [_error("other_origin", thing, message)]
    check = _CHECKS.get(thing.kind)
    return [] if check is None else check(thing, before)


def _check_programme(thing: Thing, before: Stored) -> list[Issue]:
    gone = set(before.parts.get("stages", "").split()) - set(thing.parts["stages"].split())
    return [
        _error(
            "stage_removed",
            thing,
            f"the stage {key!r} is published; its test is a gate of people on their way, so it must stay",
        )
        for key in sorted(gone)
    ]


def _check_bank(thing: Thing, before: Stored) -> list[Issue]:
    """An item and a shared text stay in their bank."""
    if thing.parts["bank"] == before.parts.get("bank"):
        return []
    name, bank = thing.kind.value.replace("_", " "), before.parts.get("bank")
    message = f"the {name} {thing.key!r} belongs to the bank {bank!r}; give it a new id"
    group = "group" if thing.kind is Kind.CASE_GROUP else "item"
    return [_error(f"{group}_of_other_bank", thing, message)]


def _check_conditions(thing: Thing, before: Stored) -> list[Issue]:
    """The version rises with every change, and only then: both numbers name one text for whoever signed it."""
    version, published = int(thing.parts["version"]), int(before.parts["version"])
    if thing.parts["text"] == before.parts.get("text"):
        if version == published:
            return []
        message = (
            f"version {version}: text unchanged since version {published}, which is published; "
            f"write {published}, or change the text"
        )
        return [_error("conditions_version", thing, message)]
    if version > published:
        return []
    message = (
        f"the hiring conditions have changed, but version {published} is published; "
        f"what may have been signed never changes: raise the version"
    )
    return [_error("conditions_version", thing, message)]


_CHECKS = {
    Kind.PROGRAMME: _check_programme,
    Kind.ITEM: _check_bank,
    Kind.CASE_GROUP: _check_bank,
    Kind.CONDITIONS: _check_conditions,
}


def _error(code: str, thing: Thing, message: str) -> Issue:
    return Issue(Severity.ERROR, code, thing.where, message, {"key": thing.key})
