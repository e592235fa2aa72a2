"""Moodle XML into items; ``write_moodle_xml`` is in ``moodle_xml_writer``."""

import re
from collections import Counter
from decimal import Decimal, InvalidOperation

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from lms.issues import Issue, Severity, Where
from lms.questions.domain.exchange.moodle_xml.items import READERS
from lms.questions.domain.exchange.moodle_xml.question import Question, UnreadableError
from lms.questions.domain.exchange.moodle_xml.texts import Notes, text_of
from lms.questions.domain.exchange.safe_xml import line_of, parse_xml, source_of
from lms.questions.domain.exchange.values import Candidate, Parsed, Stimulus, reject
from lms.questions.domain.identity import DIFFICULTIES
from lms.questions.domain.items import FieldError, Item

FORMAT = "moodle-xml"
POINT_TAG, LESSON_TAG, CARD_TAG = "point:", "lesson:", "card:"
DIFFICULTY_TAG, STIMULUS_TAG, RED_LINE_TAG = "difficulty:", "stimulus:", "red-line"
_FEEDBACKS = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
_FILE_CONTENT = re.compile(r"(<file\b[^<>]*>)[^<]{120,}(?=</file>)")
_PARTS_OF_PATH = re.compile(r"(?<!/)/(?!/)")
#: What Moodle presets: nobody decided it.
_PRESET_PENALTIES = {Decimal(0), Decimal(1), Decimal("0.1"), Decimal("0.3333333")}


def parse_moodle_xml(data: bytes, file: str) -> Parsed:
    """Read a Moodle XML file.

    Items get option ids a, b, c, …, because Moodle has none; shares stay as they are written. Descriptions become
    stimuli. Tags ``point:``, ``lesson:``, ``card:``, ``difficulty:``, ``stimulus:`` and ``red-line`` are what this
    product's own writer notes there.

    Args:
        data: The file.
        file: Its name, for Issues.
    """
    tree = parse_xml(data, file)
    if tree.root is None:
        return Parsed(FORMAT, issues=tree.issues)
    if tree.root.tag != "quiz":
        where = Where(file, line=line_of(tree.root))
        message = f"the outermost element is {tree.root.tag}, not quiz"
        issue = reject("not_moodle_xml", where, message, source_of(tree.root)[:2000])
        return Parsed(FORMAT, issues=(*tree.issues, issue))
    reading = _Reading(file)
    reading.issues.extend(tree.issues)
    for number, element in enumerate(tree.root.iterchildren(etree.Element), start=1):
        reading.child(element, number)
    return reading.parsed()


