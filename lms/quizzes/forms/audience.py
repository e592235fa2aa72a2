"""Whom a sitting is for, as fields of the form that schedules it."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext, lazy_gettext
from wtforms import RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from lms.curriculum.models import Enrolment
from lms.people.models import Cohort
from lms.quizzes.domain.sittings import Audience
from lms.quizzes.queries import Team
from lms.web.form_base import Form


class AudienceFields(Form):
    """A cohort, a team or persons by name; only the fields of what is chosen are looked at."""

    audience = RadioField(
        lazy_gettext("范围"),
        default=Audience.COHORT.value,
        validate_choice=False,
    )
    cohort = SelectField(lazy_gettext("期次"), coerce=int, validate_choice=False)
    team = SelectField(lazy_gettext("组长"), coerce=int, validate_choice=False)
    person_words = StringField(lazy_gettext("找人"), validators=[Length(max=100)])
    persons = SelectMultipleField(
        lazy_gettext("人员"),
        coerce=int,
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    @property
    def chosen_audience(self) -> Audience:
        """Whom the sitting is for."""
        said = self.audience.data
        return Audience(said) if said in set(Audience) else Audience.COHORT

    @property
    def audience_field(self) -> str:
        """The name of the field that says who, for what is wrong with it."""
        return str(self.chosen_audience)

    def set_audience(
        self, cohorts: Sequence[Cohort], teams: Sequence[Team], persons: Sequence[Enrolment]
    ) -> None:
        """Offer these cohorts, teams and persons."""
        self.audience.choices = [
            (Audience.COHORT.value, gettext("整个期次")),
            (Audience.TEAM.value, gettext("一个小组")),
            (Audience.PERSONS.value, gettext("指定的人")),
        ]
        self.cohort.choices = [(cohort.id, cohort.name) for cohort in cohorts]
        self.team.choices = [
            (
                team.lead_id,
                gettext("%(name)s 组（%(n)s 人）", name=team.name, n=len(team.person_ids)),
            )
            for team in teams
        ]
        self.persons.choices = [
            (one.person_id, " ".join(filter(None, (one.person.name, one.person.employee_no))))
            for one in persons
        ]

    def validate(self, extra_validators: Mapping[str, object] | None = None) -> bool:
        """Refuse a cohort or a team that is not offered; persons are judged by whoever knows the quiz."""
        is_good = bool(super().validate(extra_validators))
        self.audience.data = self.chosen_audience.value
        chosen = self[self.audience_field]
        if self.chosen_audience is Audience.PERSONS:
            return is_good
        if chosen.data in {value for value, _ in chosen.choices}:
            return is_good
        chosen.errors = [gettext("请选一个。")]
        return False
