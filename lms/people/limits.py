"""How often a password or a code may be guessed, and what the sign-in page's script is told."""

from contextlib import suppress
from functools import wraps
from typing import Any

from flask import Flask, Response, current_app, jsonify, make_response, request, session
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_security import Security

from lms.errors import Busy

#: Failures of one identity from one address: a person mistypes a few times, a guesser needs thousands.
IDENTITY_LIMIT = "6 per minute; 30 per hour"
#: Failures from one address: a whole office signs in behind one of them at nine o'clock.
ADDRESS_LIMIT = "60 per minute; 600 per hour"
#: Reset mails for one address asked for from one place.
RESET_LIMIT = "3 per 10 minutes"

limiter = Limiter(get_remote_address, default_limits=[])


def init_limits(app: Flask) -> None:
    """Throttle guessing in ``app``; call when the library's views are there."""
    limiter.init_app(app)
    # Every limit here stands at its view, which asks by itself; nothing is limited before the view is known.
    with suppress(ValueError):  # not there where limits are switched off
        app.before_request_funcs[None].remove(limiter._check_request_limit)
    _limit(app)


def _limit(app: Flask) -> None:
    """Throttle guessing of passwords and codes; reading the pages is free, and so is what succeeds."""
    guessed = (
        ("security.login", _typed_identity),
        ("security.two_factor_token_validation", _second_step),
        ("security.mf_recovery", _second_step),
        ("security.verify", _signed_in),
        ("security.change_password", _signed_in),
    )
    for endpoint, key in guessed:
        view = app.view_functions[endpoint]
        view = _guard(view, IDENTITY_LIMIT, key=key, failures_only=True)
        view = _guard(view, ADDRESS_LIMIT, key=get_remote_address, failures_only=True)
        app.view_functions[endpoint] = view
    app.view_functions["security.login"] = _say_where(app.view_functions["security.login"])
    view = app.view_functions["security.forgot_password"]
    view = _guard(view, RESET_LIMIT, key=_typed_email, failures_only=False)
    view = _guard(view, ADDRESS_LIMIT, key=get_remote_address, failures_only=False)
    app.view_functions["security.forgot_password"] = view


def _say_where(view: Any) -> Any:  # noqa: ANN401
    """Answer the sign-in page's script in few words: where to go on, or that it has to wait.

    Led on as others are, it would open the next page twice.
    """

    @wraps(view)
    def answer(*args: object, **kwargs: object) -> ResponseReturnValue:
        says_where = "X-Says-Where" in request.headers
        library: Security = current_app.extensions["security"]
        try:
            if request.method == "POST":
                library.pwd_context.check_place()
            response = make_response(view(*args, **kwargs))
        except Busy as busy:
            if not says_where:
                raise
            return (
                jsonify(code=busy.code),
                busy.status,
                {"Retry-After": str(busy.facts["retry_after"])},
            )
        if says_where and response.status_code in {302, 303}:
            return jsonify(location=response.location)
        return response

    return answer


def _guard(view: Any, limit: str, *, key: Any, failures_only: bool) -> Any:  # noqa: ANN401 - decorators of a library
    return limiter.limit(
        limit,
        key_func=key,
        exempt_when=_only_reads,
        deduct_when=_has_failed if failures_only else None,
    )(view)


def _only_reads() -> bool:
    return request.method in {"GET", "HEAD", "OPTIONS"}


def _has_failed(response: Response) -> bool:
    """Say whether a password or code was wrong: what succeeds redirects, or answers JSON with 200."""
    # 503: nobody looked.
    return response.status_code not in {302, 303, 503} and not (
        response.is_json and response.status_code == 200
    )


def _typed_identity() -> str:
    typed = (request.form.get("identity") or "").strip().lower()[:100]
    return f"{get_remote_address()} {typed}"


def _typed_email() -> str:
    typed = (request.form.get("email") or "").strip().lower()[:254]
    return f"{get_remote_address()} {typed}"


def _second_step() -> str:
    return f"second {session.get('tf_user_id') or get_remote_address()}"


def _signed_in() -> str:
    who = current_user.get_id() if current_user.is_authenticated else get_remote_address()
    return f"again {who}"
