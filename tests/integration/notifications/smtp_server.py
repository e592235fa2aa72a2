"""A tiny SMTP server on loopback that remembers what it was given, and misbehaves when told to."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser


@dataclass
class Mailbox:
    """What came in, and how the server is to behave.

    Attributes:
        mails: Messages taken, in order.
        refuse: Code and words by address, answered to RCPT.
        data_answer: Answered instead of 250 after the message, when set.
        hang_up_after_data: Close without an answer after taking the message.
        before_answer: Called after the message is in and before it is acknowledged.
        context: Certificate for TLS; offers STARTTLS.
        commands: First word of every command.
    """

    mails: list[EmailMessage] = field(default_factory=list)
    refuse: dict[str, bytes] = field(default_factory=dict)
    data_answer: bytes = b""
    hang_up_after_data: bool = False
    before_answer: object = None
    context: ssl.SSLContext | None = None
    commands: list[str] = field(default_factory=list)
    port: int = 0


class _Handler(socketserver.StreamRequestHandler):
    def say(self, words: bytes) -> None:
        self.wfile.write(words + b"\r\n")

    def handle(self) -> None:
        box: Mailbox = self.server.box
        self.say(b"220 ready")
        while line := self.rfile.readline():
            word = line.split(b" ")[0].strip().upper()
            box.commands.append(word.decode())
            if word == b"EHLO":
                extra = (
                    b"250-STARTTLS\r\n"
                    if box.context and not isinstance(self.connection, ssl.SSLSocket)
                    else b""
                )
                self.wfile.write(b"250-here\r\n" + extra + b"250 AUTH PLAIN\r\n")
            elif word == b"STARTTLS":
                self.say(b"220 go")
                self.connection = box.context.wrap_socket(self.connection, server_side=True)
                self.rfile, self.wfile = (
                    self.connection.makefile("rb"),
                    self.connection.makefile("wb", 0),
                )
            elif word == b"RCPT":
                address = line.split(b"<")[1].split(b">")[0].decode()
                self.say(box.refuse.get(address, b"250 ok"))
            elif word == b"DATA":
                if not self.take(box):
                    return
            elif word == b"QUIT":
                self.say(b"221 bye")
                return
            else:
                self.say(b"235 ok" if word == b"AUTH" else b"250 ok")

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def take(self, box: Mailbox) -> bool:
        self.say(b"354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if box.data_answer:
            self.say(box.data_answer)
            return True
        box.mails.append(BytesParser(policy=policy.default).parsebytes(b"".join(lines)))
        if callable(box.before_answer):
            box.before_answer()
        if box.hang_up_after_data:
            return False
        self.say(b"250 taken")
        return True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def running_server(context: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """Yield the mailbox of a server that runs on a free port; ``context`` lets it offer STARTTLS."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.box = Mailbox(context=context, port=server.server_address[1])
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        thread.start()
        try:
            yield server.box
        finally:
            server.shutdown()
            thread.join()
