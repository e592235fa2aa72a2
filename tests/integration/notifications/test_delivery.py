"""Delivery by a real SMTP server on loopback: once each, again after failures, nothing lost, nothing twice."""

import dataclasses
import datetime as dt
import itertools
import ssl
import threading
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import delete, select

from lms.db import db, transaction
from lms.notifications import jobs
from lms.notifications.domain.delivery import LEASE, MAX_TRIES
from lms.notifications.jobs import deliver_outbox
from lms.notifications.models import OutboxMessage
from lms.notifications.services import post, retry
from lms.people import services as people
from tests.conftest import NOON
from tests.factories.people import make_person
from tests.integration.notifications.smtp_server import running_server

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def box():
    with running_server() as mailbox:
        yield mailbox


@pytest.fixture
def use(app, monkeypatch):
    """Return a function that names the SMTP server in the settings."""

    def name(url):
        settings = dataclasses.replace(app.extensions["settings"], smtp_url=url)
        monkeypatch.setitem(app.extensions, "settings", settings)

    return name


@pytest.fixture
def smtp(box, use):
    use(f"smtp://127.0.0.1:{box.port}?from=hr@example.com")
    return box


def write(
    key="m1",
    email="xiaoman@example.com",
    locale="zh_Hans",
    kind="people.reset_instructions",
    link="/reset/abc",
):
    person = make_person(name="林小满", email=email, locale=locale)
    post(kind, to=person, key=key, now=NOON, link=link, minutes=120)
    db.session.commit()
    return db.session.scalars(select(OutboxMessage).where(OutboxMessage.key == key)).one()


def test_a_message_is_sent_once(session, smtp):
    message = write()
    assert deliver_outbox(NOON) == 1
    assert deliver_outbox(NOON) == 0
    (mail,) = smtp.mails
    assert mail["To"].addresses[0].addr_spec == "xiaoman@example.com"
    assert mail["From"].addresses[0].addr_spec == "hr@example.com"
    assert "重设" in mail["Subject"]
    assert "http://127.0.0.1:8000/reset/abc" in mail.get_content()
    assert "林小满" in mail.get_content()
    assert (message.state, message.sent_at, message.tries) == ("sent", NOON, 1)


def test_the_words_are_in_the_reader_s_language(session, smtp):
    write(locale="en")
    deliver_outbox(NOON)
    assert smtp.mails[0]["Content-Language"] == "en"


def test_many_go_over_one_connection_in_order(session, smtp):
    for n in range(5):
        write(key=f"m{n}", email=f"p{n}@example.com")
    assert deliver_outbox(NOON) == 5
    assert [mail["To"].addresses[0].username for mail in smtp.mails] == [f"p{n}" for n in range(5)]
    assert smtp.commands.count("EHLO") == 1
    assert len({mail["Message-ID"] for mail in smtp.mails}) == 5


def test_without_a_server_messages_are_held_and_can_be_sent_later(session, box, use):
    message = write()
    assert deliver_outbox(NOON) == 0
    assert message.state == "held"
    use(f"smtp://127.0.0.1:{box.port}")
    assert deliver_outbox(NOON) == 0
    people_id = make_person().id
    retry(message, actor_id=people_id, now=NOON)
    assert deliver_outbox(NOON) == 1


def test_who_has_no_address_is_held_from_the_start(session, smtp):
    message = write(email=None)
    assert message.state == "held"
    assert deliver_outbox(NOON) == 0
    assert smtp.mails == []


def test_a_server_that_is_away_is_tried_again_later_and_less_often(session, use):
    use("smtp://127.0.0.1:1")
    first, second = write("m1"), write("m2", email="b@example.com")
    now, tried = NOON, []
    while first.state == "pending":
        assert deliver_outbox(now) == 0
        tried.append(now)
        assert "ConnectionRefused" in first.last_error
        now = first.next_try_at or now
    assert len(tried) == MAX_TRIES
    pauses = [after - before for before, after in itertools.pairwise(tried)]
    assert pauses == sorted(pauses)
    assert (first.state, first.tries) == ("failed", MAX_TRIES)
    assert second.tries < MAX_TRIES


def test_one_that_is_away_does_not_cost_the_others_a_try(session, use):
    use("smtp://127.0.0.1:1")
    first, second = write("m1"), write("m2", email="b@example.com")
    deliver_outbox(NOON)
    assert (first.tries, first.state) == (1, "pending")
    assert (second.tries, second.state) == (0, "pending")


def test_an_address_that_does_not_exist_fails_for_good_and_the_rest_goes_on(session, smtp):
    smtp.refuse["gone@example.com"] = b"550 no such user"
    gone, good = write("m1", email="gone@example.com"), write("m2", email="good@example.com")
    assert deliver_outbox(NOON) == 1
    assert (gone.state, good.state) == ("failed", "sent")
    assert "550" in gone.last_error


def test_a_greylisted_address_is_tried_again(session, smtp):
    smtp.refuse["slow@example.com"] = b"451 try later"
    message = write(email="slow@example.com")
    deliver_outbox(NOON)
    assert (message.state, message.next_try_at) == ("pending", NOON + MINUTE)
    deliver_outbox(NOON + MINUTE / 2)
    assert message.tries == 1
    smtp.refuse.clear()
    assert deliver_outbox(NOON + MINUTE) == 1
    assert (message.state, message.last_error) == ("sent", "")


@pytest.mark.parametrize(("answer", "state"), [(b"554 spam", "failed"), (b"452 full", "pending")])
def test_what_the_server_says_to_the_message_itself_counts(session, smtp, answer, state):
    smtp.data_answer = answer
    message = write()
    deliver_outbox(NOON)
    assert message.state == state
    assert answer[:3].decode() in message.last_error


