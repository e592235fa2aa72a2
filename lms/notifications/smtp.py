"""E-mail: an SMTP server named by one address, and messages handed to it."""

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from types import TracebackType
from urllib.parse import parse_qs, unquote, urlsplit

TIMEOUT_SECONDS = 20
_PORTS = {"smtp": 25, "smtps": 465}


class Undeliverable(Exception):  # noqa: N818 - the field's word
    """The server will never take this message: trying again is of no use."""


class Unreachable(Exception):  # noqa: N818
    """The server did not take it now; trying again later may help."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail goes.

    Attributes:
        host: Name or address.
        port: TCP port.
        is_tls: TLS from the first byte (``smtps``); otherwise STARTTLS is used when the server offers it.
        user: Name to sign in with, or empty.
        password: Its password.
        sender: Address that mail comes from.
        sender_name: Name shown with it.
    """

    host: str
    port: int
    is_tls: bool
    user: str
    password: str
    sender: str
    sender_name: str

    @classmethod
    def from_url(cls, url: str) -> "SmtpServer":
        """Read ``smtp://user:password@host:port?from=address&name=shown``."""
        parts = urlsplit(url)
        asked = parse_qs(parts.query)
        host = parts.hostname or "localhost"
        user = unquote(parts.username or "")
        sender = asked.get("from", [user if "@" in user else f"no-reply@{host}"])[0]
        return cls(
            host=host,
            port=parts.port or _PORTS[parts.scheme],
            is_tls=parts.scheme == "smtps",
            user=user,
            password=unquote(parts.password or ""),
            sender=sender,
            sender_name=asked.get("name", ["上岗"])[0],
        )


def make_mail(
    server: SmtpServer, *, to: str, to_name: str, subject: str, body: str, key: str, locale: str
) -> EmailMessage:
    """Return the mail.

    Args:
        server: Whose sender it comes from.
        to: Address of the reader.
        to_name: Name of the reader.
        subject: One line.
        body: Plain text.
        key: Identity of the message. The Message-ID is made of it, so that a mail that had to be sent twice
            is recognised as one.
        locale: Language of the words.
    """
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = Address(server.sender_name, addr_spec=server.sender)
    mail["To"] = Address(to_name, addr_spec=to)
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{key}@{server.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body + "\n", cte="base64")
    mail["Content-Language"] = "en" if locale == "en" else "zh-CN"
    return mail


class Mailer:
    """One connection to the server, opened with the first mail and opened anew after a failure."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._client: smtplib.SMTP | None = None

    def __enter__(self) -> "Mailer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hang_up()

    def send(self, mail: EmailMessage) -> None:
        """Hand ``mail`` to the server; when this returns the server has taken it.

        Raises:
            Undeliverable: The server refuses it for good (5xx for this mail).
            Unreachable: No connection, a 4xx, or the server refuses us altogether.
        """
        try:
            client = self._client or self._connect()
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise Unreachable(_said(error)) from error
        try:
            client.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            self._reset(client)
            codes = [code for code, _ in error.recipients.values()]
            kind = Undeliverable if all(code >= 500 for code in codes) else Unreachable
            raise kind(_said(error)) from error
        except smtplib.SMTPDataError as error:
            self._reset(client)
            kind = Undeliverable if error.smtp_code >= 500 else Unreachable
            raise kind(_said(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise Unreachable(_said(error)) from error

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        context = ssl.create_default_context()
        if server.is_tls:
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            client = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
        self._client = client
        client.ehlo()
        if not server.is_tls and client.has_extn("starttls"):
            client.starttls(context=context)
            client.ehlo()
        if server.user:
            client.login(server.user, server.password)
        return client

    def _reset(self, client: smtplib.SMTP) -> None:
        try:
            client.rset()
        except (OSError, smtplib.SMTPException):
            self._hang_up()

    def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            try:
                client.quit()
            except (OSError, smtplib.SMTPException):
                client.close()


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
