"""Templates keep the content security policy and the escaping that the product relies on."""

import re

import pytest

from lms.config import ROOT

TEMPLATES = sorted((ROOT / "lms").rglob("templates/**/*.html"))
#: ``|safe`` is allowed where the value was sanitised when it was made: blocks of ``web.markdown`` and cards.
SANITISED = {"block.html", "html"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_inline_script_style_or_handler(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)
    assert not re.search(r"\sstyle=", text)
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+=\"", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_safe_only_where_sanitised(path):
    used = re.findall(r"\{\{\s*([^}]*?)\s*\|\s*safe", path.read_text(encoding="utf-8"))
    assert set(used) <= SANITISED


def test_every_template_compiles(app):
    failed = {}
    for path in TEMPLATES:
        name = str(path).split("/templates/", 1)[1]
        try:
            app.jinja_env.get_template(name)
        except Exception as error:
            failed[name] = str(error)
    assert failed == {}
