"""Forms of markers: what is given for one answer, and what is changed afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from flask_babel import gettext, lazy_gettext
from wtforms import DecimalField, HiddenField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from lms.questions.domain.items import Essay
from lms.quizzes.domain.marking import steps_of
from lms.quizzes.models import EssayMark
from lms.quizzes.queries.marks import criteria_of
from lms.quizzes.services.marking import COMMENT_AT_MOST, GivenMark
from lms.quizzes.services.regrading import REASON_AT_MOST
from lms.units import as_points
from lms.web.form_base import Form

_PREFIX, _WHOLE = "c_", "points"


@dataclass(frozen=True, slots=True)
class PointRow:
    """A field in which points are given: up to how many, and the values offered side by side, if any."""

    field: DecimalField
    most: Decimal
    steps: tuple[Decimal, ...]


def _points(label: str, most: Decimal) -> DecimalField:
    """Return a field of points from 0 to ``most``, exact to 0.01."""

    def within(_form: Form, field: DecimalField) -> None:
        given = field.data
        if given is None or not given.is_finite() or not 0 <= given <= most:
            raise ValidationError(gettext("请填 0 到 %(most)s。", most=f"{most.normalize():f}"))
        if given != as_points(given):
            raise ValidationError(gettext("最多两位小数。"))

    missing = InputRequired(gettext("请给分。"))
    return DecimalField(label, places=None, validators=[missing, within])


class MarkForm(Form):
    """What a marker gives; ``form_for`` adds the points."""

    most: ClassVar[Mapping[str, Decimal]] = {}
    shown = HiddenField()
    comment = TextAreaField(
        lazy_gettext("评语（批完后学员会看到，不显示你的名字）"),
        validators=[
            Length(max=COMMENT_AT_MOST, message=lazy_gettext("最多 1000 字，请写短一些。"))
        ],
    )

    def point_rows(self) -> list[PointRow]:
        """Return the fields in which points are given, in the order of the rubric."""
        return [PointRow(self[name], most, steps_of(most)) for name, most in self.most.items()]

    def as_given(self) -> GivenMark:
        """Return what a valid form says."""
        values = {name: Decimal(self[name].data) for name in self.most}
        comment = self.comment.data or ""
        if _WHOLE in values:
            return GivenMark(points=values[_WHOLE], comment=comment)
        criteria = {name.removeprefix(_PREFIX): value for name, value in values.items()}
        return GivenMark(criteria, comment=comment)

    def round_shown(self) -> int:
        """Return the round for which the page was made; 1 for what cannot be read."""
        said = self.shown.data or ""
        return int(said) if said in {"1", "2", "3"} else 1


def form_for(
    essay: Essay, max_points: Decimal, *, shown: int, own: EssayMark | None = None
) -> MarkForm:
    """Return the form for an answer to ``essay``: a field for each line of its rubric, or one for the whole.

    Args:
        essay: The item.
        max_points: What it is worth, for an item without a rubric.
        shown: The round for which the page is made.
        own: The marker's mark, to be changed.
    """
    lines = {f"{_PREFIX}{line.id}": (line.text, line.points) for line in essay.rubric}
    asked = lines or {_WHOLE: (gettext("给分"), max_points)}
    fields = {name: _points(label, most) for name, (label, most) in asked.items()}
    most = {name: most for name, (_, most) in asked.items()}
    kind = type("OneMarkForm", (MarkForm,), {**fields, "most": most})
    form: MarkForm = kind(data=_data(own) | {"shown": str(shown)})
    return form


def _data(own: EssayMark | None) -> dict[str, object]:
    if own is None:
        return {}
    criteria: Mapping[str, Decimal] = criteria_of(own)
    given = {f"{_PREFIX}{name}": value for name, value in criteria.items()}
    return {**given, _WHOLE: own.points, "comment": own.comment}


class RegradeForm(Form):
    """What an essay earns now, and why; ``regrade_form`` adds the points."""

    reason = TextAreaField(
        lazy_gettext("为什么改（学员会看到）"),
        validators=[
            DataRequired(lazy_gettext("请写明原因，学员会看到它。")),
            Length(max=REASON_AT_MOST, message=lazy_gettext("最多 500 字，请写短一些。")),
        ],
    )


def regrade_form(max_points: Decimal, points: Decimal) -> RegradeForm:
    """Return the form that changes what an essay worth ``max_points`` earned."""
    fields = {_WHOLE: _points(gettext("改为几分"), max_points)}
    form: RegradeForm = type("OneRegradeForm", (RegradeForm,), fields)(data={_WHOLE: points})
    return form
