"""Setting in type: runs in a process of its own (``python -m lms.quizzes.press.setting``), as jobs come.

Only here are the libraries of the press loaded. What of authored text paper can show is decided here as well:
characters that our faces have, pictures that we keep.
"""

import pickle
import re
import sys
from collections.abc import Iterable, Mapping

from lms.config import ROOT
from lms.documents.fonts import SONG_BOLD, SONG_REGULAR, FontLibrary
from lms.documents.render import render_pdf
from lms.quizzes.press.jobs import Glyphs, Job
from lms.web.markdown import MEDIA_PATH

FONTS = FontLibrary(ROOT / "node_modules")
FACES = (SONG_REGULAR, SONG_BOLD)

GETA = "〓"
"""What Chinese printers set for a character that they have no type for."""

#: Joiners and variation selectors that make emoji; they are no characters of their own.
_INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\U000e0020-\U000e007f]")
_IMAGE = re.compile(r"<img [^>]*>")
_SRC = re.compile(r' src="([^"]*)"')
_ALT = re.compile(r' alt="([^"]*)"')


def list_unprintable(texts: Iterable[str]) -> list[str]:
    """Return the characters of ``texts`` that no face has, each once: they are printed as ``〓``."""
    return FONTS.missing_glyphs(_INVISIBLE.sub("", "".join(texts)), FACES)


def printable(html: str, pictures: Mapping[str, bytes]) -> str:
    """Return ``html`` with pictures by the names of assets, and without characters that no face has.

    Args:
        html: A whole document.
        pictures: Those that are kept, by name; any other picture is replaced by its description.
    """

    def shown(match: re.Match[str]) -> str:
        source, alt = _SRC.search(match[0]), _ALT.search(match[0])
        name = source[1].removeprefix(MEDIA_PATH) if source else ""
        words = alt[1] if alt else ""
        if name in pictures:
            return f'<img src="asset:{name}" alt="{words}">'
        return f'<span class="no-picture">{words}</span>'

    plain = _INVISIBLE.sub("", _IMAGE.sub(shown, html))
    missing = FONTS.missing_glyphs(plain, FACES)
    if missing:
        plain = re.sub("[" + re.escape("".join(missing)) + "]", GETA, plain)
    return plain


def set_job(job: Job) -> bytes:
    """Set a job and return it as PDF."""
    first, *further = [printable(page, job.pictures) for page in job.pages]
    font_css, assets = FONTS.css(FACES, {*job.always, *"".join([first, *further, job.filler])})
    return render_pdf(
        html=first,
        css=f"{font_css}\n{job.css}",
        assets={**assets, **job.pictures},
        title=job.title,
        lang=job.lang,
        created=job.created,
        further=further,
        filler=job.filler,
    )


def main() -> None:
    """Do what comes in, pickled by our own web process, and write out the result the same way."""
    asked = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own process, through a pipe
    done = list_unprintable(asked.texts) if isinstance(asked, Glyphs) else set_job(asked)
    pickle.dump(done, sys.stdout.buffer)


if __name__ == "__main__":
    main()
