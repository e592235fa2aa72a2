"""Forms of people."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from typing_extensions import override
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from lms.people.domain.contacts import as_email, as_phone, as_username
from lms.people.domain.roles import RoleName, SupervisionKind
from lms.people.models import Cohort, Person
from lms.people.security import check_password
from lms.people.words import refusal_words, role_label
from lms.web.form_base import Form

_READERS: dict[str, Callable[[str], str]] = {
    "phone": as_phone,
    "email": as_email,
    "username": as_username,
}


def _readable(_form: object, field: Field) -> None:
    """Refuse a phone number, e-mail address or user name that cannot be stored."""
    try:
        _READERS[field.name](field.data)
    except ValueError as error:
        raise StopValidation(refusal_words(f"bad_{field.name}", {})) from error


class CheckboxList(SelectMultipleField):
    """Several choices, each with a box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PersonForm(Form):
    """A person's own data and roles."""

    name = StringField(_("姓名"), validators=[DataRequired(_("请填写姓名。")), Length(max=80)])
    name_latin = StringField(
        _("姓名拼音"),
        description=_("证书英文部分用，例如 Lin Xiaoman。可以以后再补。"),
        validators=[Length(max=120)],
    )
    phone = TelField(_("手机号"), validators=[Optional(), _readable])
    email = EmailField(_("邮箱"), validators=[Optional(), _readable])
    employee_no = StringField(_("工号"), validators=[Length(max=40)])
    username = StringField(
        _("用户名"),
        description=_("不填就用工号；没有工号就用手机号。登录时，用户名、手机号、邮箱都可以用。"),
        validators=[Optional(), _readable],
    )
    post = StringField(_("岗位"), validators=[Length(max=80)])
    hired_on = DateField(_("入职日期"), validators=[Optional()])
    roles = CheckboxList(_("角色"), validators=[InputRequired(_("至少选一个角色。"))])

    def offer_roles(self, grantable: Iterable[RoleName]) -> None:
        """Offer the roles that the acting person may grant."""
        self.roles.choices = [
            (role.value, role_label(role.value)) for role in RoleName if role in set(grantable)
        ]

    @override
    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, and that there is something to recognise the person by."""
        is_valid = super().validate(extra_validators)
        if not any((self.phone.data, self.email.data, self.employee_no.data)):
            self.phone.errors = [*self.phone.errors, refusal_words("no_identity", {})]
            return False
        return bool(is_valid)

    def refuse_taken(self, taken: dict[str, Person]) -> None:
        """Say at each field who has its value already."""
        for key, holder in taken.items():
            field = self._fields[key]
            field.errors = [*field.errors, refusal_words("taken", {"holder": holder.name})]


class NewPersonForm(PersonForm):
    """A new person, straight into a cohort and invited."""

    cohort = SelectField(_("放进期次"), coerce=str, validate_choice=True)
    with_invitation = BooleanField(
        _("马上邀请"),
        description=_(
            "邀请链接 7 天内有效，只能用一次。有邮箱就发邮件，没有就由管理员在发件箱里复制给本人。"
        ),
        default=True,
    )

    def offer_cohorts(self, cohorts: Sequence[Cohort]) -> None:
        """Offer the cohorts there are."""
        self.cohort.choices = cohort_choices(cohorts)


class EditPersonForm(PersonForm):
    """A person's data, roles, and whether the account may be used."""

    is_active = BooleanField(
        _("账号可用"), description=_("取消勾选后，这个人马上退出登录，也不能再登录。记录都保留。")
    )


class SupervisorForm(Form):
    """Who leads or mentors somebody, since when."""

    kind = SelectField(_("关系"))
    supervisor = SelectField(_("谁"), coerce=int)
    since_on = DateField(_("从哪天起"), validators=[InputRequired()])

    def offer(self, persons: Sequence[Person]) -> None:
        """Offer the kinds, and the persons who may lead or mentor."""
        self.kind.choices = [
            (SupervisionKind.LEAD.value, gettext("组长")),
            (SupervisionKind.MENTOR.value, gettext("带教老师")),
        ]
        self.supervisor.choices = [
            (person.id, f"{person.name}（{person.employee_no or person.username}）")
            for person in persons
        ]


class CohortForm(Form):
    """A cohort."""

    name = StringField(_("名称"), validators=[DataRequired(_("请填写名称。")), Length(max=80)])
    starts_on = DateField(_("开始日期"), validators=[InputRequired()])
    note = TextAreaField(_("备注"), validators=[Length(max=500)])


class RosterForm(Form):
    """An xlsx with new people."""

    file = FileField(_("花名册文件（.xlsx）"), validators=[FileRequired(_("请选一个文件。"))])
    cohort = SelectField(_("放进期次"), coerce=str)

    def offer_cohorts(self, cohorts: Sequence[Cohort]) -> None:
        """Offer the cohorts there are."""
        self.cohort.choices = cohort_choices(cohorts)


class InvitationForm(Form):
    """The first password."""

    password = PasswordField(
        _("设置密码"),
        description=_("至少 8 位。用一句只有你知道的话，比带符号的短密码更安全，也更好记。"),
        validators=[InputRequired(), Length(max=128)],
    )
    password_again = PasswordField(_("再输一次"), validators=[InputRequired()])

    def __init__(self, person: Person) -> None:
        super().__init__()
        self._person = person
        #: The password as it is hashed, once the form is valid.
        self.normal = ""

    def validate_password(self, field: PasswordField) -> None:
        """Refuse what a guesser tries first."""
        problems, self.normal = check_password(field.data or "", self._person)
        if problems:
            raise StopValidation(problems[0])

    def validate_password_again(self, field: PasswordField) -> None:
        """Both must be the same."""
        if field.data != self.password.data:
            raise StopValidation(gettext("两次输入的密码不一样，请再输一次。"))


class PrivacyForm(Form):
    """The acceptance of the privacy notice; never ticked beforehand."""

    accepted = BooleanField(
        _("我已阅读并了解以上说明"), validators=[InputRequired(_("请先勾选，再继续。"))]
    )


def cohort_choices(cohorts: Sequence[Cohort]) -> list[tuple[str, str]]:
    """Return the cohorts as choices, none of them first."""
    return [("", gettext("先不放")), *((str(cohort.id), cohort.name) for cohort in cohorts)]
