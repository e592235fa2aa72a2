"""Pages of notifications: one's own messages, and the outbox of the admin."""

import datetime as dt

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext
from flask_login import current_user

from lms.config import Settings
from lms.notifications import queries, services
from lms.notifications.models import OutboxMessage
from lms.notifications.words import Words, link_of, render_safely
from lms.web.access import SIGNED_IN, request_now, requires, role
from lms.web.kit import local_path
from lms.web.listing import Column, as_xlsx, paginate, search_words

ADMIN = role("admin")
"""People are a level above: their names of roles are not imported here."""

blueprint = Blueprint(
    "notifications",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/notifications-static",
)


@blueprint.get("/messages")
@requires(SIGNED_IN)
def list_messages() -> ResponseReturnValue:
    """Show the reader's messages, newest first."""
    only_unread = request.args.get("show") == "unread"
    page = paginate(queries.select_for_person(current_user.id, only_unread=only_unread))
    shown = [(message, _words_here(message)) for message in page.rows]
    return render_template(
        "notifications/messages.html", page=page, shown=shown, only_unread=only_unread
    )


@blueprint.post("/messages/<int:message_id>/open")
@requires(SIGNED_IN)
def open_message(message_id: int) -> ResponseReturnValue:
    """Mark one message read and lead to what it is about."""
    message = queries.get_message_of(current_user.id, message_id)
    services.mark_read(message, now=request_now())
    return redirect(local_path(message.link) if message.link else url_for(".list_messages"), 303)


@blueprint.post("/messages/read")
@requires(SIGNED_IN)
def read_all() -> ResponseReturnValue:
    """Mark every message of the reader read."""
    services.mark_all_read(current_user.id, now=request_now())
    flash(gettext("消息都标为已读了。"), "success")
    return redirect(url_for(".list_messages"), 303)


@blueprint.get("/outbox")
@requires(ADMIN)
def outbox() -> ResponseReturnValue:
    """Show all messages, with the links that can be passed on by chat."""
    state, kind = request.args.get("state", ""), request.args.get("kind", "")
    page = paginate(queries.select_outbox(search_words(), state, kind))
    return render_template(
        "notifications/outbox.html",
        page=page,
        shown=[(message, _words_here(message), link_of(message)) for message in page.rows],
        counts=queries.count_by_state(),
        states=_state_words(),
        kind_options=[(kind, kind) for kind in queries.list_kinds()],
        state=state,
        kind=kind,
    )


@blueprint.get("/outbox.xlsx")
@requires(ADMIN)
def export_outbox() -> ResponseReturnValue:
    """Give the outbox as a sheet, without the links: they open accounts, and sheets are passed around."""
    rows = queries.list_outbox(
        search_words(), request.args.get("state", ""), request.args.get("kind", "")
    )
    states = _state_words()
    settings: Settings = current_app.extensions["settings"]

    def local(at: dt.datetime | None) -> dt.datetime | None:
        return at.astimezone(settings.zone).replace(tzinfo=None) if at else None

    columns: list[Column[OutboxMessage]] = [
        Column(gettext("收件人"), lambda m: str(m.facts.get("person_name", "")), 14),
        Column(gettext("邮箱"), lambda m: m.address, 28),
        Column(gettext("标题"), lambda m: _words_here(m).subject, 40),
        Column(gettext("类型"), lambda m: m.kind, 24),
        Column(gettext("状态"), lambda m: states[m.state], 12),
        Column(gettext("写入时间"), lambda m: local(m.created_at), 20),
        Column(gettext("发出时间"), lambda m: local(m.sent_at), 20),
        Column(gettext("试过几次"), lambda m: m.tries, 10),
        Column(gettext("出错信息"), lambda m: m.last_error, 40),
    ]
    return as_xlsx(rows, columns, gettext("发件箱"))


@blueprint.post("/outbox/<int:message_id>/retry")
@requires(ADMIN)
def retry(message_id: int) -> ResponseReturnValue:
    """Queue a message that failed or was held for delivery once more."""
    message = queries.get_message(message_id)
    services.retry(message, actor_id=current_user.id, now=request_now())
    flash(gettext("已重新排队。配置了邮件服务器时，几秒内会再发一次。"), "success")
    return redirect(local_path(request.form.get("next", "") or url_for(".outbox")), 303)


def _words_here(message: OutboxMessage) -> Words:
    """Return the words in the language of this page, without a line that only repeats the link."""
    words = render_safely(message, str(get_locale()))
    link = link_of(message)
    lines = [line for line in words.body.splitlines() if line.strip() != link or not link]
    return Words(words.subject, "\n".join(lines).strip())


def _state_words() -> dict[str, str]:
    return {
        "pending": gettext("等待发送"),
        "sending": gettext("正在发送"),
        "held": gettext("未发邮件"),
        "failed": gettext("发送失败"),
        "sent": gettext("已发出"),
    }
