"""The web kit as one call: language, clock, security headers, errors, commit, static files of packages."""

import datetime as dt
from pathlib import Path

from babel import Locale
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    send_from_directory,
    session,
)
from flask.typing import ResponseReturnValue
from flask_babel import Babel, get_locale
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import StrictUndefined
from typing_extensions import override
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as WerkzeugResponse

from lms import clock
from lms.config import ROOT, Settings
from lms.db import db, will_write
from lms.errors import LmsError
from lms.web.access import PUBLIC, requires, wants_json
from lms.web.assets import init_assets
from lms.web.filters import register_filters
from lms.web.sessions import RememberedCookies
from lms.web.translating import init_translating

LANGUAGES = {"zh_Hans": "中文", "en": "English"}
MAX_UPLOAD_BYTES = 16 * 1024 * 1024
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
#: Files of npm packages that pages may load, by the name in the address.
PACKAGE_FILES = {"htmx.min.js": "htmx.org/dist/htmx.min.js"}


class OurCsrf(CSRFProtect):  # type: ignore[misc]  # the library is not typed
    """The library's tokens, and what a browser itself says of where a request comes from."""

    @override
    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse what another site made a browser send; tokens are asked for where the browser does not say.

        No page can set ``Sec-Fetch-Site``; browsers send it over https and on this machine.
        """
        if request.headers.get("Sec-Fetch-Site") == "same-origin":
            g.csrf_valid = True
            return
        super().protect(apply_exemptions=apply_exemptions)


csrf = OurCsrf()
blueprint = Blueprint(
    "web", __name__, template_folder="templates", static_folder="static", static_url_path="/static"
)


def init_web(app: Flask, settings: Settings) -> None:
    """Attach the kit to ``app``. Call before capabilities are registered."""
    app.session_interface = RememberedCookies()
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    #: Templates whose macro ``words(code, facts)`` knows sentences of a capability's error codes.
    app.config.setdefault("ERROR_WORD_TEMPLATES", ())
    app.config["MAX_CONTENT_LENGTH"] = MAX_UPLOAD_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = 2 * 1024 * 1024
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # the session's own life is the limit
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(Path(__file__).parent / "translations")
    app.config["BABEL_DEFAULT_LOCALE"] = "zh_Hans"
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = dt.timedelta(days=30)
    csrf.init_app(app)
    Babel(
        app,
        locale_selector=choose_locale,
        timezone_selector=lambda: settings.timezone,
    )
    init_translating(app)
    register_filters(app, settings)
    app.register_blueprint(blueprint)
    app.before_request(_begin)
    app.after_request(_finish)
    app.register_error_handler(LmsError, _on_lms_error)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(CSRFError, _on_csrf_error)
    app.register_error_handler(Exception, _on_crash)
    app.context_processor(_template_names)
    init_assets(app)


def choose_locale() -> str:
    """Return the language of this request: chosen now, the person's own, or the browser's."""
    chosen = session.get("lang")
    if chosen in LANGUAGES:
        return str(chosen)
    if current_user and current_user.is_authenticated and current_user.locale in LANGUAGES:
        return str(current_user.locale)
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-TW", "zh-HK", "en"])
    return "en" if best == "en" else "zh_Hans"


def _begin() -> None:
    g.now = clock.now_utc()
    will_write.set(request.method not in {"GET", "HEAD", "OPTIONS"})


def _finish(response: Response) -> Response:
    # The one commit: after the view, before the answer leaves. A failed commit becomes a 500.
    if db.session.registry.has():
        if response.status_code < 400:
            db.session.commit()
        else:
            db.session.rollback()
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if "Cache-Control" not in response.headers and request.endpoint != "web.static":
        # Pages hold personal data; a shared phone's back button must not show them after sign-out.
        response.headers["Cache-Control"] = "no-store"
    return response


def _template_names() -> dict[str, object]:
    locale = get_locale() or Locale.parse("zh_Hans")
    return {
        "now": g.get("now") or clock.now_utc(),
        "lang": "en" if locale.language == "en" else "zh-Hans",
        "languages": LANGUAGES,
        "error_word_templates": current_app.config["ERROR_WORD_TEMPLATES"],
        "me": current_user,
    }


def _error_page(status: int, code: str, facts: dict[str, object]) -> tuple[Response | str, int]:
    db.session.rollback()
    if wants_json():
        return jsonify(code=code, facts={k: str(v) for k, v in facts.items()}), status
    return render_template("web/error.html", status=status, code=code, facts=facts), status


def _on_lms_error(error: LmsError) -> ResponseReturnValue:
    page = _error_page(error.status, error.code, dict(error.facts))
    if "retry_after" in error.facts:
        return *page, {"Retry-After": str(error.facts["retry_after"])}
    return page


def _on_http_error(error: HTTPException) -> tuple[Response | str, int] | HTTPException:
    if error.code is None or error.code < 400:
        return error
    return _error_page(error.code, f"http_{error.code}", {})


def _on_csrf_error(error: CSRFError) -> tuple[Response | str, int]:
    return _error_page(400, "csrf", {"reason": str(error.description)})


def _on_crash(error: Exception) -> tuple[Response | str, int]:
    current_app.logger.error("unexpected error", exc_info=error)
    return _error_page(500, "crash", {})


@blueprint.get("/assets/<name>")
@requires(PUBLIC)
def package_file(name: str) -> Response:
    """Serve one file of an npm package, from the closed list."""
    if name not in PACKAGE_FILES:
        abort(404)
    return send_from_directory(ROOT / "node_modules", PACKAGE_FILES[name])


@blueprint.post("/language/<code>")
@requires(PUBLIC)
def choose_language(code: str) -> WerkzeugResponse:
    """Switch the language of this session."""
    if code not in LANGUAGES:
        abort(404)
    session["lang"] = code
    return redirect(local_path(request.form.get("next", "")))


def local_path(wanted: str) -> str:
    """Return ``wanted`` if it is a path of this site, else "/": no redirect leads to a stranger."""
    is_local = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if is_local else "/"
