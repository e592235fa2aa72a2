"""A sentence with a singular and a plural is chosen by a number.

Jinja takes the first name of ``trans`` unless ``pluralize`` names another; Chinese has one form and does not mind,
English then fails.
"""

import re

import pytest

from lms.config import ROOT

SENTENCE = re.compile(r"\{%-?\s*trans\s+(.*?)-?%\}(.*?)\{%-?\s*endtrans", re.DOTALL)
PLURAL = re.compile(r"\{%-?\s*pluralize\s*(\w*)\s*-?%\}")
TEMPLATES = sorted(
    path for path in (ROOT / "lms").rglob("templates/**/*") if path.suffix in (".html", ".txt")
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_plurals_are_chosen_by_the_count(path) -> None:
    for names, sentence in SENTENCE.findall(path.read_text()):
        plural = PLURAL.search(sentence)
        if plural is not None:
            assert (plural[1] or names.split("=")[0].strip()) in ("count", "num"), names