def test_a_line_that_breaks_before_the_answer_is_tried_again_with_the_same_id(session, smtp):
    """Nobody knows whether such a mail was taken; it is sent again, and the Message-ID lets it be recognised."""
    smtp.hang_up_after_data = True
    message = write()
    deliver_outbox(NOON)
    assert message.state == "pending"
    smtp.hang_up_after_data = False
    assert deliver_outbox(message.next_try_at) == 1
    assert len(smtp.mails) == 2
    assert smtp.mails[0]["Message-ID"] == smtp.mails[1]["Message-ID"]


def test_what_a_killed_worker_held_is_sent_when_its_lease_is_over(session, smtp):
    message = write()
    message.state, message.tries, message.next_try_at = "sending", 1, NOON + LEASE
    db.session.commit()
    assert deliver_outbox(NOON + LEASE - MINUTE) == 0
    assert deliver_outbox(NOON + LEASE) == 1
    assert (message.state, message.tries) == ("sent", 2)


def test_a_worker_that_comes_back_late_does_not_overwrite_its_successor(session, smtp):
    message = write()

    def successor():
        other = db.session.scalars(select(OutboxMessage)).one()
        other.tries += 1
        db.session.commit()

    server = jobs.SmtpServer.from_url(f"smtp://127.0.0.1:{smtp.port}")
    claim = jobs._claim_next(server, NOON)
    successor()
    jobs._note(claim, jobs._Outcome(error="late"), NOON)
    assert (message.state, message.tries, message.last_error) == ("sending", 2, "")


def test_a_message_without_words_fails_alone(session, smtp):
    broken = write("m1", kind="people.no_such_message")
    good = write("m2", email="b@example.com")
    assert deliver_outbox(NOON) == 1
    assert (broken.state, good.state) == ("failed", "sent")
    assert "no_such_message" in broken.last_error


def test_an_address_that_no_mail_can_have_fails_alone(session, smtp):
    broken, good = write("m1"), write("m2", email="b@example.com")
    broken.address = "not an address"
    db.session.commit()
    assert deliver_outbox(NOON) == 1
    assert (broken.state, good.state) == ("failed", "sent")


def test_signing_in_to_the_server(session, box, use):
    use(f"smtp://user:p%40ss@127.0.0.1:{box.port}")
    write()
    assert deliver_outbox(NOON) == 1
    assert "AUTH" in box.commands


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1 that the machine is told to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOON - dt.timedelta(days=3650))
        .not_valid_after(NOON + dt.timedelta(days=3650))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "cert.pem"
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(pem + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return path, context


def test_the_line_is_encrypted_when_the_server_offers_it(session, use, certificate, monkeypatch):
    path, context = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with running_server(context) as box:
        use(f"smtp://127.0.0.1:{box.port}")
        write()
        assert deliver_outbox(NOON) == 1
        assert box.commands[:3] == ["EHLO", "STARTTLS", "EHLO"]


def test_a_server_with_a_false_certificate_gets_no_mail(session, use, certificate):
    _, context = certificate
    with running_server(context) as box:
        use(f"smtp://127.0.0.1:{box.port}")
        message = write()
        assert deliver_outbox(NOON) == 0
        assert "certificate" in message.last_error.lower()
        assert box.mails == []


# --- two workers at once: real commits, so these clean up behind themselves --------------------------------


@pytest.fixture
def committed(migrated_app, box, monkeypatch):
    """The application without its outer transaction, and thirty messages that are really there."""
    settings = dataclasses.replace(
        migrated_app.extensions["settings"], smtp_url=f"smtp://127.0.0.1:{box.port}"
    )
    monkeypatch.setitem(migrated_app.extensions, "settings", settings)
    with migrated_app.app_context(), transaction():
        db.session.add_all(
            OutboxMessage(
                key=f"c{n}", person_id=1, address=f"p{n}@example.com", locale="zh_Hans", kind="people.reset_instructions",
                facts={"person_name": "甲", "minutes": 60}, link="/reset/x", created_at=NOON, state="pending",
            )
            for n in range(30)
        )  # fmt: skip
    yield migrated_app
    with migrated_app.app_context(), transaction():
        db.session.execute(delete(OutboxMessage))


def test_two_workers_at_once_send_every_message_once(committed, box):
    start = threading.Barrier(3)
    sent = []

    def work():
        with committed.app_context():
            start.wait()
            sent.append(deliver_outbox(NOON))

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(sent) == 30
    addresses = [mail["To"].addresses[0].addr_spec for mail in box.mails]
    assert sorted(addresses) == sorted(f"p{n}@example.com" for n in range(30))
    with committed.app_context():
        states = db.session.scalars(select(OutboxMessage.state)).all()
        assert set(states) == {"sent"}


def test_while_one_worker_sends_another_cannot_take_the_same(committed, box):
    seen = []

    def look():
        def other():
            with committed.app_context():
                seen.append(
                    db.session.scalars(
                        select(OutboxMessage.key).where(OutboxMessage.state == "sending")
                    ).all()
                )

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        box.before_answer = None

    box.before_answer = look
    with committed.app_context():
        assert deliver_outbox(NOON) == 30
    assert seen == [["c0"]]


def test_an_invitation_travels(session, smtp):
    person = make_person(name="林小满", email="xiaoman@example.com", username="k0231")
    token = people.invite(person, actor_id=None, now=NOON)
    db.session.commit()
    deliver_outbox(NOON)
    text = smtp.mails[0].get_content()
    assert f"http://127.0.0.1:8000/invitation/{token}" in text
    assert "k0231" in text
    assert "7 天" in text
