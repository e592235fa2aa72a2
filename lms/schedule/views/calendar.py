"""The personal calendar: the page that shows its address, and the feed itself."""

import datetime as dt
from urllib.parse import urlsplit

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from lms.errors import NotFound
from lms.people.access import BY_TOKEN, SIGNED_IN, current_person, requires
from lms.schedule import queries, services
from lms.schedule.bookings import list_bookings
from lms.schedule.calendar_file import calendar_of
from lms.schedule.views.blueprint import blueprint, current_settings
from lms.web.access import request_now

BACK = dt.timedelta(days=90)
AHEAD = dt.timedelta(days=400)


@blueprint.get("/calendar")
@requires(SIGNED_IN)
def show_calendar() -> ResponseReturnValue:
    """Show the own address, and what to do with it."""
    feed = queries.find_feed(current_person().id)
    address = ""
    if feed is not None:
        address = current_settings().base_url + url_for("schedule.feed", token=feed.token)
    return render_template("schedule/calendar.html", address=address)


@blueprint.post("/calendar")
@requires(SIGNED_IN)
def renew() -> ResponseReturnValue:
    """Make an address, or a new one in place of the old."""
    person = current_person()
    had_one = queries.find_feed(person.id) is not None
    services.renew_feed(person.id, actor_id=person.id, now=request_now())
    flash(
        gettext("换好了。以前的地址从现在起不能用。") if had_one else gettext("地址做好了。"),
        "success",
    )
    return redirect(url_for("schedule.show_calendar"), 303)


@blueprint.post("/calendar/end")
@requires(SIGNED_IN)
def end() -> ResponseReturnValue:
    """Take the address away."""
    person = current_person()
    services.end_feed(person.id, actor_id=person.id, now=request_now())
    flash(gettext("已停用。日历里已有的条目可以在日历软件里删除。"), "success")
    return redirect(url_for("schedule.show_calendar"), 303)


@blueprint.get("/calendar/<token>.ics")
@requires(BY_TOKEN)
def feed(token: str) -> ResponseReturnValue:
    """Return the bookings of whoever this secret address belongs to; calendar programs ask without signing in."""
    person = queries.find_person_of_feed(token)
    if person is None:
        raise NotFound("calendar")
    settings, now = current_settings(), request_now()
    bookings = list_bookings([person.id], since=now - BACK, until=now + AHEAD, now=now)
    with force_locale(person.locale):
        body = calendar_of(
            bookings,
            zone=settings.zone,
            base_url=settings.base_url,
            host=urlsplit(settings.base_url).hostname or "localhost",
            in_english=person.locale.startswith("en"),
        )
    response = Response(body, mimetype="text/calendar")
    response.headers.set("Content-Disposition", "inline", filename="shanggang.ics")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
