"""Session cookies, checked once: a browser sends the same signed cookie with every request of an exam."""

import time
from collections.abc import Mapping

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature
from typing_extensions import override

KEPT_AT_MOST = 10_000


class RememberedCookies(SecureCookieSessionInterface):
    """The framework's signed cookies; the content of one whose signature was checked is kept until it expires."""

    def __init__(self) -> None:
        super().__init__()
        self._kept: dict[str, tuple[float, Mapping[str, object]]] = {}

    @override
    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of a request; an empty one where the cookie is missing, forged or too old."""
        cookie = request.cookies.get(self.get_cookie_name(app))
        if cookie is None:
            return super().open_session(app, request)
        known = self._kept.get(cookie)
        if known is not None and time.time() < known[0]:
            return self.session_class(known[1])
        serializer = self.get_signing_serializer(app)
        if serializer is None:
            return None
        lifetime = app.permanent_session_lifetime.total_seconds()
        try:
            content, signed_at = serializer.loads(
                cookie, max_age=int(lifetime), return_timestamp=True
            )
        except BadSignature:
            return self.session_class()
        # What is kept is handed to many requests, so nothing in it may be changed by one.
        if all(isinstance(one, str | int | float | None) for one in content.values()):
            if len(self._kept) >= KEPT_AT_MOST:
                self._kept.clear()
            self._kept[cookie] = (signed_at.timestamp() + lifetime, content)
        return self.session_class(content)
