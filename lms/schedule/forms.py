"""Forms of schedule."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired

from lms.web.form_base import Form


class ShiftFileForm(Form):
    """An xlsx with shifts."""

    file = FileField(_("排班表（.xlsx）"), validators=[FileRequired(_("请选一个文件。"))])
