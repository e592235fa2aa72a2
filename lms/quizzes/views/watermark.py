"""The candidate's name behind the paper."""

from lms.people.models import Person


def watermark_text(person: Person) -> str:
    """Return what stands behind a paper: name and employee number."""
    return f"{person.name} {person.employee_no or ''}".strip()
