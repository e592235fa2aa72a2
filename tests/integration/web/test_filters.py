"""How instants are written on pages."""

import datetime as dt

import pytest
from flask import render_template_string

from lms.web.filters import line, rich


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (dt.datetime(2026, 11, 19, 16, 0, tzinfo=dt.UTC), "2026年11月19日 24:00"),
        (dt.datetime(2026, 11, 20, 10, 0, tzinfo=dt.UTC), "2026年11月20日 18:00"),
    ],
)
def test_the_end_of_a_day_is_not_the_next_day(app, at, text):
    with app.test_request_context("/"):
        assert render_template_string("{{ at|deadline }}", at=at) == text


def test_authored_text_is_rendered_once_for_all_papers(app):
    with app.test_request_context("/"):
        words = render_template_string("{{ t|rich }}{{ t|line }}", t="退货<b>**七天**")
    assert words == "<p>退货&lt;b&gt;<strong>七天</strong></p>\n退货&lt;b&gt;<strong>七天</strong>"
    assert rich("**七天**") is rich("**七天**")
    assert line("**七天**") is line("**七天**")
