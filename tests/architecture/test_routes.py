"""Every route is marked with its policy, and the policy holds for every role."""

import pytest
from flask import Flask

from lms.people.domain.roles import RoleName
from lms.web.access import Policy
from tests.factories.people import make_person

#: Views that come from libraries and guard themselves: endpoint -> why it is fine.
THIRD_PARTY = {
    "web.static": "public files of ours",
    "security.static": "public files of Flask-Security",
    "security.login": "public by nature",
    "security.logout": "harmless when signed out",
    "security.forgot_password": "public by nature; answers the same for everybody",
    "security.reset_password": "by token",
    "security.verify": "signed in",
    "security.change_password": "signed in",
    "security.two_factor_setup": "signed in",
    "security.two_factor_setup_validate": "signed in",
    "security.two_factor_token_validation": "half signed in",
    "security.two_factor_rescue": "half signed in",
    "security.tf_select": "half signed in",
    "security.mf_recovery": "half signed in",
    "security.mf_recovery_codes": "signed in",
}


def policies(app: Flask) -> dict[str, Policy | None]:
    return {
        rule.endpoint: getattr(app.view_functions[rule.endpoint], "policy", None)
        for rule in app.url_map.iter_rules()
    }


def is_library_static(endpoint: str) -> bool:
    return endpoint.endswith(".static")


def test_every_route_is_marked(app):
    unmarked = {
        endpoint
        for endpoint, policy in policies(app).items()
        if policy is None and endpoint not in THIRD_PARTY and not is_library_static(endpoint)
    }
    assert unmarked == set()


def test_the_list_of_library_views_is_exact(app):
    assert set(THIRD_PARTY) - set(policies(app)) == set()


def address(app: Flask, rule) -> str:
    """An address of the route with made-up arguments; the guard answers before the view looks at them."""
    values = {
        name: 999_999_999 if type(converter).__name__ == "IntegerConverter" else "x"
        for name, converter in rule._converters.items()
    }
    with app.test_request_context():
        return rule.build(values)[1]


@pytest.mark.parametrize("role", [*RoleName, None])
def test_policies_hold_for_every_role(app, sign_in, role):
    if role is None:
        client = app.test_client()
        names = frozenset()
    else:
        with app.app_context():
            person_id = make_person(role).id
        client = sign_in(person_id)
        names = frozenset({role.value})

    class Actor:
        is_authenticated = role is not None
        role_names = names

    wrong = []
    for rule in app.url_map.iter_rules():
        policy = policies(app)[rule.endpoint]
        if policy is None:
            continue
        method = next(m for m in ("GET", "POST", "PUT") if m in rule.methods)
        response = client.open(address(app, rule), method=method)
        refused = response.status_code == 403 or (
            response.status_code in {302, 401}
            and "/login" in response.headers.get("Location", "/login")
        )
        if refused == policy.allows(Actor()):
            wrong.append((rule.endpoint, policy.name, response.status_code))
    assert wrong == []
