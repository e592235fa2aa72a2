"""Permission as a value: a policy marks a route, guards it, and can be asked anywhere."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

from flask import current_app, g, has_request_context, request
from flask_login import current_user

from lms.errors import NotAllowed


class Actor(Protocol):
    """What a policy may look at."""

    @property
    def is_authenticated(self) -> bool:
        """Whether somebody is signed in."""

    @property
    def role_names(self) -> frozenset[str]:
        """Names of the roles held."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A named predicate over the acting person; combine with ``|`` and ``&``."""

    name: str
    allows: Callable[[Actor], bool]

    def __or__(self, other: "Policy") -> "Policy":
        """Allow whom either allows."""
        return Policy(f"{self.name}|{other.name}", lambda a: self.allows(a) or other.allows(a))

    def __and__(self, other: "Policy") -> "Policy":
        """Allow whom both allow."""
        return Policy(f"{self.name}&{other.name}", lambda a: self.allows(a) and other.allows(a))


PUBLIC = Policy("public", lambda _actor: True)
"""Anybody, signed in or not."""

BY_TOKEN = Policy("by_token", lambda _actor: True)
"""Whoever holds the secret in the address; the view checks the token itself."""

SIGNED_IN = Policy("signed_in", lambda actor: actor.is_authenticated)
"""Any signed-in person."""


def role(name: str) -> Policy:
    """Return the policy that allows holders of the role ``name``."""
    return Policy(name, lambda actor: actor.is_authenticated and name in actor.role_names)


View = TypeVar("View", bound=Callable[..., Any])


def requires(policy: Policy, *, recent: float = 0.0) -> Callable[[View], View]:
    """Mark a view with ``policy`` and guard it. Goes directly above the function, below the route.

    Args:
        policy: Who may.
        recent: How many seconds old may be what is known of who asks (``people.recent``): for the few requests that
            a thousand people send at once. Such a view gets a few facts of the acting person, not the row.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: object, **kwargs: object) -> object:
            if not policy.allows(current_user):
                if not current_user.is_authenticated:
                    return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
                raise NotAllowed("policy", policy=policy.name)
            return view(*args, **kwargs)

        guarded.policy = policy  # type: ignore[attr-defined]
        guarded.recent = recent  # type: ignore[attr-defined]
        return cast("View", guarded)

    return mark


def wants_json() -> bool:
    """Say whether the client asked for JSON rather than a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def request_now() -> Any:  # noqa: ANN401 - the datetime set at the start of the request
    """Return the instant at which this request began (set by the application)."""
    if not has_request_context():
        raise RuntimeError("request_now() is for requests")
    return g.now
