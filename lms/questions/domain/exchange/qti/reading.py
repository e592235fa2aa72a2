"""QTI 1.2 packages (Canvas, Blackboard, Common Cartridge) into items."""

from collections import Counter
from decimal import Decimal, InvalidOperation

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types

from lms.issues import Issue, Where
from lms.questions.domain.exchange.moodle_xml.question import UnreadableError
from lms.questions.domain.exchange.moodle_xml.texts import Notes, text_of
from lms.questions.domain.exchange.qti.item import QtiItem
from lms.questions.domain.exchange.qti.items import READERS
from lms.questions.domain.exchange.qti.package import Pictures, open_package
from lms.questions.domain.exchange.safe_xml import line_of, source_of
from lms.questions.domain.exchange.values import Candidate, Parsed, Stimulus, reject
from lms.questions.domain.items import FieldError, Item

FORMAT = "qti"
_TITLES = ("bank_title",)


def parse_qti(data: bytes, file: str) -> Parsed:
    """Read a QTI 1.2 package, or one QTI document.

    The titles of assessments, banks and groups become the category; texts between questions become stimuli.
    Items get option ids a, b, c, … in the order of the file.

    Args:
        data: The zip or the XML document.
        file: Its name, for Issues.
    """
    package = open_package(data, file)
    reading = _Reading()
    reading.issues.extend(package.issues)
    for path, root in package.roots.items():
        pictures = Pictures(package.files, path)
        name = f"{file}/{path}" if path else file
        reading.document(root, name, pictures)
    return Parsed(
        FORMAT,
        candidates=tuple(reading.candidates),
        stimuli=tuple(reading.stimuli),
        issues=tuple(reading.issues),
        media=reading.media,
    )


class _Reading:
    """One pass over the documents of a package."""

    def __init__(self) -> None:
        self.candidates: list[Candidate] = []
        self.stimuli: list[Stimulus] = []
        self.issues: list[Issue] = []
        self.media: dict[str, bytes] = {}
        self._keys: Counter[str] = Counter()

    def document(self, root: "etree._Element", name: str, pictures: Pictures) -> None:
        for number, element in enumerate(root.iter("item"), start=1):
            where = Where(name, line=line_of(element), field=f"item[{number}]")
            item = QtiItem(element, Notes(where, self.media, self.issues), pictures, set())
            self._one(item)
        for selection in root.iter("selection_number"):
            where = Where(name, line=line_of(selection))
            count = text_of(selection)
            Notes(where, self.media, self.issues).warn(
                "selection_lost",
                f"all questions of the group are read, not {count} of them",
                count=count,
            )

    def _one(self, item: QtiItem) -> None:
        kind = kind_of(item)
        try:
            if kind == "text_only_question":
                self._describe(item)
                return
            candidate = self._candidate(item, READERS.get(kind, _unknown)(item))
        except UnreadableError as error:
            self._reject(item, error.code, str(error), type=kind)
        except FieldError as error:
            self._reject(
                item,
                "item_invalid",
                str(error),
                type=kind,
                field=error.field,
                problem=error.problem,
            )
        except (ArithmeticError, ValueError) as error:
            self._reject(item, "item_invalid", f"a value cannot be used: {error}", type=kind)
        else:
            self.candidates.append(candidate)
            item.rest_of_feedback()

    def _describe(self, item: QtiItem) -> None:
        text = item.stem
        if not text:
            raise UnreadableError("text_missing", "the text is empty")
        key = str(item.element.get("ident") or f"text-{len(self.stimuli) + 1}")
        self._keys[key] += 1
        if self._keys[key] > 1:
            key = f"{key}-{self._keys[key]}"
        title = str(item.element.get("title") or "")
        self.stimuli.append(Stimulus(key, text, item.notes.where, title, category_of(item.element)))

    def _candidate(self, item: QtiItem, read: Item) -> Candidate:
        facts = item.facts
        points = facts.get("points_possible") or facts.get("qmd_absolutescore_max") or ""
        return Candidate(
            item=read,
            where=item.notes.where,
            name=str(item.element.get("title") or ""),
            key=str(item.element.get("ident") or facts.get("bbmd_asi_object_id") or ""),
            category=category_of(item.element),
            points=_points(points, item),
            stimulus=facts.get("parent_stimulus_item_ident", ""),
            source=source_of(item.element),
        )

    def _reject(self, item: QtiItem, code: str, message: str, **facts: object) -> None:
        name = str(item.element.get("title") or "")
        self.issues.append(
            reject(code, item.notes.where, message, source_of(item.element), name=name, **facts)
        )


def kind_of(item: QtiItem) -> str:
    """Return the name of an item's type: as its metadata say, else as its responses show."""
    facts = item.facts
    for label in ("question_type", "cc_profile", "bbmd_questiontype", "qmd_itemtype"):
        if facts.get(label):
            return facts[label].lower()
    choices = list(item.element.iter("response_lid"))
    if len(choices) > 1:
        return "matching_question"
    if choices:
        is_several = str(choices[0].get("rcardinality") or "").lower() == "multiple"
        return "multiple_answers_question" if is_several else "multiple_choice_question"
    if next(item.element.iter("response_num"), None) is not None:
        return "numerical_question"
    if next(item.element.iter("response_str"), None) is None:
        return ""
    has_key = next(item.element.iter("varequal"), None) is not None
    return "short_answer_question" if has_key else "essay_question"


def category_of(element: "etree._Element") -> tuple[str, ...]:
    """Return the titles of what an item stands in, outermost first."""
    titles = []
    for above in element.iterancestors("section", "assessment", "objectbank"):
        title = str(above.get("title") or "").strip()
        if not title:
            title = next(
                (
                    text_of(field.find("fieldentry"))
                    for field in above.iterfind("qtimetadata/qtimetadatafield")
                    if text_of(field.find("fieldlabel")) in _TITLES
                ),
                "",
            )
        if title:
            titles.append(title)
    return tuple(reversed(titles))


def _unknown(item: QtiItem) -> Item:
    message = f"questions of the type {kind_of(item) or '(none)'} are not read"
    raise UnreadableError("type_unknown", message)


def _points(text: str, item: QtiItem) -> Decimal | None:
    try:
        points = Decimal(text) if text else None
    except InvalidOperation:
        points = Decimal("NaN")
    if points is not None and not (points.is_finite() and 0 <= points < 10**6):
        item.notes.warn("points_invalid", f"{text[:60]!r} is no number of points", value=text)
        return None
    return points
