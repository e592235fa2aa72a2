from email import policy
from email.parser import BytesParser

import pytest

from lms.notifications.smtp import SmtpServer, make_mail


@pytest.mark.parametrize(
    ("url", "host", "port", "is_tls", "user", "password", "sender", "name"),
    [
        (
            "smtp://mail.example.com",
            "mail.example.com",
            25,
            False,
            "",
            "",
            "no-reply@mail.example.com",
            "上岗",
        ),
        (
            "smtps://a%40b.cn:p%40ss@mail.example.com",
            "mail.example.com",
            465,
            True,
            "a@b.cn",
            "p@ss",
            "a@b.cn",
            "上岗",
        ),
        (
            "smtp://u:p@127.0.0.1:2525?from=hr@b.cn&name=HR",
            "127.0.0.1",
            2525,
            False,
            "u",
            "p",
            "hr@b.cn",
            "HR",
        ),
    ],
)
def test_an_address_names_the_server(url, host, port, is_tls, user, password, sender, name):
    assert SmtpServer.from_url(url) == SmtpServer(host, port, is_tls, user, password, sender, name)


SERVER = SmtpServer.from_url("smtp://mail.example.com?from=hr@example.com&name=人事部")


def parsed(**change):
    values = {
        "to": "xiaoman@example.com",
        "to_name": "林小满",
        "subject": "邀请你加入“上岗”",
        "body": "你好：\n\nhttp://x/\n",
        "key": "abc",
        "locale": "zh_Hans",
    }
    mail = make_mail(SERVER, **{**values, **change})
    return BytesParser(policy=policy.default).parsebytes(mail.as_bytes())


def test_a_mail_in_chinese_arrives_whole():
    mail = parsed()
    assert mail["Subject"] == "邀请你加入“上岗”"
    assert mail["From"].addresses[0].display_name == "人事部"
    assert mail["To"].addresses[0].addr_spec == "xiaoman@example.com"
    assert mail.get_content().replace("\r\n", "\n") == "你好：\n\nhttp://x/\n\n"
    assert (mail["Message-ID"], mail["Auto-Submitted"], mail["Content-Language"]) == (
        "<abc@example.com>",
        "auto-generated",
        "zh-CN",
    )
    assert parsed(locale="en")["Content-Language"] == "en"


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "甲\r\nBcc: a@b.cn"},
        {"to": "a@b.cn\r\nBcc: c@d.cn"},
        {"to_name": "甲\nBcc: a@b.cn"},
        {"to": "nonsense"},
    ],
)
def test_nobody_smuggles_in_a_header(change):
    try:
        mail = parsed(**change)
    except ValueError:
        return
    assert mail["Bcc"] is None
