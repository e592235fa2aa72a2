from lms.people.domain.roles import RoleName
from lms.people.queries import get_person, list_cohort_members
from tests.factories.people import add_role, make_cohort, make_person


def test_people_of_a_builder_are_seen_by_later_contexts(app):
    with app.app_context():
        person = make_person(name="周一")
        add_role(person, RoleName.TRAINER)
        person_id = person.id
        cohort_id = make_cohort(person).id
    with app.app_context():
        assert get_person(person_id).role_names == {"learner", "trainer"}
        assert [member.name for member in list_cohort_members(cohort_id)] == ["周一"]
