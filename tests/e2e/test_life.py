#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The daemon's life: start, reload, crash and end, with mail coming in."""

import os
import resource
import signal
import smtplib
import socket
import stat
import subprocess
import time
import unittest

import daemon
import tap
from message_file import MessageFile

INFO = "info@agents.test"
OWNER = daemon.ordinary_users()[0]
LOAD = daemon.BUILD / "bench" / "bench-load"
TEXT = b"Subject: x\r\n\r\nbody\r\n"


class Life(unittest.TestCase):
    def make(self, **kwargs):
        server = daemon.Daemon(**kwargs)
        self.addCleanup(server.close)
        return server

    def client(self, server):
        client = smtplib.SMTP("127.0.0.1", server.port, "client.test", timeout=daemon.PATIENCE)
        self.addCleanup(client.close)
        return client

    def assert_all_stored(self, server, ids):
        stored = [MessageFile(path) for path in server.messages(INFO)]
        found = [one["message_id"] for one in stored]
        self.assertEqual(len(found), len(set(found)), "a message is there twice")
        self.assertEqual(set(ids) - set(found), set(), "an acknowledged message is lost")
        for one in stored:
            self.assertEqual(one["id"], one.path.stem)
            self.assertGreaterEqual(len(one.body), 3000, f"{one.path} is cut")

    def test_killed_under_load_it_has_every_message_that_it_acknowledged(self):
        server = self.make()
        for _ in range(3):
            accepted = server.path / "accepted"
            known = accepted.read_text().split() if accepted.exists() else []
            load = subprocess.Popen([LOAD, "--port", str(server.port), "--to", INFO, "--sessions", "20", "--messages", "100000",
                                     "--size", "4096", "--accepted", accepted], stdout=subprocess.DEVNULL)
            self.addCleanup(load.kill)
            goal = len(known) + 150
            daemon.wait_for(lambda: accepted.exists() and accepted.read_text().count("\n") >= goal, "accepted messages")
            server.kill()
            load.wait(daemon.PATIENCE)
            for path in server.folder(INFO).iterdir():
                self.assertTrue(path.name.endswith(".md"), f"{path} is visible to readers")
            server.start()
            self.assert_all_stored(server, accepted.read_text().split())
            self.assertEqual(list((server.data_dir / ".spool").iterdir()), [])
        with self.client(server) as client:
            client.sendmail("a@sender.test", [INFO], TEXT)

    def test_ended_gracefully_it_finishes_the_message_in_progress(self):
        server = self.make()
        idle, busy = self.client(server), self.client(server)
        for client in (idle, busy):
            client.ehlo()
        busy.docmd("MAIL", "FROM:<a@sender.test>")
        busy.docmd("RCPT", f"TO:<{INFO}>")
        busy.docmd("DATA")
        busy.send(b"Subject: the last one\r\n\r\n")
        server.signal(signal.SIGTERM)
        self.assertEqual(idle.getreply()[0], 421)
        self.wait_until_refused(server)
        busy.send(b"text\r\n.\r\n")
        self.assertEqual(busy.getreply()[0], 250)
        self.assertEqual(server.wait(), 0)
        self.assertEqual(MessageFile(server.messages(INFO)[0])["subject"], "the last one")
        self.assertFalse((server.runtime_dir / "aimx.sock").exists())
        self.assertFalse((server.runtime_dir / "aimx.pid").exists())

    def end_with_a_message_that_does_not_end(self, quarter):
        server = self.make()
        client = smtplib.SMTP("127.0.0.1", server.port, "client.test", timeout=30 + daemon.PATIENCE)
        self.addCleanup(client.close)
        client.ehlo()
        client.docmd("MAIL", "FROM:<a@sender.test>")
        client.docmd("RCPT", f"TO:<{INFO}>")
        client.docmd("DATA")
        daemon.wait_for(lambda: int(time.monotonic() * 4) % 4 == quarter, "a quarter of a second")
        server.signal(signal.SIGTERM)
        return server, client

    def test_a_message_that_does_not_end_is_told_so_and_takes_no_time_from_the_modules(self):
        # Each at another quarter of a second: no timer may round what it is given.
        for server, client in [self.end_with_a_message_that_does_not_end(quarter) for quarter in range(4)]:
            code, text = client.getreply()
            self.assertEqual((code, text[:5]), (421, b"4.3.2"))
            self.assertEqual(server.wait(), 0)
            self.assertNotIn("has not finished", server.log())

    def test_a_second_term_ends_it_at_once(self):
        server = self.make()
        client = self.client(server)
        client.ehlo()
        client.docmd("MAIL", "FROM:<a@sender.test>")
        client.docmd("RCPT", f"TO:<{INFO}>")
        client.docmd("DATA")
        server.signal(signal.SIGTERM)
        self.wait_until_refused(server)
        start = time.monotonic()
        server.signal(signal.SIGTERM)
        server.wait()
        self.assertLess(time.monotonic() - start, 15)
        self.assertEqual(server.messages(INFO), [])

    def wait_until_refused(self, server):
        def refused():
            try:
                with socket.create_connection(("127.0.0.1", server.port), 5) as raw:
                    return not raw.recv(3).startswith(b"220")
            except OSError:
                return True
        daemon.wait_for(refused, "new connections to be refused")

    def test_hangup_reloads_without_dropping_a_session(self):
        server = self.make()
        client = self.client(server)
        client.ehlo()
        client.docmd("MAIL", "FROM:<a@sender.test>")
        self.assertEqual(client.docmd("RCPT", "TO:<new@agents.test>")[0], 550)
        server.write_config({INFO: OWNER, "new@agents.test": OWNER})
        server.signal(signal.SIGHUP)
        daemon.wait_for(lambda: client.docmd("RCPT", "TO:<new@agents.test>")[0] == 250, "the new mailbox", 10)
        self.assertEqual(client.data(TEXT)[0], 250)
        self.assertEqual(len(server.messages("new@agents.test")), 1)

    def test_a_message_over_the_limit_for_files_is_refused_and_ends_nothing(self):
        server = self.make()
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (256 * 1024, 256 * 1024))
        client = self.client(server)
        with self.assertRaises(smtplib.SMTPDataError) as refused:
            client.sendmail("a@sender.test", [INFO], TEXT + 10000 * (70 * b"x" + b"\r\n"))
        self.assertEqual(refused.exception.smtp_code // 100, 4)
        client.sendmail("a@sender.test", [INFO], TEXT)
        self.assertEqual(len(server.messages(INFO)), 1)

    def test_streams_that_are_closed_are_no_file_of_the_server(self):
        server = self.make(start=False)
        environment = server.environment()
        process = subprocess.Popen(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", str(server.command), "--data-dir", str(server.data_dir),
                                    "serve", "--bind", "127.0.0.1:0"], env=environment)
        try:
            daemon.wait_for((server.runtime_dir / "aimx.sock").exists, "the socket")
            for stream in range(3):
                self.assertEqual(os.readlink(f"/proc/{process.pid}/fd/{stream}"), "/")
            self.assertEqual(server.aimx("ingest", INFO, stdin=TEXT).returncode, 0)
            self.assertEqual((server.data_dir / ".lock").read_text(), f"{process.pid}\n")
        finally:
            process.terminate()
            self.assertEqual(process.wait(daemon.PATIENCE), 0)

    def test_postmaster_alone_follows_the_default_domain(self):
        owners = {INFO: OWNER, "postmaster@two.test": OWNER}
        server = self.make(domains=("agents.test", "two.test"), mailboxes=owners)
        client = self.client(server)
        client.ehlo()
        client.docmd("MAIL", "FROM:<a@sender.test>")
        code, text = client.docmd("RCPT", "TO:<postmaster>")
        self.assertEqual((code, text), (550, b"5.1.1 <postmaster@agents.test>: no such mailbox"))
        server.domains = ("two.test", "agents.test")
        server.write_config(owners)
        done = server.aimx("reload")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(client.docmd("RCPT", "TO:<Postmaster>")[0], 250)
        self.assertEqual(client.data(TEXT)[0], 250)
        stored, = server.messages("postmaster@two.test")
        self.assertEqual(MessageFile(stored)["delivered_to"], "postmaster@two.test")

    def test_a_broken_edit_keeps_the_old_configuration_and_says_where(self):
        server = self.make()
        server.config_file.write_text(server.config_file.read_text() + "\n[mailboxes.broken\n")
        done = server.aimx("reload")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"config\.toml: line \d+, column \d+")
        server.signal(signal.SIGHUP)
        daemon.wait_for(lambda: "config.toml: line" in server.log(), "the error in the log")
        with self.client(server) as client:
            client.sendmail("a@sender.test", [INFO], TEXT)

    def test_a_mailbox_made_and_deleted_is_known_to_the_next_recipient(self):
        server = self.make()
        client = self.client(server)
        client.ehlo()
        client.docmd("MAIL", "FROM:<a@sender.test>")
        owner = ("--owner", OWNER) if daemon.IS_ROOT else ()
        done = server.aimx("mailboxes", "create", "fresh", *owner)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(client.docmd("RCPT", "TO:<fresh@agents.test>")[0], 250)
        done = server.aimx("mailboxes", "delete", "fresh", "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(client.docmd("RCPT", "TO:<fresh@agents.test>")[0], 550)

    def test_a_recipient_gone_since_rcpt_is_refused_for_good(self):
        server = self.make(mailboxes={INFO: OWNER, "gone@agents.test": OWNER})
        client = self.client(server)
        client.ehlo()
        client.docmd("MAIL", "FROM:<a@sender.test>")
        self.assertEqual(client.docmd("RCPT", "TO:<gone@agents.test>")[0], 250)
        self.assertEqual(server.aimx("mailboxes", "delete", "gone", "--yes").returncode, 0)
        code, text = client.data(TEXT)
        self.assertEqual((code, text[:5]), (550, b"5.1.1"))
        self.assertFalse(server.folder("gone@agents.test").exists())

    def test_certificates_are_read_again_when_their_files_change(self):
        server = self.make(tls=True)
        def subject():
            done = subprocess.run(["openssl", "s_client", "-starttls", "smtp", "-connect", f"127.0.0.1:{server.port}"],
                                  input=b"QUIT\n", capture_output=True, timeout=daemon.PATIENCE, check=False)
            return done.stdout.decode(errors="replace")
        self.assertIn("CN = localhost", subject())
        for new, old in zip(daemon.make_certificate(server.path, "renewed"), ("localhost-cert.pem", "localhost-key.pem")):
            os.replace(new, server.path / old)
        daemon.wait_for(lambda: "CN = renewed" in subject(), "the new certificate")

    def test_socket_and_pid_file_are_as_the_protocol_says(self):
        server = self.make()
        status = (server.runtime_dir / "aimx.sock").stat()
        self.assertTrue(stat.S_ISSOCK(status.st_mode))
        self.assertEqual(stat.S_IMODE(status.st_mode), 0o666)
        self.assertEqual((server.runtime_dir / "aimx.pid").read_text().strip(), str(server.process.pid))
        self.assertEqual(stat.S_IMODE((server.data_dir / "agents.test").stat().st_mode), 0o755)
        self.assertTrue((server.data_dir / "README.md").read_text().startswith("<!-- aimx-readme-version: "))
        self.assertEqual((server.data_dir / ".layout-version").read_text(), "2\n")

    def test_a_socket_left_by_a_dead_daemon_is_replaced(self):
        server = self.make()
        server.kill()
        self.assertTrue((server.runtime_dir / "aimx.sock").exists())
        server.start()
        self.assertEqual(server.aimx("version").stdout.count("version"), 2)


if __name__ == "__main__":
    tap.main()
