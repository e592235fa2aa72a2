"""What the process that sets type is asked, and asking it.

WeasyPrint and the shaper would cost every web process a second of start and 28 MB for something that a trainer asks
for twice a month; so a process is started for each job and ends with it.
"""

import datetime as dt
import pickle
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from lms.config import ROOT

_SETTING = "lms.quizzes.press.setting"
_SECONDS = 300
"""Twenty papers of sixty items take less than a minute; what takes longer has gone wrong."""


@dataclass(frozen=True, slots=True)
class Job:
    """Documents to be set in one file.

    Attributes:
        pages: Each a whole document in HTML, with page numbers of its own.
        filler: A page put behind those with an odd number of pages; empty for none.
        pictures: By the name of the asset.
        css: Their style sheet, without the faces.
        always: Characters that the style sheet sets by itself.
        title: Title in the PDF's metadata.
        lang: A BCP 47 tag.
        created: Instant in the PDF's metadata.
    """

    pages: Sequence[str]
    filler: str
    pictures: Mapping[str, bytes]
    css: str
    always: str
    title: str
    lang: str
    created: dt.datetime


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The question which characters no face has."""

    texts: tuple[str, ...]


def set_in_type(job: Job) -> bytes:
    """Return the PDF of a job.

    Raises:
        RuntimeError: The process failed; its last words are in the message.
    """
    return cast("bytes", _ask(job))


def list_unprintable(texts: Iterable[str]) -> list[str]:
    """Return the characters of ``texts`` that no face has, each once: they are printed as ``〓``."""
    return list(_unprintable("".join(sorted(set("".join(texts))))))


@lru_cache(maxsize=256)
def _unprintable(characters: str) -> tuple[str, ...]:
    return tuple(cast("list[str]", _ask(Glyphs((characters,)))))


def _ask(question: Job | Glyphs) -> object:
    done = subprocess.run(  # noqa: S603 - our own module, a fixed command
        [sys.executable, "-m", _SETTING],
        cwd=ROOT,
        input=pickle.dumps(question),
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"setting type failed: {done.stderr.decode(errors='replace')[-2000:]}")
    return pickle.loads(done.stdout)  # noqa: S301 - from a process that we started
