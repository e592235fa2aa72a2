"""Forms of probation: signing, contract dates, the decision. The domain judges; its findings land on the fields."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from lms.probation.domain.contract import ContractDates, ContractKind
from lms.probation.domain.decision import (
    ConditionLine,
    ConditionState,
    Draft,
    Outcome,
    UnionNotice,
)
from lms.probation.domain.finding import Finding
from lms.web.form_base import Form

REASON_LIMIT = 2000
Say = Callable[[Finding], str]
Choice = TypeVar("Choice", bound=StrEnum)


def _contract_kinds() -> dict[str, str]:
    return {
        ContractKind.FIXED_TERM.value: gettext("固定期限"),
        ContractKind.OPEN_ENDED.value: gettext("无固定期限"),
        ContractKind.TASK_BASED.value: gettext("以完成一定工作任务为期限"),
        ContractKind.PART_TIME.value: gettext("非全日制"),
    }


def _states() -> dict[str, str]:
    return {
        ConditionState.MET.value: gettext("达到"),
        ConditionState.NOT_MET.value: gettext("未达到"),
        ConditionState.NO_EVIDENCE.value: gettext("没有证据"),
    }


def _outcomes() -> dict[str, str]:
    return {
        Outcome.REGULAR.value: gettext("按期转正"),
        Outcome.EARLY.value: gettext("提前转正"),
        Outcome.NOT_MET.value: gettext("不符合录用条件"),
    }


def _unions() -> dict[str, str]:
    return {
        UnionNotice.NOTIFIED.value: gettext("已把理由通知工会"),
        UnionNotice.NO_UNION.value: gettext("本单位没有工会"),
    }


class SignForm(Form):
    """A signature under hiring conditions; it carries what exactly was shown."""

    conditions_id = HiddenField(validators=[InputRequired()])
    shown_sha256 = HiddenField(validators=[InputRequired()])
    typed_name = StringField(
        _("输入你的姓名"),
        validators=[InputRequired(_("请输入你的姓名。")), Length(max=80)],
        description=_("与劳动合同上的姓名一致。"),
    )
    agree = BooleanField(
        _("我已经读完并理解上面的全部内容，知道试用期会按这些条件考核"),
        validators=[InputRequired(_("读完后请勾选这一项。"))],
    )


class DatesForm(Form):
    """Contract and probation dates as the contract states them."""

    contract_kind = RadioField(
        _("合同类型"),
        choices=_contract_kinds,
        validators=[InputRequired(_("请选择合同类型。"))],
    )
    contract_starts_on = DateField(
        _("合同开始"),
        validators=[InputRequired(_("请填写日期。"))],
        description=_("合同上写的第一天。"),
    )
    contract_ends_on = DateField(
        _("合同结束"),
        validators=[Optional()],
        description=_("最后一天。无固定期限的不填。"),
    )
    probation_starts_on = DateField(
        _("试用期开始"),
        validators=[InputRequired(_("请填写日期。"))],
        description=_("通常和合同开始是同一天。"),
    )
    probation_ends_on = DateField(
        _("试用期最后一天"),
        validators=[InputRequired(_("请填写日期。"))],
        description=_("合同上写的最后一天，含当天。"),
    )
    reason = TextAreaField(
        _("更正原因"),
        validators=[Length(max=REASON_LIMIT)],
        description=_("只用来改正录入错误。延长试用期不是更正。"),
    )
    as_written = BooleanField(
        _("以上与双方签字的劳动合同原文一致"),
        validators=[InputRequired(_("请核对合同原文后勾选。"))],
    )

    def as_dates(self) -> ContractDates:
        """Return what was entered.

        Raises:
            ValueError: The form is not valid.
        """
        starts_on, begins_on = self.contract_starts_on.data, self.probation_starts_on.data
        ends_on = self.probation_ends_on.data
        if starts_on is None or begins_on is None or ends_on is None:
            raise ValueError("a date is missing")
        return ContractDates(
            kind=ContractKind(self.contract_kind.data),
            contract_starts_on=starts_on,
            contract_ends_on=self.contract_ends_on.data,
            probation_starts_on=begins_on,
            probation_ends_on=ends_on,
        )

    def show(self, findings: Iterable[Finding], say: Say) -> None:
        """Put each finding at its field."""
        for finding in findings:
            _add(self[finding.where], say(finding))


class LineForm(Form):
    """What HR found about one condition."""

    class Meta(Form.Meta):
        """Part of a form that has the token."""

        csrf = False

    condition = HiddenField()
    state = RadioField(
        _("结论"),
        choices=_states,
        validate_choice=False,
    )
    evidence = SelectMultipleField(
        _("依据的记录"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )
    evidence_note = TextAreaField(
        _("其他材料"),
        validators=[Length(max=REASON_LIMIT)],
        description=_("名称、日期、存放处，例如“11 月 20 日质检单 3 号，质检共享盘”。"),
    )
    reason = TextAreaField(
        _("理由"),
        validators=[Length(max=REASON_LIMIT)],
        description=_("未达到时必填：哪一天、什么事实、差多少。"),
    )

    def as_line(self) -> ConditionLine:
        """Return what was entered."""
        return ConditionLine(
            condition=self.condition.data or "",
            state=_member(ConditionState, self.state.data),
            reason=self.reason.data or "",
            evidence=tuple(self.evidence.data or ()),
            evidence_note=self.evidence_note.data or "",
        )


class DecisionForm(Form):
    """HR's decision; nothing is chosen beforehand."""

    lines = FieldList(FormField(LineForm), label=_("逐项核对"))
    outcome = RadioField(
        _("决定"),
        choices=_outcomes,
        validate_choice=False,
    )
    union = RadioField(
        _("工会"),
        choices=_unions,
        validate_choice=False,
        description=_("只有决定“不符合录用条件”时需要选。"),
    )
    exception_reason = TextAreaField(
        _("例外的理由"),
        validators=[Length(max=REASON_LIMIT)],
        description=_("还有关没有过，却决定转正时必填。会作为例外记录在案。"),
    )
    summary = TextAreaField(
        _("补充说明"),
        validators=[Length(max=REASON_LIMIT)],
        description=_("可不填。"),
    )

    @property
    def parts(self) -> dict[str, LineForm]:
        """The part of each condition, by its key."""
        return {part.form.condition.data or "": part.form for part in self.lines}

    def as_draft(self) -> Draft:
        """Return what was entered."""
        return Draft(
            outcome=_member(Outcome, self.outcome.data),
            lines=tuple(part.as_line() for part in self.parts.values()),
            summary=self.summary.data or "",
            exception_reason=self.exception_reason.data or "",
            union=_member(UnionNotice, self.union.data),
        )

    def show(self, findings: Iterable[Finding], say: Say) -> None:
        """Put each finding at its field, and those without a field at the form itself."""
        for finding in findings:
            field = self._field(finding.where)
            if field is None:
                self.form_errors.append(say(finding))
            else:
                _add(field, say(finding))
        of_lines = [part.errors for part in self.lines]
        self.lines.errors = of_lines if any(of_lines) else []

    def _field(self, where: str) -> Field | None:
        name, _separator, condition = where.partition(":")
        part = self.parts.get(condition) if condition else self
        if isinstance(part, LineForm) and name == "evidence" and not part.evidence.choices:
            # The product has no record of this condition: only other material can be named.
            name = "evidence_note"
        return part[name] if part is not None and name and name in part else None


def _add(field: Field, sentence: str) -> None:
    field.errors = [*field.errors, sentence]


def _member(kind: type[Choice], value: object) -> Choice | None:
    """Return the member of ``kind`` with this value; None for nothing chosen and for what was made up."""
    return next((member for member in kind if member.value == value), None)
