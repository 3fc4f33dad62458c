"""The servers that other tests rest on do what those tests take for granted."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import urllib3
from minio import Minio
from minio.error import S3Error

from tests.servers.ceph import Ceph
from tests.servers.postfix import Postfix
from tests.servers.postgres import Postgres
from tests.servers.process import ServerError, find_program
from tests.servers.smtp_conversation import CLOSING, NO_SUCH_MAILBOX, TRY_LATER, Silence
from tests.servers.smtp_script import SmtpScript

_HELLO = b"%PDF-hello"


def test_a_missing_program_is_reported_with_the_package_that_has_it() -> None:
    with pytest.raises(ServerError, match=r"apt-get install .* no-such-package"):
        find_program("no-such-program", "no-such-package")


class TestPostgres:
    def test_each_database_is_empty_and_apart(self, postgres: Postgres) -> None:
        first, second = postgres.create_database(), postgres.create_database()
        with psycopg.connect(first) as connection:
            connection.execute("CREATE TABLE only_here (n int)")
        with psycopg.connect(second) as connection:
            count = connection.execute("SELECT count(*) FROM pg_tables WHERE tablename = 'only_here'")
            assert count.fetchone() == (0,)

    def test_a_wrong_password_is_refused(self, postgres: Postgres, postgres_database: str) -> None:
        parts = urlsplit(postgres_database)
        wrong = parts._replace(netloc=f"{parts.username}:wrong@{parts.hostname}:{parts.port}").geturl()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong).close()

    @pytest.mark.parametrize("crash", ["immediate", "kill"])
    def test_a_durable_server_keeps_committed_rows_through_a_crash(self, crash: str) -> None:
        with Postgres(durable=True) as server:
            url = server.create_database()
            with psycopg.connect(url) as connection:
                assert connection.execute("SHOW fsync").fetchone() == ("on",)
                connection.execute("CREATE TABLE kept (n int)")
                connection.execute("INSERT INTO kept VALUES (42)")
            if crash == "immediate":
                server.restart("immediate")
            else:
                server.kill()
                server.start()
            with psycopg.connect(url) as connection:
                assert connection.execute("SELECT n FROM kept").fetchall() == [(42,)]

    def test_a_stopped_server_leaves_nothing_behind(self) -> None:
        server = Postgres().start()
        directory, pid = server.socket_directory, server.pid
        server.stop()
        assert not directory.exists()
        assert not Path(f"/proc/{pid}").exists()


class Bucket:
    """One bucket and a client for it."""

    def __init__(self, url: str, connections: urllib3.PoolManager, *, secret: str | None = None) -> None:
        parts = urlsplit(url)
        self._name = parts.path.removeprefix("/")
        self._client = Minio(
            f"{parts.hostname}:{parts.port}",
            access_key=parts.username,
            secret_key=secret or parts.password,
            secure=False,
            http_client=connections,
        )

    def put(self, name: str, content: bytes) -> None:
        self._client.put_object(
            bucket_name=self._name, object_name=name, data=BytesIO(content), length=len(content)
        )

    def get(self, name: str, *, offset: int = 0, length: int = 0) -> bytes:
        response = self._client.get_object(
            bucket_name=self._name, object_name=name, offset=offset, length=length
        )
        try:
            return response.read()
        finally:
            response.close()
            response.release_conn()

    def delete(self, name: str) -> None:
        self._client.remove_object(bucket_name=self._name, object_name=name)


@pytest.fixture
def connections() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(retries=False, timeout=30) as pool:
        yield pool


@pytest.fixture
def bucket(s3_url: str, connections: urllib3.PoolManager) -> Bucket:
    return Bucket(s3_url, connections)


class TestCeph:
    def test_what_is_put_is_got_in_whole_and_in_part_until_it_is_deleted(self, bucket: Bucket) -> None:
        bucket.put("a/document", _HELLO)
        assert bucket.get("a/document") == _HELLO
        assert bucket.get("a/document", offset=5, length=3) == b"hel"
        bucket.delete("a/document")
        with pytest.raises(S3Error) as missing:
            bucket.get("a/document")
        assert missing.value.code == "NoSuchKey"

    def test_a_wrong_secret_is_refused(self, s3_url: str, connections: urllib3.PoolManager) -> None:
        intruder = Bucket(s3_url, connections, secret="wrong")
        with pytest.raises(S3Error) as refused:
            intruder.put("a/document", _HELLO)
        assert refused.value.code == "SignatureDoesNotMatch"

    def test_objects_outlive_an_absence_of_the_gateway(self, ceph: Ceph, bucket: Bucket) -> None:
        bucket.put("a/document", _HELLO)
        ceph.stop_gateway()
        try:
            with pytest.raises(urllib3.exceptions.HTTPError):
                bucket.get("a/document")
        finally:
            ceph.start_gateway()
        assert bucket.get("a/document") == _HELLO


class TestPostfix:
    def test_a_mail_is_delivered_to_the_mailbox(self, postfix: Postfix) -> None:
        with smtplib.SMTP("127.0.0.1", postfix.port, timeout=10) as client:
            client.send_message(_mail(to="an@example.test"))
        (delivered,) = postfix.wait_for_messages(to="an@example.test")
        assert delivered["Subject"] == "Er wacht iets"
        assert delivered["Return-Path"] == "<sender@example.test>"
        assert delivered.get_content() == "Groeten\n"

    @pytest.mark.parametrize(
        ("recipient", "code", "enhanced"),
        [("unknown@example.test", 550, b"5.1.1"), ("someone@elsewhere.test", 554, b"5.7.1")],
    )
    def test_an_unknown_recipient_and_another_domain_are_refused(
        self, postfix: Postfix, recipient: str, code: int, enhanced: bytes
    ) -> None:
        with (
            smtplib.SMTP("127.0.0.1", postfix.port, timeout=10) as client,
            pytest.raises(smtplib.SMTPRecipientsRefused) as refused,
        ):
            client.send_message(_mail(to=recipient))
        answer, text = refused.value.recipients[recipient]
        assert answer == code
        assert text.startswith(enhanced)
        assert postfix.messages() == []

    def test_a_halted_server_refuses_connections_until_it_is_started(self, postfix: Postfix) -> None:
        postfix.halt()
        try:
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", postfix.port), timeout=5)
        finally:
            postfix.start()
        with smtplib.SMTP("127.0.0.1", postfix.port, timeout=10) as client:
            assert client.noop()[0] == 250


class TestSmtpScript:
    def test_without_a_script_a_mail_is_accepted_as_it_was_sent(self, smtp_script: SmtpScript) -> None:
        with smtplib.SMTP("127.0.0.1", smtp_script.port, timeout=10) as client:
            client.sendmail("sender@example.test", ["an@example.test"], b"Subject: dots\r\n\r\n..\r\n.x\r\n")
        (mail,) = smtp_script.accepted
        assert (mail.sender, mail.recipients) == ("sender@example.test", ("an@example.test",))
        assert mail.content == b"Subject: dots\r\n\r\n..\r\n.x\r\n"
        assert mail.message["Subject"] == "dots"

    @pytest.mark.parametrize("answer", [CLOSING, TRY_LATER, NO_SUCH_MAILBOX])
    def test_a_scripted_answer_is_given_once(self, smtp_script: SmtpScript, answer: str) -> None:
        smtp_script.script("data", answer)
        with (
            smtplib.SMTP("127.0.0.1", smtp_script.port, timeout=10) as client,
            pytest.raises(smtplib.SMTPDataError) as refused,
        ):
            client.send_message(_mail())
        assert refused.value.smtp_code == int(answer[:3])
        with smtplib.SMTP("127.0.0.1", smtp_script.port, timeout=10) as client:
            client.send_message(_mail())
        assert [mail.answer for mail in smtp_script.received] == [answer, "250 2.0.0 accepted"]
        assert len(smtp_script.accepted) == 1
        assert smtp_script.connections == 2

    def test_a_recipient_can_be_refused(self, smtp_script: SmtpScript) -> None:
        smtp_script.script("recipient", NO_SUCH_MAILBOX)
        with (
            smtplib.SMTP("127.0.0.1", smtp_script.port, timeout=10) as client,
            pytest.raises(smtplib.SMTPRecipientsRefused),
        ):
            client.send_message(_mail())
        assert smtp_script.received == []

    def test_it_can_hang_up_after_it_took_the_mail(self, smtp_script: SmtpScript) -> None:
        smtp_script.script("data", Silence.HANG_UP)
        client = smtplib.SMTP("127.0.0.1", smtp_script.port, timeout=10)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.send_message(_mail())
        client.close()
        assert len(smtp_script.received) == 1

    def test_it_can_say_nothing_at_all(self, smtp_script: SmtpScript) -> None:
        smtp_script.script("data", Silence.HANG)
        with smtplib.SMTP("127.0.0.1", smtp_script.port, timeout=10) as client:
            client.ehlo()
            client.mail("sender@example.test")
            client.rcpt("an@example.test")
            client.docmd("DATA")
            assert client.sock is not None
            client.sock.settimeout(0.2)
            client.send("Subject: silence\r\n.\r\n")
            with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
                client.getreply()
        (mail,) = smtp_script.wait_for_mails()
        assert mail.answer is Silence.HANG


def _mail(to: str = "an@example.test") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "sender@example.test", to, "Er wacht iets"
    mail.set_content("Groeten\n")
    return mail
