"""Addresses and sentences of pages, in short ways that say the same as the long ones."""

import pytest
from flask import Flask, url_for
from flask_babel import force_locale
from jinja2 import DictLoader
from markupsafe import Markup

from lms.web import assets, translating
from lms.web.assets import address_of

NAMES = [
    ("web.static", {"filename": "web.css"}),
    ("web.static", {"filename": "web.css", "v": "1"}),
    ("web.static", {"filename": "web.css", "v": "2"}),
    ("people.static", {"filename": "people/sign_in.js"}),
    ("people.static", {"filename": "名 字&<.js"}),
    ("people.account", {}),
    ("people.show_person", {"person_id": 7, "tab": "a b"}),
    ("quizzes.paper", {"attempt_id": 3, "_anchor": "item-2"}),
]


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "_addresses", {})
    monkeypatch.setattr(translating, "_catalogues", {})


@pytest.mark.parametrize("root", ["", "/lms"])
def test_an_address_is_what_the_framework_says(app: Flask, root: str) -> None:
    with app.test_request_context("/account", environ_overrides={"SCRIPT_NAME": root}):
        for endpoint, values in NAMES:
            expected = url_for(endpoint, **values)
            assert expected.startswith(f"{root}/")
            for _ in range(2):
                assert address_of(endpoint, **values) == expected


def test_what_is_remembered_of_one_root_is_not_said_below_another(app: Flask) -> None:
    said = []
    for root in ("", "/lms", "", "/other"):
        with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
            said.append(address_of("web.static", filename="web.css"))
    plain = said[0]
    assert plain.startswith("/")
    assert said == [plain, f"/lms{plain}", plain, f"/other{plain}"]


def test_only_addresses_of_static_files_are_remembered(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(endpoint: str, **values: object) -> str:
        asked.append(endpoint)
        return url_for(endpoint, **values)

    monkeypatch.setattr(assets, "url_for", ask)
    with app.test_request_context("/"):
        for _ in range(3):
            address_of("web.static", filename="web.css")
            address_of("people.account")
    assert asked == ["web.static", "people.account", "people.account", "people.account"]


def test_without_a_request_an_address_has_the_host(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SERVER_NAME", "lms.example.com")
    monkeypatch.setitem(app.config, "PREFERRED_URL_SCHEME", "https")
    with app.test_request_context("/", base_url="https://lms.example.com"):
        path = address_of("web.static", filename="web.css")
    with app.app_context():
        assert address_of("web.static", filename="web.css") == f"https://lms.example.com{path}"
    with app.test_request_context("/", base_url="https://lms.example.com"):
        assert address_of("web.static", filename="web.css") == path


def test_templates_use_it(app: Flask) -> None:
    assert app.jinja_env.globals["url_for"] is address_of
    assert app.jinja_env.globals["_"] is translating.translate


# --- sentences ---------------------------------------------------------------------------------------

SAYS = "{{ _('%(code)s %(name)s：两遍一致，可以登记成绩了。', code='<b>', name=name) }}"
ZH = "%s %s：两遍一致，可以登记成绩了。"
EN = "%s %s: both entries agree, the score can be recorded."


@pytest.fixture
def written(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An application that knows a few templates more."""
    loader = DictLoader(
        {
            "page.html": SAYS,
            "mail.txt": SAYS,
            "one.html": "{{ _('登录') }}",
            "off.html": "{% autoescape false %}" + SAYS + "{% endautoescape %}",
        }
    )
    monkeypatch.setattr(app.jinja_env, "loader", loader)
    return app


def render(app: Flask, template: str, **values: object) -> str:
    return app.jinja_env.get_template(template).render(**values)


@pytest.mark.parametrize(("locale", "sentence"), [("zh_Hans", ZH), ("en", EN)], ids=["zh", "en"])
def test_what_is_put_into_a_sentence_is_escaped_in_pages_only(
    written: Flask, locale: str, sentence: str
) -> None:
    with written.test_request_context("/"), force_locale(locale):
        name = 'A & "B" <i>'
        escaped = "A &amp; &#34;B&#34; &lt;i&gt;"
        assert render(written, "page.html", name=name) == sentence % ("&lt;b&gt;", escaped)
        assert render(written, "mail.txt", name=name) == sentence % ("<b>", name)
        assert render(written, "off.html", name=name) == sentence % ("<b>", name)
        kept = Markup("<em>A</em>")  # safe already
        assert render(written, "page.html", name=kept) == sentence % ("&lt;b&gt;", kept)


def test_the_language_may_change_inside_a_request(written: Flask) -> None:
    with written.test_request_context("/", headers={"Accept-Language": "zh"}):
        said = [render(written, "one.html")]
        with force_locale("en"):
            said.append(render(written, "one.html"))
            with force_locale("zh_Hans"):
                said.append(render(written, "one.html"))
            said.append(render(written, "one.html"))
        said.append(render(written, "one.html"))
    assert said == ["登录", "Sign in", "登录", "Sign in", "登录"]


def test_each_request_has_its_own_language(written: Flask) -> None:
    said = []
    for language in ("zh", "en", "zh"):
        with written.test_request_context("/", headers={"Accept-Language": language}):
            said.append(render(written, "one.html"))
    assert said == ["登录", "Sign in", "登录"]


def test_a_catalogue_is_looked_up_once_a_language(
    written: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    get = translating.get_translations
    monkeypatch.setattr(translating, "get_translations", lambda: asked.append(1) or get())
    for language in ("zh", "en", "zh", "en"):
        with written.test_request_context("/", headers={"Accept-Language": language}):
            render(written, "one.html")
    assert len(asked) == 2
