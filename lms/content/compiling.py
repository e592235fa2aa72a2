"""Values of files -> what is published: lessons rendered with their cards, everything with its digests."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from lms.content.domain.plan import Kind, Thing
from lms.content.domain.values import (
    BankFiles,
    CardFile,
    ConditionsFile,
    Content,
    CourseFiles,
    ItemFile,
    LessonFile,
    ModuleFile,
    ProgrammeFile,
    QuizFile,
    SectionFile,
    StageFile,
    StimulusFile,
)
from lms.curriculum.domain.publishing import LessonText, ModuleText, ProgrammeText, StageText
from lms.library.domain.cards import Card, card_html, next_version
from lms.probation.domain.conditions import compose, fingerprint
from lms.questions.domain.identity import ItemFacts, content_sha256
from lms.web.markdown import render_blocks

#: Lessons are in Chinese, and so is a card within one.
CARD_WORDS = {
    "rule": "规则大意",
    "say": "客服怎么说",
    "do": "客服怎么做",
    "consequence": "违反的后果",
    "values": "带日期的数字",
    "unchecked": "待核",
    "checked": "核对于 {date}",
    "effective": "{date} 起施行",
    "version": "第 {number} 版",
    "as_of": "截至 {date}",
}


@dataclass(frozen=True, slots=True)
class CardState:
    """What the database has of a card: its latest version, and the digest of the one that applies."""

    version: int
    sha256: str


@dataclass(frozen=True, slots=True)
class LessonPlace:
    """A lesson ready to publish, and the module (of a programme) that it belongs to."""

    programme: str
    module: str
    text: LessonText


@dataclass(slots=True)
class Compiled:
    """Everything ready to publish, by key, and the things to plan with."""

    things: list[Thing] = field(default_factory=list)
    cards: dict[str, tuple[Card, int]] = field(default_factory=dict)
    banks: dict[str, BankFiles] = field(default_factory=dict)
    programmes: dict[str, ProgrammeText] = field(default_factory=dict)
    lessons: dict[str, LessonPlace] = field(default_factory=dict)
    groups: dict[str, tuple[str, StimulusFile]] = field(default_factory=dict)
    items: dict[str, tuple[str, ItemFile, int]] = field(default_factory=dict)
    quizzes: dict[str, tuple[str, QuizFile, str]] = field(default_factory=dict)
    conditions: dict[str, ConditionsFile] = field(default_factory=dict)


def compile_content(content: Content, known_cards: Mapping[str, CardState]) -> Compiled:
    """Prepare everything for publication.

    Args:
        content: Values without errors.
        known_cards: State of the cards in the database, by key: a lesson shows the version that its cards will
            have once they are published.
    """
    compiled = Compiled()
    versions: dict[str, int] = {}
    for card_file in content.cards:
        card = as_card(card_file)
        versions[card.key] = _version(card, card_file.version, known_cards.get(card.key))
        compiled.cards[card.key] = (card, card_file.version)
        parts = {"text": card.sha256()}
        compiled.things.append(Thing(Kind.CARD, card.key, parts, card_file.where))
    for bank in content.banks:
        _compile_bank(compiled, bank)
    for course in content.courses:
        _compile_course(compiled, course, versions)
    return compiled


def as_card(card: CardFile) -> Card:
    """Return an authored card as the library's value."""
    body = card.body
    values = body["values"]
    return Card(
        key=card.key,
        kind=card.kind,
        title=card.title,
        title_en=card.title_en,
        source=str(body["source"]),
        source_en=str(body["source_en"]),
        clause=str(body["clause"]),
        rule=str(body["rule"]),
        say=str(body["say"]),
        do=str(body["do"]),
        consequence=str(body["consequence"]),
        values=tuple(values) if isinstance(values, list) else (),
        confidence=card.confidence,
        checked_on=card.checked_on,
        effective_from=card.effective_from,
    )


def _version(card: Card, authored: int, known: CardState | None) -> int:
    if known is None:
        return authored
    if known.sha256 == card.sha256():
        return known.version
    return next_version(authored, known.version)


