"""What candidates see afterwards, as fields for every form that sets it."""

from collections.abc import Mapping

from flask_babel import gettext, lazy_gettext
from wtforms import Field, RadioField, SelectMultipleField
from wtforms.validators import InputRequired

from lms.quizzes.domain.review import (
    RIGHT_AFTER_MINUTES,
    Moment,
    Part,
    ReviewMatrix,
    ReviewRule,
    matrix_as_stored,
    matrix_from_stored,
)
from lms.web.form_base import Form

OWN_CHOICE = "own"
"""Value of the choice that is made part by part."""


def review_words() -> list[tuple[str, str]]:
    """Return the usual review rules with what they mean to a candidate."""
    return [
        (ReviewRule.EVERYTHING.value, gettext("交卷后立即看到每题的作答、正确答案和讲解")),
        (
            ReviewRule.EVERYTHING_AFTER_CLOSE.value,
            gettext("先看每题对错，正确答案和讲解等考试时段结束后再看"),
        ),
        (ReviewRule.RESPONSES.value, gettext("只看自己的作答和每题对错，不看正确答案")),
        (ReviewRule.RESULT.value, gettext("只看得分和是否通过")),
    ]


def part_words() -> Mapping[Part, str]:
    """Return the word of each part of a result."""
    return {
        Part.RESPONSES: gettext("自己的作答"),
        Part.POINTS: gettext("每题得分"),
        Part.KEYS: gettext("正确答案"),
        Part.EXPLANATIONS: gettext("讲解"),
        Part.COMPARISON: gettext("和同场的人比"),
    }


def moment_words() -> Mapping[Moment, str]:
    """Return the words of each moment."""
    return {
        Moment.RIGHT_AFTER: gettext("交卷后 %(n)s 分钟内", n=RIGHT_AFTER_MINUTES),
        Moment.WHILE_OPEN: gettext("全场结束之前"),
        Moment.AFTER_CLOSE: gettext("全场结束之后"),
        Moment.AFTER_RELEASE: gettext("老师公布之后"),
    }


_WITHOUT_END = frozenset({Moment.WHILE_OPEN, Moment.AFTER_CLOSE})


def describe_review(stored: str) -> str:
    """Return what a stored review rule means to a candidate, in one or a few sentences."""
    usual = dict(review_words())
    if stored in usual:
        return usual[stored]
    matrix = matrix_from_stored(stored)
    names, moments = part_words(), moment_words()
    always = [part for part in Part if matrix.moments(part) >= _WITHOUT_END]
    groups = [(gettext("交卷后一直能看"), always)]
    for moment in Moment:
        here = [part for part in Part if moment in matrix.moments(part) and part not in always]
        groups.append((moments[moment], here))
    lines = [
        gettext(
            "%(moment)s：%(parts)s",
            moment=words,
            parts=gettext("、").join(names[part] for part in parts),
        )
        for words, parts in groups
        if parts
    ]
    said = gettext("；").join(lines)
    return str(gettext("得分和是否通过；%(parts)s。", parts=said))


class ReviewFields(Form):
    """A usual rule or one's own. Inherit, and include ``quizzes/_review_fields.html``."""

    review = RadioField(
        lazy_gettext("交卷后能看到什么"), validators=[InputRequired(lazy_gettext("请填写这一项。"))]
    )
    show_responses = SelectMultipleField(lazy_gettext("自己的作答"))
    show_points = SelectMultipleField(lazy_gettext("每题得分"))
    show_keys = SelectMultipleField(lazy_gettext("正确答案"))
    show_explanations = SelectMultipleField(lazy_gettext("讲解"))
    show_comparison = SelectMultipleField(lazy_gettext("和同场的人比"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.review.choices = [
            *review_words(),
            (OWN_CHOICE, gettext("自己定：勾选哪些内容、什么时候看")),
        ]
        for part in Part:
            self[f"show_{part.value}"].choices = list(moment_words().items())

    def validate_review(self, field: Field) -> None:
        """Refuse an own choice that chooses nothing: there is a usual rule for that."""
        if field.data == OWN_CHOICE and self._matrix() == ReviewMatrix():
            field.errors = [
                *field.errors,
                gettext("请在表里至少勾选一项；只公布得分的话，选“只看得分和是否通过”。"),
            ]

    def fill_review(self, stored: str) -> None:
        """Show this rule."""
        is_usual = stored in set(ReviewRule)
        self.review.data = stored if is_usual else OWN_CHOICE
        matrix = matrix_from_stored(stored)
        for part in Part:
            self[f"show_{part.value}"].data = (
                [] if is_usual else [one.value for one in Moment if one in matrix.moments(part)]
            )

    def as_review(self) -> str:
        """Return the rule asked for, as it is stored; call after the form has validated."""
        if self.review.data == OWN_CHOICE:
            return matrix_as_stored(self._matrix())
        return ReviewRule(self.review.data).value

    def _matrix(self) -> ReviewMatrix:
        return ReviewMatrix(
            **{
                part.value: frozenset(
                    Moment(one) for one in self[f"show_{part.value}"].data or () if one in _MOMENTS
                )
                for part in Part
            }
        )


_MOMENTS = frozenset(Moment)
