"""The library's sentences in Chinese: ours are complete for what people meet, and still fit the library."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from babel.support import Translations

import lms.people

FOLDER = Path(lms.people.__file__).parent / "translations"
PLACES = re.compile(r"%\(\w+\)s")


def catalogue(path):
    with path.open("rb") as handle:
        return {m.id: m.string for m in read_po(handle) if m.id}


@pytest.fixture(scope="module")
def ours():
    return catalogue(FOLDER / "zh_Hans" / "LC_MESSAGES" / "flask_security.po")


@pytest.fixture(scope="module")
def theirs():
    return catalogue(Path(str(files("flask_security") / "translations" / "flask_security.pot")))


def test_every_sentence_of_ours_is_still_one_of_the_library(ours, theirs):
    assert set(ours) - set(theirs) == set()


def test_nothing_is_empty_and_every_place_is_kept(ours):
    for english, chinese in ours.items():
        assert chinese
        assert set(PLACES.findall(english)) == set(PLACES.findall(chinese)), english


def test_the_compiled_catalogue_is_found_under_our_name_of_the_language():
    found = Translations.load(str(FOLDER), ["zh_Hans"], "flask_security")
    assert found.ugettext("Account is disabled.") == "账号已停用，请联系人事或管理员。"
