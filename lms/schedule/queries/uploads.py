"""Reading uploaded shift rosters."""

from lms.db import db
from lms.errors import NotFound
from lms.schedule.models import ShiftUpload


def get_shift_upload(upload_id: int) -> ShiftUpload:
    """Return one upload.

    Raises:
        NotFound: There is none, or no longer.
    """
    upload = db.session.get(ShiftUpload, upload_id)
    if upload is None:
        raise NotFound("shift_upload", id=upload_id)
    return upload