class _Reading:
    """One pass over a file."""

    def __init__(self, file: str) -> None:
        self.issues: list[Issue] = []
        self._file = file
        self._category: tuple[str, ...] = ()
        self._candidates: list[Candidate] = []
        self._stimuli: list[Stimulus] = []
        self._keys: Counter[str] = Counter()
        self._media: dict[str, bytes] = {}
        self._ignored: Counter[str] = Counter()
        self._first_ignored: dict[str, Where] = {}

    def parsed(self) -> Parsed:
        for name, count in self._ignored.items():
            where = self._first_ignored[name]
            message = f"{name} is not taken over, {count} questions set it"
            facts = {"name": name, "count": count}
            self.issues.append(Issue(Severity.WARNING, "setting_ignored", where, message, facts))
        self.issues.sort(key=lambda issue: issue.where.line or 0)
        return Parsed(
            FORMAT,
            candidates=tuple(self._candidates),
            stimuli=tuple(self._stimuli),
            issues=tuple(self.issues),
            media=self._media,
        )

    def child(self, element: "etree._Element", number: int) -> None:
        where = Where(self._file, line=line_of(element), field=f"question[{number}]")
        if element.tag != "question":
            self._reject(element, "element_unknown", where, f"{element.tag} is not a question")
            return
        kind = element.get("type") or ""
        question = Question(element, Notes(where, self._media, self.issues))
        if kind == "category":
            self._enter(question)
        elif kind == "description":
            self._describe(question)
        elif kind in READERS:
            self._item(question, kind)
        else:
            message = f"questions of the type {kind or '(none)'} are not read"
            self._reject(element, "type_unknown", where, message, type=kind)

    def _enter(self, question: Question) -> None:
        path = question.element.find("category")
        self._category = category_of(text_of(None if path is None else path.find("text")))
        about = question.text("info")
        if about:
            question.notes.warn(
                "text_without_place", f"the description of the category: {about}", text=about
            )

    def _describe(self, question: Question) -> None:
        text = question.stem
        if not text:
            message = "the description has no text"
            self._reject(question.element, "text_missing", question.notes.where, message)
            return
        key = question.value("idnumber") or f"description-{len(self._stimuli) + 1}"
        self._keys[key] += 1
        if self._keys[key] > 1:
            key = f"{key}-{self._keys[key]}"
        title = question.value("name")
        self._stimuli.append(
            Stimulus(key, text, question.notes.where, "" if title == key else title, self._category)
        )
        self._feedback(question, ("generalfeedback",))

    def _item(self, question: Question, kind: str) -> None:
        where = question.notes.where
        try:
            item = READERS[kind](question)
        except UnreadableError as error:
            self._reject(question.element, error.code, where, str(error), type=kind)
        except FieldError as error:
            self._reject(
                question.element, "item_invalid", where, str(error),
                type=kind, field=error.field, problem=error.problem,
            )  # fmt: skip
        except (ArithmeticError, ValueError) as error:
            message = f"a value cannot be used: {error}"
            self._reject(question.element, "item_invalid", where, message, type=kind)
        else:
            self._candidates.append(self._candidate(question, item))
            self._feedback(question, _FEEDBACKS)
            self._hints(question)
            self._note_ignored(question)

    def _candidate(self, question: Question, item: Item) -> Candidate:
        noted = question.child("tags")
        found = [] if noted is None else [text_of(tag) for tag in noted.iterchildren("tag")]
        tags = list(dict.fromkeys(filter(None, found)))
        facts = _Facts(tags)
        return Candidate(
            item=item,
            where=question.notes.where,
            name=question.value("name"),
            key=question.value("idnumber"),
            category=self._category,
            tags=facts.tags,
            point=facts.first(POINT_TAG),
            difficulty=facts.first(DIFFICULTY_TAG),
            lesson_key=facts.first(LESSON_TAG),
            cards=facts.all(CARD_TAG),
            red_line=RED_LINE_TAG in tags,
            points=self._points(question),
            stimulus=facts.first(STIMULUS_TAG),
            source=_source(question.element),
        )

    def _points(self, question: Question) -> Decimal | None:
        text = question.value("defaultgrade")
        try:
            points = Decimal(text) if text else None
        except InvalidOperation:
            points = Decimal("NaN")
        if points is not None and not (points.is_finite() and 0 <= points < 10**6):
            question.notes.warn(
                "points_invalid", f"{text[:60]!r} is no number of points", value=text
            )
            return None
        return points if points is None else points.normalize() + 0

    def _feedback(self, question: Question, names: tuple[str, ...]) -> None:
        for name in names:
            text = question.text(name)
            if text:
                question.notes.warn(
                    "feedback_without_place",
                    f"{name} has no place here: {text}",
                    name=name,
                    text=text,
                )

    def _hints(self, question: Question) -> None:
        for hint in question.element.iterchildren("hint"):
            text = question.inner(hint)
            if text:
                question.notes.warn(
                    "text_without_place",
                    f"a hint has no place here: {text}",
                    name="hint",
                    text=text,
                )

    def _note_ignored(self, question: Question) -> None:
        penalty = question.value("penalty")
        if penalty and not _is_preset(penalty):
            self._ignore("penalty", question)
        if question.value("shuffleanswers", "1").lower() in {"0", "false"}:
            self._ignore("shuffleanswers=false", question)
        if question.value("hidden") == "1":
            self._ignore("hidden", question)

    def _ignore(self, name: str, question: Question) -> None:
        self._ignored[name] += 1
        self._first_ignored.setdefault(name, question.notes.where)

    def _reject(
        self, element: "etree._Element", code: str, where: Where, message: str, **facts: object
    ) -> None:
        name = element.find("name")
        called = text_of(None if name is None else name.find("text"))
        self.issues.append(reject(code, where, message, _source(element), name=called, **facts))


class _Facts:
    """Tags, those apart that this product's writer makes of facts; a second point or lesson stays a tag."""

    def __init__(self, tags: list[str]) -> None:
        self._noted: list[str] = []
        others: list[str] = []
        for tag in tags:
            prefix = tag.partition(":")[0] + ":"
            is_more = prefix != CARD_TAG and bool(self.first(prefix))
            (others if is_more or not _is_fact(tag) else self._noted).append(tag)
        self.tags = tuple(others)

    def all(self, prefix: str) -> tuple[str, ...]:
        return tuple(tag[len(prefix) :] for tag in self._noted if tag.startswith(prefix))

    def first(self, prefix: str) -> str:
        return next(iter(self.all(prefix)), "")


def _is_fact(tag: str) -> bool:
    if tag.startswith(DIFFICULTY_TAG):
        return tag[len(DIFFICULTY_TAG) :] in DIFFICULTIES
    has_prefix = tag.startswith((POINT_TAG, LESSON_TAG, CARD_TAG, STIMULUS_TAG))
    return tag == RED_LINE_TAG or (has_prefix and not tag.endswith(":"))


def category_of(path: str) -> tuple[str, ...]:
    """Return the folders of a category path: ``$course$/top/A/B//C`` is ``("A", "B/C")``."""
    parts = [part.replace("//", "/").strip() for part in _PARTS_OF_PATH.split(path.strip())]
    parts = [part for part in parts if part]
    if parts and parts[0].startswith("$") and parts[0].endswith("$"):
        parts = parts[1:]
        if parts and parts[0] == "top":
            parts = parts[1:]
    return tuple(parts)


def _is_preset(penalty: str) -> bool:
    try:
        return Decimal(penalty).normalize() in _PRESET_PENALTIES
    except InvalidOperation:
        return False


def _source(element: "etree._Element") -> str:
    text = source_of(element)
    return _FILE_CONTENT.sub(r"\1…", text) if "<file" in text else text
