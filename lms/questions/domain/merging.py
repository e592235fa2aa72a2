"""From what a file says and what the bank holds to a plan: what is created, revised, left as it is, or a duplicate.

Nothing is guessed: a fact that neither the file nor the bank says stays missing, and the item comes in as a draft.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.values import Candidate, Parsed
from lms.questions.domain.exchange.yaml_bank import YAML
from lms.questions.domain.identity import ItemFacts, content_sha256
from lms.questions.domain.items import ItemType, item_as_json
from lms.questions.domain.likeness import Likeness, LikenessIndex, Words, words_of

KEY_AT_MOST = 255
POINT_AT_MOST = 80
LESSON_AT_MOST = 64
TAG_AT_MOST = 120
MARKED_AT_MOST = 40
"""Characters of the columns that hold these."""


class Verb(StrEnum):
    """What happens to one item of a file; no plan says ``WRITTEN``: somebody put it right in the editor."""

    CREATE = "create"
    REVISE = "revise"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Labels:
    """What an item carries beside its words and facts; a change of these makes no new version."""

    name: str = ""
    category: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    points: str = ""


@dataclass(frozen=True, slots=True)
class Present:
    """An item that the bank holds.

    Attributes:
        key: Its key.
        file_key: Identity in the file that it came from; may be empty.
        sha256: Of its current version.
        facts: Of its current version.
        labels: What it carries beside.
        is_retired: Whether it is out of use.
    """

    key: str
    file_key: str
    sha256: str
    facts: ItemFacts
    labels: Labels = Labels()
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a file, or one place of it that was not understood.

    Attributes:
        number: Place in the file, from 0, items and refused places counted together.
        verb: What happens to it.
        where: Where it begins.
        issues: What was found about it.
        candidate: The item; None when it was refused, or when the entry was kept and read back.
        key: Identity that the file gives it; may be empty.
        stimulus: Key of the shared text that it belongs to; empty when it stands alone.
        item_key: The bank's item that it is, for revised and unchanged ones.
        body: Its words as stored.
        facts: Its facts, with those that the bank knows and the file does not say.
        labels: Its labels, likewise.
        sha256: Of words and facts.
        missing: Facts without which it stays a draft.
        likenesses: Items that say the same, or nearly.
        source: Its text in the file.
    """

    number: int
    verb: Verb
    where: Where
    issues: tuple[Issue, ...] = ()
    candidate: Candidate | None = None
    key: str = ""
    stimulus: str = ""
    item_key: str = ""
    body: Mapping[str, object] | None = None
    facts: ItemFacts = ItemFacts("", "", (), "", False)  # noqa: RUF009 - frozen
    labels: Labels = Labels()
    sha256: str = ""
    missing: tuple[str, ...] = ()
    likenesses: tuple[Likeness, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Defaults:
    """Facts that the person who imports gives for all items that lack them; empty ones are not given."""

    lesson_key: str = ""
    point: str = ""
    difficulty: str = ""


def with_defaults(entry: Entry, defaults: Defaults) -> Entry:
    """Return an entry with the facts given for those that it lacks; what it says itself stays."""
    given = {
        "lesson": ("lesson_key", defaults.lesson_key),
        "point": ("point", defaults.point),
        "difficulty": ("difficulty", defaults.difficulty),
    }
    filled = {name: value for name, value in given.items() if name in entry.missing and value[1]}
    if not filled or entry.body is None:
        return entry
    facts = replace(entry.facts, **dict(filled.values()))  # type: ignore[arg-type]  # all three are texts
    return replace(
        entry,
        facts=facts,
        sha256=content_sha256(entry.body, facts),
        missing=tuple(name for name in entry.missing if name not in filled),
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do.

    Attributes:
        entries: In the order of the file.
        issues: Findings about the file as a whole.
    """

    entries: tuple[Entry, ...]
    issues: tuple[Issue, ...] = ()

    def count(self) -> dict[str, int]:
        """Return how many entries have each verb."""
        found = Counter(entry.verb for entry in self.entries)
        return {verb.value: found[verb] for verb in Verb if verb is not Verb.WRITTEN}

    def by_type(self) -> dict[str, int]:
        """Return how many items there are of each type, refused places left out."""
        found = Counter(entry.candidate.item.type for entry in self.entries if entry.candidate)
        return {kind.value: found[kind] for kind in ItemType if found[kind]}


def make_plan(
    parsed: Parsed,
    present: Iterable[Present],
    lessons: Mapping[str, str],
    words: Iterable[tuple[str, Words]] | None = (),
) -> Plan:
    """Plan the import of a file into a bank.

    Args:
        parsed: What the file says.
        present: Every item of the bank, retired ones too.
        lessons: Keys of the lessons there are, by key and by title.
        words: Key and words of each item of the bank in use; None to look for no likenesses at all.
    """
    by_key: dict[str, Present] = {}
    for one in present:
        by_key[one.key] = one
        if one.file_key:
            by_key.setdefault(one.file_key, one)
    planner = _Planner(by_key, lessons, parsed.format == YAML)
    places, whole = _places(parsed)
    entries = [planner.plan(number, place) for number, place in enumerate(places)]
    if words is not None:
        entries = _with_likenesses(entries, words)
    return Plan(tuple(entries), whole)


@dataclass(slots=True)
class _Place:
    """One place of a file: an item with the findings about it, or findings alone."""

    where: Where
    candidate: Candidate | None
    issues: list[Issue]


def _places(parsed: Parsed) -> tuple[list[_Place], tuple[Issue, ...]]:
    """Put items and refused places in the order of the file, each finding with what it is about."""
    files: dict[str, int] = {}
    for where in (*(each.where for each in parsed.candidates), *(i.where for i in parsed.issues)):
        files.setdefault(where.file, len(files))
    places: list[tuple[tuple[int, int], _Place]] = []
    starts: dict[tuple[int, int], _Place] = {}
    for candidate in parsed.candidates:
        at = (files[candidate.where.file], _position(candidate.where) or 0)
        place = _Place(candidate.where, candidate, [])
        places.append((at, place))
        starts.setdefault(at, place)
    whole: list[Issue] = []
    warnings: list[Issue] = []
    for issue in parsed.issues:
        position = _position(issue.where)
        at = (files[issue.where.file], position or 0)
        if position is None:
            whole.append(issue)
        elif at in starts:
            starts[at].issues.append(issue)
        elif issue.severity is Severity.ERROR and issue.facts.get("source"):
            starts[at] = _Place(issue.where, None, [issue])
            places.append((at, starts[at]))
        else:
            warnings.append(issue)
    places.sort(key=lambda pair: pair[0])
    whole.extend(_attach(warnings, places, files))
    return [place for _, place in places], tuple(whole)


def _attach(
    issues: Iterable[Issue],
    places: Sequence[tuple[tuple[int, int], _Place]],
    files: Mapping[str, int],
) -> list[Issue]:
    """Give each finding within an item to that item; return those that belong to none."""
    left: list[Issue] = []
    ordered = sorted(issues, key=lambda each: (files[each.where.file], _position(each.where) or 0))
    at = -1
    for issue in ordered:
        here = (files[issue.where.file], _position(issue.where) or 0)
        while at + 1 < len(places) and places[at + 1][0] <= here:
            at += 1
        is_within = at >= 0 and places[at][0][0] == here[0]
        if is_within and (issue.where.row is None or places[at][0] == here):
            places[at][1].issues.append(issue)
        else:
            left.append(issue)
    return left


def _position(where: Where) -> int | None:
    return where.line if where.row is None else where.row


@dataclass(slots=True)
class _Planner:
    """Decides about one place after the other."""

    by_key: Mapping[str, Present]
    lessons: Mapping[str, str]
    says_all: bool
    seen: dict[str, Where] | None = None

    def plan(self, number: int, place: _Place) -> Entry:
        candidate = place.candidate
        if candidate is None:
            source = str(place.issues[0].facts.get("source", ""))
            return Entry(
                number, Verb.REFUSED, place.where, issues=tuple(place.issues), source=source
            )
        issues = list(place.issues)
        twice = self._twice(candidate)
        if twice is not None:
            issues.append(twice)
            return Entry(number, Verb.REFUSED, place.where, tuple(issues), source=candidate.source)
        candidate = self._within_limits(candidate, issues)
        present = self.by_key.get(candidate.key) if candidate.key else None
        facts = self._facts(candidate, present, issues)
        labels = self._labels(candidate, present)
        body = item_as_json(candidate.item)
        sha256 = content_sha256(body, facts)
        return Entry(
            number=number,
            verb=_verb(present, sha256, labels),
            where=place.where,
            issues=tuple(issues),
            candidate=candidate,
            key=candidate.key,
            stimulus=candidate.stimulus,
            item_key=present.key if present else "",
            body=body,
            facts=facts,
            labels=labels,
            sha256=sha256,
            missing=self._missing(facts),
            source=candidate.source,
        )

    def _twice(self, candidate: Candidate) -> Issue | None:
        """Return the finding that another item of the file has the same identity."""
        if self.seen is None:
            self.seen = {}
        if not candidate.key:
            return None
        first = self.seen.setdefault(candidate.key, candidate.where)
        if first is candidate.where:
            return None
        facts = {"key": candidate.key, "first": str(first), "source": candidate.source}
        message = f"the identity {candidate.key!r} is already that of the item at {first}"
        return Issue(Severity.ERROR, "key_twice", candidate.where, message, facts)

    def _within_limits(self, candidate: Candidate, issues: list[Issue]) -> Candidate:
        """Leave out what no column can hold, and say so."""
        limits = {
            "key": (candidate.key, KEY_AT_MOST),
            "point": (candidate.point, POINT_AT_MOST),
            "lesson_key": (candidate.lesson_key, LESSON_AT_MOST),
        }
        for name, (text, limit) in limits.items():
            if len(text) > limit:
                issues.append(_too_long(candidate, name, text, limit))
                candidate = replace(candidate, **{name: ""})  # type: ignore[arg-type]  # all three are texts
        issues.extend(
            _too_long(candidate, "tag", tag, TAG_AT_MOST)
            for tag in candidate.tags
            if len(tag) > TAG_AT_MOST
        )
        tags = tuple(dict.fromkeys(tag for tag in candidate.tags if len(tag) <= TAG_AT_MOST))
        return candidate if tags == candidate.tags else replace(candidate, tags=tags)

    def _facts(
        self, candidate: Candidate, present: Present | None, issues: list[Issue]
    ) -> ItemFacts:
        lesson = candidate.lesson_key
        if lesson and lesson not in self.lessons:
            where, message = candidate.where, f"there is no lesson {lesson!r}"
            facts = {"lesson": lesson}
            issues.append(Issue(Severity.WARNING, "lesson_unknown", where, message, facts))
        lesson = self.lessons.get(lesson, lesson)
        known = present.facts if present and not self.says_all else None
        cards = tuple(dict.fromkeys(candidate.cards))
        return ItemFacts(
            lesson_key=lesson or (known.lesson_key if known else ""),
            point=candidate.point or (known.point if known else ""),
            cards=cards or (known.cards if known else ()),
            difficulty=candidate.difficulty or (known.difficulty if known else ""),
            red_line=candidate.red_line or (known.red_line if known else False),
        )

    def _labels(self, candidate: Candidate, present: Present | None) -> Labels:
        known = present.labels if present and not self.says_all else Labels()
        points = "" if candidate.points is None else f"{candidate.points:f}"
        return Labels(
            name=candidate.name or known.name,
            category=candidate.category or known.category,
            tags=candidate.tags or known.tags,
            points=points or known.points,
        )

    def _missing(self, facts: ItemFacts) -> tuple[str, ...]:
        missing = facts.missing
        if facts.lesson_key and facts.lesson_key not in self.lessons:
            return ("lesson", *missing)
        return missing


def _too_long(candidate: Candidate, name: str, text: str, limit: int) -> Issue:
    message = f"{name} is longer than {limit} characters and was left out: {text[:60]}…"
    facts = {"field": name, "limit": limit, "value": text[:200]}
    return Issue(Severity.WARNING, "fact_too_long", candidate.where, message, facts)


def _verb(present: Present | None, sha256: str, labels: Labels) -> Verb:
    if present is None:
        return Verb.CREATE
    if present.is_retired or (present.sha256, present.labels) != (sha256, labels):
        return Verb.REVISE
    return Verb.UNCHANGED


def _with_likenesses(entries: list[Entry], words: Iterable[tuple[str, Words]]) -> list[Entry]:
    """Note for every new or revised item what is like it; a new one with the same words and key is a duplicate."""
    asked = [entry for entry in entries if entry.verb in (Verb.CREATE, Verb.REVISE)]
    index = LikenessIndex([words_of(entry.body or {}) for entry in asked])
    index.compare(words)
    found: defaultdict[int, tuple[Likeness, ...]] = defaultdict(tuple)
    for entry, likenesses in zip(asked, index.likenesses(), strict=True):
        others = (one for one in likenesses if not one.key or one.key != entry.item_key)
        found[entry.number] = tuple(
            one if one.number < 0 else replace(one, number=asked[one.number].number)
            for one in others
        )
    return [
        replace(entry, likenesses=found[entry.number], verb=_after(entry, found[entry.number]))
        if found[entry.number]
        else entry
        for entry in entries
    ]


def _after(entry: Entry, likenesses: Iterable[Likeness]) -> Verb:
    if entry.verb is Verb.CREATE and any(one.is_same and one.has_same_right for one in likenesses):
        return Verb.DUPLICATE
    return entry.verb