def _compile_bank(compiled: Compiled, bank: BankFiles) -> None:
    compiled.banks[bank.key] = bank
    titles = {"titles": digest([bank.title, bank.title_en])}
    compiled.things.append(Thing(Kind.BANK, bank.key, titles, bank.where))
    places: dict[str, int] = {}
    for stimulus in bank.stimuli:
        compiled.groups[stimulus.key] = (bank.key, stimulus)
        parts = group_parts(stimulus.title, stimulus.text, bank.key)
        compiled.things.append(Thing(Kind.CASE_GROUP, stimulus.key, parts, stimulus.where))
        places.update(
            (item.key, place) for place, item in enumerate(bank.sharing(stimulus.key), start=1)
        )
    for item in bank.items:
        place = places.get(item.key, 0)
        compiled.items[item.key] = (bank.key, item, place)
        parts = {
            "words": content_sha256(item.body, item_facts(item)),
            "place": f"{item.purpose}/{item.position}",
            "case": case_part(item.stimulus.key if item.stimulus else "", place),
            "bank": bank.key,
        }
        compiled.things.append(Thing(Kind.ITEM, item.key, parts, item.where))


def group_parts(title: str, text: str, bank: str) -> dict[str, str]:
    """Return the parts of a case group that a plan compares."""
    return {"text": digest([title, text]), "bank": bank}


def case_part(group: str, place: int) -> str:
    """Return where an item stands in its case group; empty for one that stands alone."""
    return f"{group}/{place}" if group else ""


def item_facts(item: ItemFile) -> ItemFacts:
    """Return what an item is about, as the questions package has it."""
    cards = tuple(reference.key for reference in item.cards)
    return ItemFacts(item.lesson.key, item.point, cards, item.difficulty, item.red_line)


def _compile_course(compiled: Compiled, course: CourseFiles, versions: Mapping[str, int]) -> None:
    programme = course.programme
    if programme is None:
        return
    text = as_programme(programme)
    compiled.programmes[text.key] = text
    parts = {"text": text.sha256, "stages": " ".join(stage.key for stage in text.stages)}
    compiled.things.append(Thing(Kind.PROGRAMME, text.key, parts, programme.where))
    modules = {module.folder: module.key for module in programme.modules}
    for lesson in course.lessons:
        place = LessonPlace(
            text.key, modules[lesson.folder], _lesson_text(compiled, course, lesson, versions)
        )
        compiled.lessons[lesson.key] = place
        parts = lesson_parts(place.text, f"{text.key}/{place.module}/{place.text.position}")
        compiled.things.append(Thing(Kind.LESSON, lesson.key, parts, lesson.where))
    for quiz in course.quizzes:
        sha256 = quiz_digest(quiz, text.key)
        compiled.quizzes[quiz.key] = (text.key, quiz, sha256)
        compiled.things.append(Thing(Kind.QUIZ, quiz.key, {"text": sha256}, quiz.where))
    if course.conditions is not None:
        compiled.conditions[text.key] = course.conditions
        parts = {
            "text": conditions_fingerprint(course.conditions),
            "version": str(course.conditions.version),
        }
        compiled.things.append(
            Thing(Kind.CONDITIONS, text.key, parts, course.conditions.version_where)
        )


def as_programme(programme: ProgrammeFile) -> ProgrammeText:
    """Return an authored programme as the curriculum's value."""
    defense = {
        "weights": dict(programme.defense.weights),
        "cut_percent": programme.defense.cut_percent,
        "minimum_level": dict(programme.defense.minimum_level),
        "due_day": programme.defense.due_day,
    }
    stages = tuple(_stage(stage) for stage in programme.stages)
    words = [
        programme.title,
        programme.title_en,
        programme.summary,
        programme.summary_en,
        programme.post,
        programme.post_en,
    ]
    return ProgrammeText(
        key=programme.key,
        title=programme.title,
        title_en=programme.title_en,
        summary=programme.summary,
        summary_en=programme.summary_en,
        post=programme.post,
        post_en=programme.post_en,
        defense=defense,
        stages=stages,
        sha256=digest([words, defense, repr(stages)]),
    )


def _stage(stage: StageFile) -> StageText:
    return StageText(
        key=stage.key,
        title=stage.title,
        title_en=stage.title_en,
        due_day=stage.due_day,
        quiz_key=stage.quiz.key,
        modules=tuple(_module(module) for module in stage.modules),
    )


def _module(module: ModuleFile) -> ModuleText:
    return ModuleText(
        key=module.key,
        title=module.title,
        title_en=module.title_en,
        summary=module.summary,
        summary_en=module.summary_en,
        due_day=module.due_day,
        quiz_key=module.quiz.key,
        requires=tuple(reference.key for reference in module.requires),
    )


