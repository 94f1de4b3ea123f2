#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Mail from real clients to files."""

import email.message
import email.policy
import os
import pathlib
import pwd
import re
import shutil
import smtplib
import socket
import ssl
import stat
import subprocess
import unittest

import daemon
import tap
from message_file import MessageFile

INFO = "info@agents.test"
OPS = "ops@agents.test"
BOOKS = "info@xn--bcher-kva.test"
FIRST, SECOND = daemon.ordinary_users()


def message(subject="Hello", to=INFO, **headers):
    made = email.message.EmailMessage()
    made["From"] = "Ann Example <ann@sender.test>"
    made["To"] = to
    made["Subject"] = subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content("First line\nSecond line\n")
    return made


def insecure():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Deliveries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = daemon.Daemon(domains=("agents.test", "xn--bcher-kva.test"), tls=True,
                                   mailboxes={INFO: FIRST, OPS: SECOND, "*@agents.test": FIRST, BOOKS: FIRST})
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        for address in (INFO, OPS, "*@agents.test"):
            for path in self.server.messages(address):
                shutil.rmtree(path.parent) if path.parent.name == path.stem else path.unlink()

    def client(self):
        client = smtplib.SMTP("127.0.0.1", self.server.port, "client.test", timeout=daemon.PATIENCE)
        self.addCleanup(client.close)
        return client

    def only(self, address=INFO):
        found = self.server.messages(address)
        self.assertEqual(len(found), 1, found)
        return MessageFile(found[0])

    def test_a_plain_message_is_a_file_of_its_owner_when_250_is_heard(self):
        with self.client() as client:
            client.send_message(message("Re: Invoice #42 \u2014 March", Message_ID="<one@sender.test>"))
        stored = self.only()
        status = stored.path.stat()
        self.assertEqual(stat.S_IMODE(status.st_mode), 0o600)
        self.assertEqual(status.st_uid, pwd.getpwnam(FIRST).pw_uid)
        self.assertEqual(stat.S_IMODE(stored.path.parent.stat().st_mode), 0o700)
        self.assertEqual(stored.path.parent.stat().st_uid, pwd.getpwnam(FIRST).pw_uid)
        self.assertRegex(stored.path.name, r"^\d{4}-\d\d-\d\d-\d{6}-re-invoice-42-march\.md$")
        self.assertEqual(stored["id"], stored.path.stem)
        self.assertEqual(stored["from"], "Ann Example <ann@sender.test>")
        self.assertEqual(stored["subject"], "Re: Invoice #42 \u2014 March")
        self.assertEqual(stored["message_id"], "one@sender.test")
        self.assertEqual(stored["delivered_to"], INFO)
        self.assertEqual(stored["received_from_ip"], "127.0.0.1")
        self.assertEqual(stored["mailbox"], INFO)
        self.assertIs(stored["read"], False)
        self.assertEqual(stored["trusted"], "none")
        self.assertEqual(stored.body, "First line\nSecond line\n")

    def test_attachments_over_starttls_make_a_bundle(self):
        made = message("With a picture")
        made.add_attachment(bytes(range(256)) * 300, maintype="image", subtype="png", filename="../../etc/pass wd.png")
        with self.client() as client:
            client.starttls(context=insecure())
            client.send_message(made)
        stored = self.only()
        bundle = stored.path.parent
        self.assertEqual(bundle.name, stored["id"])
        self.assertEqual(stat.S_IMODE(bundle.stat().st_mode), 0o700)
        attachment, = stored["attachments"]
        self.assertEqual(attachment["filename"], "pass wd.png")
        self.assertEqual(attachment["content_type"], "image/png")
        self.assertEqual(attachment["size"], 76800)
        self.assertEqual((bundle / attachment["path"]).read_bytes(), bytes(range(256)) * 300)
        self.assertEqual(sorted(os.listdir(bundle)), sorted([stored.path.name, "pass wd.png"]))

    def test_each_recipient_gets_a_copy_and_unknown_ones_are_refused_alone(self):
        with self.client() as client:
            refused = client.sendmail("ann@sender.test", [INFO, "OPS@Agents.Test", "x@elsewhere.test"],
                                      message().as_bytes(policy=email.policy.SMTP))
        self.assertEqual(list(refused), ["x@elsewhere.test"])
        self.assertEqual(refused["x@elsewhere.test"][0], 550)
        self.assertEqual(self.only()["delivered_to"], INFO)
        self.assertEqual(self.only(OPS)["mailbox"], OPS)

    def test_the_catchall_takes_the_rest(self):
        with self.client() as client:
            client.sendmail("ann@sender.test", ["who-ever@agents.test"], message().as_bytes(policy=email.policy.SMTP))
        self.assertEqual(self.only("*@agents.test")["delivered_to"], "who-ever@agents.test")

    def test_a_domain_in_another_alphabet_is_the_one_that_is_configured(self):
        with self.client() as client:
            refused = client.sendmail("jörg@sender.test", ["Info@bücher.test", BOOKS, "info@bucher.test"],
                                      message().as_bytes(policy=email.policy.SMTP), mail_options=["SMTPUTF8"])
        self.assertEqual(list(refused), ["info@bucher.test"])
        self.assertEqual(self.only(BOOKS)["delivered_to"], "Info@xn--bcher-kva.test")

    def test_a_retry_makes_no_second_copy_and_another_message_with_the_same_id_does(self):
        raw = message(Message_ID="<same@sender.test>").as_bytes(policy=email.policy.SMTP)
        with self.client() as client:
            client.sendmail("ann@sender.test", [INFO], raw)
            client.sendmail("ann@sender.test", [INFO], raw)
            self.assertEqual(len(self.server.messages(INFO)), 1)
            client.sendmail("ann@sender.test", [INFO], raw.replace(b"Second", b"Third"))
        self.assertEqual(len(self.server.messages(INFO)), 2)

    def fail_for_one_and_try_again(self, recipients):
        """A message without an id, which OPS can take only at the last of four times."""
        raw = b"Subject: no id\r\n\r\ntext\r\n"
        closed = self.server.folder(OPS)
        shutil.rmtree(closed, ignore_errors=True)
        closed.parent.mkdir(parents=True, exist_ok=True)
        closed.symlink_to(self.server.path)
        with self.client() as client:
            for _ in range(3):
                with self.assertRaises(smtplib.SMTPDataError) as caught:
                    client.sendmail("ann@sender.test", recipients, raw)
                self.assertEqual(caught.exception.smtp_code, 451)
            closed.unlink()
            client.sendmail("ann@sender.test", recipients, raw)

    def test_a_retry_without_an_id_gives_nobody_a_second_copy(self):
        for recipients in [INFO, OPS], [OPS, INFO]:
            with self.subTest(recipients):
                self.setUp()
                self.fail_for_one_and_try_again(recipients)
                self.only()
                self.only(OPS)

    def test_a_retry_out_of_a_mailbox_file_makes_no_second_copy(self):
        raw = (b"From ann@sender.test Tue Feb  3 09:15:02 2026\r\n" +
               message(Message_ID="<filed@sender.test>").as_bytes(policy=email.policy.SMTP))
        with self.client() as client:
            client.sendmail("ann@sender.test", [INFO], raw)
            client.sendmail("ann@sender.test", [INFO], raw)
        self.assertEqual(self.only()["message_id"], "filed@sender.test")

    def test_a_message_in_binary_chunks_is_stored(self):
        with self.client() as client:
            client.ehlo()
            client.docmd("MAIL", "FROM:<ann@sender.test> BODY=8BITMIME")
            client.docmd("RCPT", f"TO:<{INFO}>")
            raw = message("Chunks").as_bytes().replace(b"\n", b"\r\n")
            client.send(b"BDAT %d\r\n" % 20 + raw[:20])
            self.assertEqual(client.getreply()[0], 250)
            client.send(b"BDAT %d LAST\r\n" % (len(raw) - 20) + raw[20:])
            self.assertEqual(client.getreply()[0], 250)
        self.assertEqual(self.only()["subject"], "Chunks")

    def test_a_bare_line_feed_smuggles_nothing(self):
        with self.client() as client:
            client.ehlo()
            client.docmd("MAIL", "FROM:<ann@sender.test>")
            client.docmd("RCPT", f"TO:<{INFO}>")
            client.docmd("DATA")
            client.send(b"Subject: outer\r\n\r\ntext\r\n\n.\nMAIL FROM:<evil@sender.test>\r\nRCPT TO:<" + INFO.encode() +
                        b">\r\nDATA\r\nSubject: inner\r\n\r\nsmuggled\r\n.\r\n")
            code, text = client.getreply()
            self.assertEqual((code, text[:6]), (550, b"5.6.11"))
            self.assertEqual(client.sock.recv(100), b"")
        self.assertEqual(self.server.messages(INFO), [])

    def test_what_is_refused_has_a_line_in_the_log(self):
        before = len(self.server.log())
        with self.client() as client:
            client.ehlo()
            client.docmd("MAIL", "FROM:<big@sender.test> SIZE=99999999")
            client.send(b"MAIL FROM:<a\xe2\x80\xaeb@sender.test> x\xff\r\n")
            client.getreply()
            client.docmd("MAIL", "FROM:<ann@sender.test>")
            client.docmd("RCPT", "TO:<x@elsewhere.test>")
            for recipient in (INFO, OPS):
                client.docmd("RCPT", f"TO:<{recipient}>")
            client.docmd("DATA")
            client.send(b"a\nb\r\n.\r\n")
            client.getreply()
        daemon.wait_for(lambda: "5.6.11" in self.server.log()[before:], "the refused message in the log")
        log = self.server.log()[before:]
        for line in (
                r"info smtp: refused from 127\.0\.0\.1: MAIL FROM:<big@sender\.test> SIZE=99999999: 552 5\.3\.4 .* peer=127\.0\.0\.1",
                r"info smtp: refused from 127\.0\.0\.1: MAIL FROM:<a\\342\\200\\256b@sender\.test> x\\377: 501 5\.1\.7 .*",
                r"info smtp: refused from 127\.0\.0\.1, sender <ann@sender\.test>: RCPT TO:<x@elsewhere\.test>: 550 5\.7\.1 .*",
                r"info smtp: (\w+): refused from 127\.0\.0\.1, sender <ann@sender\.test>, for info@agents\.test, ops@agents\.test: "
                r"550 5\.6\.11 .* queue_id=\1 peer=127\.0\.0\.1"):
            self.assertEqual(len(re.findall(f"^{line}$", log, re.MULTILINE)), 1, f"{line} in:\n{log}")

    def test_what_was_piped_after_starttls_closes_the_connection(self):
        with socket.create_connection(("127.0.0.1", self.server.port), daemon.PATIENCE) as raw:
            raw.recv(1000)
            raw.sendall(b"EHLO x\r\n")
            raw.recv(1000)
            raw.sendall(b"STARTTLS\r\nMAIL FROM:<evil@sender.test>\r\n")
            answer = b""
            while piece := raw.recv(1000):
                answer += piece
        self.assertNotIn(b"220", answer)
        self.assertNotIn(b"250", answer)

    def test_openssl_negotiates_tls_1_3_or_1_2_and_nothing_older(self):
        target = ["openssl", "s_client", "-starttls", "smtp", "-connect", f"127.0.0.1:{self.server.port}", "-crlf"]
        for option, works in (("-tls1_3", True), ("-tls1_2", True), ("-tls1_1", False)):
            done = subprocess.run([*target, option], input=b"QUIT\n", capture_output=True, timeout=daemon.PATIENCE, check=False)
            self.assertEqual(b"Cipher is (NONE)" not in done.stdout and done.returncode == 0, works, (option, done.stdout))

    def test_swaks_delivers_over_tls(self):
        done = subprocess.run(["swaks", "--server", f"127.0.0.1:{self.server.port}", "--to", INFO, "--from", "ann@sender.test",
                               "--tls", "--header", "Subject: From swaks"], capture_output=True, text=True,
                              timeout=daemon.PATIENCE, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.only()["subject"], "From swaks")

    def test_twenty_sessions_of_smtp_source_lose_and_double_nothing(self):
        tree = pathlib.Path(os.environ["AIMX_POSTFIX"])
        number = 200 if os.environ.get("AIMX_SANITIZER") else 2000
        env = dict(os.environ, LD_LIBRARY_PATH=str(tree / "usr/lib/postfix"), MAIL_CONFIG=str(self.server.path))
        (self.server.path / "main.cf").write_text("compatibility_level = 3.6\n")
        done = subprocess.run([tree / "usr/sbin/smtp-source", "-s", "20", "-m", str(number), "-l", "4096", "-t", INFO, "-f",
                               "ann@sender.test", f"127.0.0.1:{self.server.port}"], env=env, capture_output=True, text=True,
                              timeout=8 * daemon.PATIENCE, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        stored = [MessageFile(path) for path in self.server.messages(INFO)]
        self.assertEqual(len(stored), number)
        self.assertEqual(len({one["message_id"] for one in stored}), number)
        self.assertTrue(all(len(one.body) > 3000 for one in stored))


if __name__ == "__main__":
    tap.main()
