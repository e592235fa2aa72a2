"""The form in which a trainer writes a quiz."""

from collections.abc import Iterable
from decimal import Decimal

from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DecimalField,
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from lms.quizzes.domain.fitting import Misfit, MisfitKind
from lms.quizzes.domain.plan_editing import (
    DRAW_AT_MOST,
    POINTS_AT_MOST,
    SECTIONS_AT_MOST,
    TITLE_AT_MOST,
    SectionDraft,
)
from lms.quizzes.domain.sittings import MAX_ATTEMPTS, MAX_MINUTES, MAX_WAIT_MINUTES
from lms.quizzes.domain.specification import Section
from lms.quizzes.forms.review import ReviewFields
from lms.quizzes.models import Quiz
from lms.quizzes.services.quizzes import QuizFields

_MISSING = lazy_gettext("请填写这一项。")


class QuizForm(ReviewFields):
    """A quiz without its sections, which come and go and are read by ``read_sections``."""

    title = StringField(
        lazy_gettext("名称"),
        validators=[
            DataRequired(_MISSING),
            Length(max=120, message=lazy_gettext("最多 120 个字。")),
        ],
    )
    title_en = StringField(
        lazy_gettext("英文名称"),
        validators=[Length(max=160, message=lazy_gettext("最多 160 个字。"))],
    )
    gate = SelectField(lazy_gettext("通过后算完成"), validators=[InputRequired(_MISSING)])
    minutes = IntegerField(
        lazy_gettext("每次作答时长（分钟）"),
        default=20,
        validators=[
            InputRequired(_MISSING),
            NumberRange(1, MAX_MINUTES, lazy_gettext("请填 1 到 480 之间的整数。")),
        ],
    )
    cut_percent = DecimalField(
        lazy_gettext("及格线（%）"),
        default=Decimal(80),
        places=None,
        validators=[
            InputRequired(_MISSING),
            NumberRange(1, 100, lazy_gettext("请填 1 到 100 之间的数。")),
        ],
    )
    max_attempts = IntegerField(
        lazy_gettext("每人可考次数"),
        default=3,
        validators=[
            InputRequired(_MISSING),
            NumberRange(1, MAX_ATTEMPTS, lazy_gettext("请填 1 到 10 之间的整数。")),
        ],
    )
    wait_minutes = IntegerField(
        lazy_gettext("两次之间至少间隔（分钟）"),
        default=720,
        validators=[
            InputRequired(_MISSING),
            NumberRange(0, MAX_WAIT_MINUTES, lazy_gettext("请填 0 到 20160（14 天）之间的整数。")),
        ],
    )
    red_line_all = BooleanField(lazy_gettext("抽到的红线题必须全部答对"))
    based_on = HiddenField()

    def fill_from(self, quiz: Quiz) -> None:
        """Show what a quiz says."""
        for name in (
            "title",
            "title_en",
            "minutes",
            "max_attempts",
            "wait_minutes",
            "red_line_all",
        ):
            self[name].data = getattr(quiz, name)
        self.cut_percent.data = Decimal(f"{quiz.cut_percent.normalize():f}")
        self.gate.data = f"{quiz.kind}/{quiz.programme_key}/{quiz.gate_key}"
        self.based_on.data = quiz.sha256
        self.fill_review(quiz.review)

    def validate_cut_percent(self, field: Field) -> None:
        """Refuse more than two decimals: the stored value would be another one than the one shown."""
        if field.data is not None and field.data != round(field.data, 2):
            field.errors = [*field.errors, gettext("最多两位小数。")]

    def as_fields(self, sections: Iterable[Section]) -> QuizFields:
        """Return what is said; call after the form has validated."""
        kind, programme_key, gate_key = str(self.gate.data).split("/")
        title = str(self.title.data)
        return QuizFields(
            title=title,
            title_en=self.title_en.data or title,
            kind=kind,
            programme_key=programme_key,
            gate_key=gate_key,
            sections=tuple(sections),
            minutes=int(self.minutes.data or 0),
            cut_percent=Decimal(self.cut_percent.data or 0),
            red_line_all=bool(self.red_line_all.data),
            max_attempts=int(self.max_attempts.data or 0),
            wait_minutes=int(self.wait_minutes.data or 0),
            review=self.as_review(),
        )


def read_sections(values: MultiDict[str, str]) -> list[SectionDraft]:
    """Return the sections as the form sends them; what belongs to another bank is left behind."""
    number = values.get("sections", 1, type=int)
    return [_read_section(values, f"s{place}-") for place in range(min(number, SECTIONS_AT_MOST))]


def _read_section(values: MultiDict[str, str], at: str) -> SectionDraft:
    bank = values.get(f"{at}bank", "").strip()
    is_same = values.get(f"{at}was") == bank

    def chosen(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(values.getlist(f"{at}{name}"))) if is_same else ()

    return SectionDraft(
        title=values.get(f"{at}title", "").strip(),
        bank=bank,
        draw=values.get(f"{at}draw", "").strip(),
        points_each=values.get(f"{at}points_each", "").strip(),
        is_picked=values.get(f"{at}how") == "picked",
        points=chosen("points"),
        tags=chosen("tags"),
        difficulties=chosen("difficulties"),
        types=chosen("types"),
        items=chosen("items"),
        shuffle=values.get(f"{at}order") != "given",
        shuffle_options=values.get(f"{at}options") != "given",
        words=values.get(f"{at}words", "").strip()[:100],
    )


def slip_words() -> dict[str, str]:
    """Return the sentence of each slip that ``plan_editing.find_slips`` finds."""
    return {
        "bank_missing": gettext("请选一个题库。"),
        "title_long": gettext("小标题最多 %(n)s 个字。", n=TITLE_AT_MOST),
        "items_missing": gettext("还没有选题，请先搜索再加入。"),
        "items_many": gettext("最多选 %(n)s 道题。", n=DRAW_AT_MOST),
        "draw_bad": gettext("抽几道题，请填 1 到 %(n)s 之间的整数。", n=DRAW_AT_MOST),
        "points_bad": gettext(
            "每题分值请填大于 0、不超过 %(n)s 的数，最多两位小数。", n=POINTS_AT_MOST
        ),
    }


def misfit_words(misfit: Misfit) -> str:
    """Return why a paper cannot be drawn, as a sentence."""
    facts = {"needed": misfit.needed, "found": misfit.found}
    if misfit.kind is MisfitKind.GROUPS:
        words = gettext(
            "共用材料的题要一起抽，符合条件的题凑不出正好 %(needed)s 道，请改题数。", **facts
        )
    elif misfit.kind is MisfitKind.OVERLAP:
        words = gettext("几个部分要抽的是同一些题，合起来不够分，请减少题数或放宽条件。")
    elif misfit.kind is MisfitKind.TWICE:
        words = gettext("有的题在两个部分里都选了，请留下一处。")
    elif misfit.section is None:
        words = gettext("这个题库共抽 %(needed)s 道，只有 %(found)s 道可用。", **facts)
    else:
        words = gettext("要 %(needed)s 道，只有 %(found)s 道可用。", **facts)
    return str(words)