def _lesson_text(
    compiled: Compiled, course: CourseFiles, lesson: LessonFile, versions: Mapping[str, int]
) -> LessonText:
    keys = list(dict.fromkeys(reference.key for reference in (*lesson.shown, *lesson.cards)))
    cards = {
        key: card_html(compiled.cards[key][0], versions[key], CARD_WORDS)
        for key in keys
        if key in compiled.cards
    }

    def media_url(path: str) -> str:
        name = quote(path.removeprefix("media/"))
        # The digest in the address lets browsers keep a picture, and revises the lesson when it changes.
        return f"/media/{quote(course.key)}/{name}?v={course.media.get(path, '')[:8]}"

    blocks = tuple(
        {"key": block.key, "html": block.html, "heading": block.heading}
        for block in render_blocks(lesson.body, media_url=media_url, cards=cards)
    )
    text = LessonText(
        key=lesson.key,
        position=lesson.position,
        title=lesson.title,
        title_en=lesson.title_en,
        summary=lesson.summary,
        summary_en=lesson.summary_en,
        minutes=lesson.minutes,
        objectives=lesson.objectives,
        body=lesson.body,
        blocks=blocks,
        cards=tuple({"key": key, "version": versions[key]} for key in cards),
        sha256="",
    )
    parts = lesson_parts(text, "")
    return LessonText(
        **{name: getattr(text, name) for name in text.__slots__ if name != "sha256"},
        sha256=digest(parts),
    )


def lesson_parts(text: LessonText, place: str) -> dict[str, str]:
    """Return the parts of a lesson that a plan compares; ``place`` is programme, module and position."""
    head = [
        text.title,
        text.title_en,
        text.summary,
        text.summary_en,
        text.minutes,
        list(text.objectives),
    ]
    return {
        "head": digest(head),
        "body": digest(text.body),
        "cards": digest([dict(card) for card in text.cards]),
        "shown": digest([dict(block) for block in text.blocks]),
        "place": place,
    }


def quiz_sections(quiz: QuizFile) -> list[dict[str, object]]:
    """Return the sections as they are stored; points are text, so that no float touches them."""
    return [
        {
            "title": section.title,
            "bank": section.bank.key,
            "draw": section.draw,
            "points_each": str(section.points_each),
            **_section_narrowings(section),
        }
        for section in quiz.sections
    ]


def _section_narrowings(section: SectionFile) -> dict[str, object]:
    """Return what a section says beyond the usual: so a quiz that says nothing more keeps its digest."""
    said: dict[str, object] = {
        "points": [one.key for one in section.points],
        "tags": [one.key for one in section.tags],
        "difficulties": list(section.difficulties),
        "types": list(section.types),
        "items": [one.key for one in section.items],
    }
    flags = {"shuffle": section.shuffle, "shuffle_options": section.shuffle_options}
    return {
        **{name: value for name, value in said.items() if value},
        **{name: False for name, value in flags.items() if not value},
    }


def quiz_digest(quiz: QuizFile, programme_key: str) -> str:
    """Return the digest of everything that a quiz publishes."""
    return digest(
        {
            "title": quiz.title,
            "title_en": quiz.title_en,
            "kind": quiz.kind,
            "programme_key": programme_key,
            "gate_key": quiz.gate.key,
            "sections": quiz_sections(quiz),
            "minutes": quiz.minutes,
            "cut_percent": quiz.cut_percent,
            "red_line_all": quiz.red_line_all,
            "max_attempts": quiz.max_attempts,
            "wait_minutes": quiz.wait_minutes,
            "review": quiz.review,
        }
    )


def condition_items(conditions: ConditionsFile) -> list[dict[str, object]]:
    """Return the conditions as they are stored; ``source`` is what each is measured by."""
    return [
        {"key": item.key, "source": item.measured_by, **item.fields} for item in conditions.items
    ]


def conditions_fingerprint(conditions: ConditionsFile) -> str:
    """Return the digest that publishing these conditions will store."""
    items = condition_items(conditions)
    lines = [str(item["text"]) for item in items]
    lines_en = [str(item["text_en"]) for item in items]
    return fingerprint(
        {
            "title": conditions.title,
            "title_en": conditions.title_en,
            "items": items,
            "text": compose(conditions.title, conditions.text, lines),
            "text_en": compose(conditions.title_en, conditions.text_en, lines_en),
        }
    )


def digest(value: object) -> str:
    """Return the SHA-256 of a JSON value in canonical form."""
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
