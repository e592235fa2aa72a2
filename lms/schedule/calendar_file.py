"""Bookings as an iCalendar file (RFC 5545), in the reader's language."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from flask_babel import gettext
from icalendar import Calendar, Event

from lms.schedule.domain.bookings import Booking, BookingKind

REFRESH = dt.timedelta(hours=1)


def calendar_of(
    bookings: Iterable[Booking], *, zone: ZoneInfo, base_url: str, host: str, in_english: bool
) -> bytes:
    """Return the file: one event a booking, cancelled ones as such, times in the organisation's zone.

    Args:
        bookings: Of one person.
        zone: The organisation's zone.
        base_url: Address of the product, for links.
        host: Its host name, for identities.
        in_english: Whether titles are taken in English.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Shanggang//LMS//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", gettext("上岗：我的考试和答辩"))
    calendar.add("x-wr-timezone", zone.key)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for booking in bookings:
        calendar.add_component(_event(booking, zone, base_url, host, in_english=in_english))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(
    booking: Booking, zone: ZoneInfo, base_url: str, host: str, *, in_english: bool
) -> Event:
    link = f"{base_url}{booking.link}"
    event = Event()
    event.add("uid", f"{booking.kind.value}-{booking.source_id}-{booking.person_id}@{host}")
    event.add("dtstamp", booking.changed_at)
    event.add("last-modified", booking.changed_at)
    event.add("sequence", booking.changes)
    event.add("dtstart", booking.starts_at.astimezone(zone))
    event.add("dtend", booking.ends_at.astimezone(zone))
    event.add("summary", _summary(booking, booking.title_en if in_english else booking.title))
    event.add("description", _description(booking, link))
    event.add("url", link)
    event.add("status", "CANCELLED" if booking.is_cancelled else "CONFIRMED")
    # Who has all day to take an exam is not busy all day.
    event.add("transp", "OPAQUE" if booking.is_fixed else "TRANSPARENT")
    if booking.place:
        event.add("location", booking.place)
    return event


def _summary(booking: Booking, title: str) -> str:
    words = {
        BookingKind.SITTING: gettext("考试：%(title)s", title=title),
        BookingKind.DEFENSE: gettext("转正答辩"),
        BookingKind.RATING: gettext("答辩评委：%(name)s", name=title),
    }[booking.kind]
    return str(gettext("已取消：%(what)s", what=words)) if booking.is_cancelled else str(words)


def _description(booking: Booking, link: str) -> str:
    lines: list[str] = []
    if booking.kind is BookingKind.SITTING:
        lines.append(
            gettext("这段时间里任选一刻开始，一次 %(minutes)s 分钟。", minutes=booking.minutes)
        )
    if booking.note:
        lines.append(booking.note)
    return "\n".join([*lines, link])
