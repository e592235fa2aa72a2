"""Builders of the organisation's settings."""

from lms.db import db
from lms.organisation.queries import find_organisation
from lms.organisation.services import name_organisation
from tests.conftest import NOON


def switch_second_review(*, on: bool) -> None:
    """Switch the second person's review of items on or off; an organisation without a name gets one."""
    organisation = find_organisation()
    name_organisation(
        name=organisation.name if organisation else "云岫生活",
        name_latin=organisation.name_latin if organisation else "Yunxiu Living",
        serial_prefix=organisation.serial_prefix if organisation else "YX",
        signer_name=organisation.signer_name if organisation else "沈佳宁",
        signer_title=organisation.signer_title if organisation else "人力资源总监",
        signer_title_en=organisation.signer_title_en if organisation else "",
        second_review=on,
        actor_id=None,
        now=NOON,
    )
    db.session.commit()
