"""Builders of organisations and credentials."""

from lms.certificates.jobs import issue_and_render
from lms.certificates.models import Credential
from lms.certificates.queries import find_credential_of_enrolment
from lms.db import db
from lms.organisation.models import Organisation
from lms.organisation.services import name_organisation
from lms.people.models import Person
from lms.probation.domain.decision import Outcome
from lms.probation.models import Decision
from tests.conftest import NOON
from tests.factories.probation import make_case_ready, make_decision


def make_organisation(name: str = "云岫生活") -> Organisation:
    """Return the named organisation."""
    organisation = name_organisation(
        name=name,
        name_latin="Yunxiu Living",
        serial_prefix="YX",
        signer_name="沈佳宁",
        signer_title="人力资源总监",
        signer_title_en="Director of Human Resources",
        actor_id=None,
        now=NOON,
    )
    db.session.commit()
    return organisation


def make_positive_decision(person: Person | None = None) -> Decision:
    """Return HR's decision to keep the person."""
    return make_decision(make_case_ready(person), Outcome.REGULAR)


def make_credential(person: Person | None = None) -> Credential:
    """Return a credential whose documents were made."""
    make_organisation()
    decision = make_positive_decision(person)
    issue_and_render(NOON)
    credential = find_credential_of_enrolment(decision.file.enrolment_id)
    assert credential is not None
    return credential
