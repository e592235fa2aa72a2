"""Reading a programme, its quizzes and its hiring conditions."""

from collections.abc import Sequence
from pathlib import Path

from lms.content.domain.values import (
    ConditionFile,
    ConditionsFile,
    DefenseFile,
    ModuleFile,
    ProgrammeFile,
    QuizFile,
    SectionFile,
    StageFile,
)
from lms.content.reading.fields import Fields
from lms.content.reading.sources import Source
from lms.defense.domain.anchors import CRITERIA as CRITERION_TEXTS
from lms.defense.domain.rubric import LEVELS, TOP_LEVEL
from lms.questions.domain.identity import DIFFICULTIES
from lms.questions.domain.items import ItemType

CRITERIA = tuple(text.key for text in CRITERION_TEXTS)
TYPES = tuple(kind.value for kind in ItemType)
QUIZ_KINDS = ("module_quiz", "stage_test")
CONDITION_TEXTS = (
    "text", "text_en", "data", "data_en", "period", "period_en", "threshold", "threshold_en", "judge", "judge_en",
)  # fmt: skip
#: What a condition is measured by. The product brings evidence for the first three by itself.
MEASURES = (
    "module_quiz", "stage_test", "defense", "typing", "kpi", "quality_check", "conduct", "handover", "documents",
)  # fmt: skip
MAX_DAY = 366
POST_LENGTH = 80
CONDITION_KEY_LENGTH = 40
CONDITIONS_TITLE_LENGTH = 160
CONDITIONS_TITLE_EN_LENGTH = 200


def read_programme(source: Source, path: Path) -> ProgrammeFile | None:
    """Read ``programme.yml``; None after noting why it cannot be read."""
    node = source.yaml(path)
    if node is None:
        return None
    fields = Fields(node, source.name(path), source.report)
    programme = ProgrammeFile(
        where=fields.where(),
        key=fields.key(),
        title=fields.title(),
        title_en=fields.title_en(),
        summary=fields.text("summary"),
        summary_en=fields.text("summary_en"),
        post=fields.text("post", at_most=POST_LENGTH),
        post_en=fields.text("post_en", at_most=POST_LENGTH),
        stages=tuple(_read_stage(each) for each in fields.children("stages")),
        defense=_read_defense(fields.child("defense")),
    )
    fields.finish()
    return programme if programme.key else None


def _read_stage(fields: Fields) -> StageFile:
    stage = StageFile(
        where=fields.where(),
        key=fields.key(),
        title=fields.title(),
        title_en=fields.title_en(),
        due_day=fields.number("due_day", 1, MAX_DAY),
        quiz=fields.reference("quiz"),
        modules=tuple(_read_module(each) for each in fields.children("modules")),
    )
    fields.finish()
    return stage


def _read_module(fields: Fields) -> ModuleFile:
    module = ModuleFile(
        where=fields.where(),
        key=fields.key(),
        folder=fields.text("folder"),
        title=fields.title(),
        title_en=fields.title_en(),
        summary=fields.text("summary"),
        summary_en=fields.text("summary_en"),
        due_day=fields.number("due_day", 1, MAX_DAY),
        quiz=fields.reference("quiz"),
        requires=fields.references("requires", required=False),
    )
    fields.finish()
    return module


def _read_defense(fields: Fields) -> DefenseFile:
    """Read what ``lms.defense.domain.rubric.rubric_from_settings`` takes."""
    defense = DefenseFile(
        where=fields.where(),
        due_day=fields.number("due_day", 1, MAX_DAY),
        cut_percent=fields.number("cut_percent", 0, 100),
        weights=_read_weights(fields),
        minimum_level=fields.numbers("minimum_level", CRITERIA, LEVELS[0], TOP_LEVEL),
    )
    fields.finish()
    return defense


def _read_weights(fields: Fields) -> dict[str, int]:
    before, line = len(fields.report.issues), fields.line_of("weights")
    weights = fields.numbers("weights", CRITERIA, 1, 99)
    total = sum(weights.values())
    if total != 100 and len(fields.report.issues) == before:
        fields.error("weights_not_100", "weights", f"must add up to 100, not {total}", line)
    return weights


def read_quizzes(source: Source, folder: Path, reviews: Sequence[str]) -> tuple[QuizFile, ...]:
    """Read every quiz of a course; ``reviews`` are the review rules that exist."""
    quizzes = []
    for path in source.files(folder, ".yml"):
        node = source.yaml(path)
        if node is None:
            continue
        fields = Fields(node, source.name(path), source.report)
        quiz = _read_quiz(fields, reviews)
        fields.finish()
        if quiz.key:
            quizzes.append(quiz)
    return tuple(quizzes)


