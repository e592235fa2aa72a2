"""Typography that CSS leaves to the author."""

import re

THIN_SPACE = "\u2009"

_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LATIN = "0-9A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_SEAM = re.compile(
    f"(?<=[{_HAN}])[ {THIN_SPACE}]?(?=[{_LATIN}])|(?<=[{_LATIN}%‰℃])[ {THIN_SPACE}]?(?=[{_HAN}])"
)


def cjk_latin_spacing(text: str) -> str:
    """Set a thin space between Han and Latin letters or digits, in place of none or of one plain space.

    WeasyPrint has no ``text-autospace``. The result is stable: spacing it again changes nothing.
    Not for names: a name must be found by the characters it is written with.
    """
    return _SEAM.sub(THIN_SPACE, text)
