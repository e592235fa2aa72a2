"""Forms of the defense: booking, cancelling, and the rater's sheet."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from typing_extensions import override
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    Field,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from lms.defense.domain.booking import LONGEST_MINUTES, SHORTEST_MINUTES
from lms.defense.domain.rubric import LEVELS, Rubric
from lms.defense.domain.sheet import TEXT_LIMIT, Entry, Finding, Gap, Sheet
from lms.web.form_base import Form

NO_BASIS = "none"
"""Value of the choice "no basis to judge"."""


class MomentField(DateTimeLocalField):
    """A date and time whose unreadable values get the sentence of a missing one."""

    @override
    def process_formdata(self, valuelist: list[object]) -> None:
        """Read the value, whatever the browser sent."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(gettext("请选择日期和时间。")) from error


class BookingForm(Form):
    """When, where and before whom."""

    starts_at = MomentField(
        _("日期和时间"),
        format="%Y-%m-%dT%H:%M",
        validators=[InputRequired(_("请选择日期和时间。"))],
    )
    minutes = IntegerField(
        _("时长（分钟）"),
        default=40,
        validators=[
            InputRequired(_("请填写时长。")),
            NumberRange(SHORTEST_MINUTES, LONGEST_MINUTES, _("时长请填 10 到 240 分钟。")),
        ],
    )
    room = StringField(
        _("地点"),
        validators=[
            DataRequired(_("请填写地点，例如“2 号会议室”或会议链接。")),
            Length(max=120, message=_("地点最多 120 个字。")),
        ],
    )
    raters = SelectMultipleField(
        _("评委（至少 3 位）"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        choices={},
    )
    note = TextAreaField(
        _("备注"), validators=[Length(max=1000, message=_("备注最多 1000 个字。"))]
    )

    anyway = BooleanField(_("我知道有人不在班上，照样安排"))

    def starts_at_utc(self, zone: ZoneInfo) -> dt.datetime:
        """Return the instant meant: what people type is in the organisation's zone."""
        if self.starts_at.data is None:
            raise ValueError("not validated")
        return self.starts_at.data.replace(tzinfo=zone).astimezone(dt.UTC)


class CancelForm(Form):
    """Why a defense is called off."""

    reason = TextAreaField(
        _("取消原因"),
        validators=[
            DataRequired(_("请写明原因，候选人和评委都会看到。")),
            Length(max=500, message=_("原因最多 500 个字。")),
        ],
    )


class SheetForm(Form):
    """A rater's sheet. ``sheet_form`` adds the fields of each criterion; the domain says what is missing."""

    strengths = TextAreaField(_("做得好的地方"))
    red_line = BooleanField(_("发现触碰红线的行为"))
    red_line_note = TextAreaField(_("红线情况说明"))

    def as_sheet(self, keys: Iterable[str]) -> Sheet:
        """Return what was filled in as the domain's value."""
        return Sheet(
            strengths=self.strengths.data or "",
            entries={key: self._entry(key) for key in keys},
            red_line=bool(self.red_line.data),
            red_line_note=self.red_line_note.data or "",
        )

    def show_gaps(self, gaps: Sequence[Finding]) -> None:
        """Put a sentence for each gap at its field."""
        for gap in gaps:
            name = f"{gap.criterion}_{gap.part}" if gap.criterion else gap.part
            field = self[name]
            field.errors = [*field.errors, _gap_words(gap.gap)]

    def _entry(self, key: str) -> Entry:
        chosen = str(self[f"{key}_level"].data or "")
        is_level = chosen in {str(level) for level in LEVELS}
        return Entry(
            level=int(chosen) if is_level else None,
            is_answered=is_level or chosen == NO_BASIS,
            comment=self[f"{key}_comment"].data or "",
            evidence=self[f"{key}_evidence"].data or "",
            evidence_on=self[f"{key}_evidence_on"].data,
        )


def sheet_form(rubric: Rubric) -> SheetForm:
    """Return the form of a sheet for ``rubric``, filled from the request."""
    fields: dict[str, Field] = {}
    english = is_english()
    for one in rubric.criteria:
        name = one.name_en if english else one.name
        choices = {str(level): str(level) for level in LEVELS}
        fields[f"{one.key}_level"] = RadioField(
            gettext("%(criterion)s：等级", criterion=name),
            choices={**choices, NO_BASIS: gettext("无法评价")},
            validate_choice=False,
        )
        fields[f"{one.key}_comment"] = TextAreaField(gettext("%(criterion)s：评语", criterion=name))
        fields[f"{one.key}_evidence_on"] = DateField(
            gettext("%(criterion)s：哪一天", criterion=name), validators=[Optional()]
        )
        fields[f"{one.key}_evidence"] = StringField(
            gettext("%(criterion)s：事实依据", criterion=name)
        )
    form: SheetForm = type("CriteriaSheetForm", (SheetForm,), fields)()
    return form


def is_english() -> bool:
    """Say whether this request is answered in English."""
    locale = get_locale()
    return locale is not None and locale.language == "en"


def _gap_words(gap: Gap) -> str:
    words: Mapping[Gap, str] = {
        Gap.LEVEL: gettext("请选一个等级，或选“无法评价”。"),
        Gap.COMMENT: gettext("请写一句评语：你看到了什么。"),
        Gap.EVIDENCE: gettext("1、2、5 级需要一条事实依据。"),
        Gap.EVIDENCE_DATE: gettext("请选这件事发生的日期。"),
        Gap.EVIDENCE_IN_FUTURE: gettext("日期不能晚于今天。"),
        Gap.STRENGTHS: gettext("请先写至少一条做得好的地方。"),
        Gap.RED_LINE_NOTE: gettext("请写明是什么行为、发生在哪一天。"),
        Gap.TOO_LONG: gettext("最多 %(limit)s 个字。", limit=TEXT_LIMIT),
    }
    return words[gap]