def _read_quiz(fields: Fields, reviews: Sequence[str]) -> QuizFile:
    kind = fields.choice("kind", QUIZ_KINDS)
    is_stage_test = kind == "stage_test" or (not kind and fields.has("stage"))
    return QuizFile(
        where=fields.where(),
        key=fields.key(),
        title=fields.title(),
        title_en=fields.title_en(),
        kind=kind,
        gate=fields.reference("stage" if is_stage_test else "module"),
        minutes=fields.number("minutes", 1, 600),
        cut_percent=fields.number("cut_percent", 0, 100),
        red_line_all=fields.flag("red_line_all"),
        max_attempts=fields.number("max_attempts", 1, 100),
        wait_minutes=fields.number("wait_minutes", 0, 60 * 24 * 60),
        review=fields.choice("review", reviews),
        sections=tuple(_read_section(each) for each in fields.children("sections")),
    )


def _read_section(fields: Fields) -> SectionFile:
    title = fields.text("title", may_be_empty=True)
    bank = fields.reference("bank")
    draw_line, has_draw = fields.line_of("draw"), fields.has("draw")
    is_picked = fields.has("items")
    items = fields.references("items", required=False)
    section = SectionFile(
        where=fields.where(),
        title=title,
        bank=bank,
        draw=fields.number("draw", 1, 200, default=len(items) if is_picked else None),
        points_each=fields.decimal("points_each", default="1"),
        points=fields.references("points", required=False),
        tags=fields.references("tags", required=False),
        difficulties=_read_choices(fields, "difficulties", DIFFICULTIES),
        types=_read_choices(fields, "types", TYPES),
        items=items,
        shuffle=fields.flag("shuffle", default=True),
        shuffle_options=fields.flag("shuffle_options", default=True),
    )
    if is_picked:
        _check_picked(fields, section, draw_line if has_draw else fields.line)
    elif not section.shuffle:
        fields.error("nothing_to_order", "shuffle", "is only for items picked by hand")
    fields.finish()
    return section


def _read_choices(fields: Fields, field: str, allowed: Sequence[str]) -> tuple[str, ...]:
    """Read a list of ``allowed`` words."""
    found = fields.references(field, required=False)
    for one in found:
        if one.key not in allowed:
            problem = f"must be one of {', '.join(allowed)}, not {one.key!r}"
            fields.report.error("unknown_value", one.where, f"{one.where.field} {problem}")
    return tuple(one.key for one in found if one.key in allowed)


def _check_picked(fields: Fields, section: SectionFile, line: int) -> None:
    """Note what contradicts items that are picked by hand."""
    keys = [item.key for item in section.items]
    if not keys:
        fields.error("empty_field", "items", "must name an item")
    if len(set(keys)) != len(keys):
        fields.error("item_twice", "items", "names an item twice")
    if section.is_narrowed:
        fields.error("picked_and_narrowed", "items", "are picked by hand: leave the narrowings out")
    if keys and section.draw != len(keys):
        problem = f"is {section.draw}, but {len(keys)} items are picked: leave it out"
        fields.error("draw_of_picked", "draw", problem, line)


def read_conditions(source: Source, path: Path) -> ConditionsFile | None:
    """Read ``conditions.yml``; None after noting why it cannot be read."""
    node = source.yaml(path)
    if node is None:
        return None
    fields = Fields(node, source.name(path), source.report)
    conditions = ConditionsFile(
        where=fields.where(),
        version_where=fields.where("version", fields.line_of("version")),
        version=fields.number("version", 1, 10_000),
        title=fields.text("title", at_most=CONDITIONS_TITLE_LENGTH),
        title_en=fields.text("title_en", at_most=CONDITIONS_TITLE_EN_LENGTH),
        items=tuple(_read_condition(each) for each in fields.children("items")),
        text=fields.markdown("text"),
        text_en=fields.markdown("text_en"),
    )
    fields.text("note_for_customer", required=False)  # for whoever adapts the file; not published
    fields.finish()
    return conditions


def _read_condition(fields: Fields) -> ConditionFile:
    condition = ConditionFile(
        where=fields.where(),
        key=fields.key("key", at_most=CONDITION_KEY_LENGTH),
        measured_by=fields.choice("measured_by", MEASURES),
        fields={name: fields.markdown(name) for name in CONDITION_TEXTS},
    )
    fields.finish()
    return condition
