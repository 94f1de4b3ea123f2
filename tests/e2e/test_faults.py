#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A running daemon whose system calls fail one after the other: a message is stored and answered 250, or answered 4xx
with nothing left behind, and the daemon serves on."""

import re
import smtplib
import unittest

import daemon
import tap
from message_file import MessageFile

INFO = "info@agents.test"
KINDS = ("open", "mkdir", "stat", "write", "sync", "chown", "chmod", "link", "rename", "unlink")
ERRORS = ("ENOSPC", "EIO", "EMFILE", "EINTR", "short")
TEXT = (b"Subject: Report\r\nMessage-ID: <%d@sender.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\n\r\ntext\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n"
        b"content\r\n--b--\r\n")


class Faults(unittest.TestCase):
    def deliver(self, server, number):
        with smtplib.SMTP("127.0.0.1", server.port, timeout=daemon.PATIENCE) as client:
            client.ehlo()
            client.docmd("MAIL", "FROM:<a@sender.test>")
            client.docmd("RCPT", f"TO:<{INFO}>")
            return client.data(TEXT % number)[0]

    def assert_complete(self, server, number):
        found = server.messages(INFO)
        self.assertEqual(len(found), number)
        for path in found:
            stored = MessageFile(path)
            self.assertEqual(stored["id"], path.stem)
            self.assertEqual((path.parent / "a.pdf").read_bytes().rstrip(), b"content")

    def strike(self, plan):
        """Starts a daemon with the plan and delivers twice; returns whether the plan struck before it was ready."""
        with daemon.Daemon(start=False) as server:
            try:
                server.start(AIMX_TEST_FAULT=plan)
            except AssertionError:
                self.assertNotIn("Sanitizer", server.log())
                self.assertNotEqual(server.process.returncode, 0)
                self.assertTrue(re.search("Error: |warning", server.log()), server.log())
                return True
            codes = [self.deliver(server, number) for number in range(3)]
            stored = codes.count(250)
            self.assertTrue(all(code in (250, 451, 452) for code in codes), codes)
            self.assertGreaterEqual(stored, 2, f"{plan}: one fault, one failure: {codes}")
            self.assert_complete(server, stored)
            self.assertEqual(list((server.data_dir / ".spool").iterdir()), [])
            self.assertEqual(server.stop(), 0, server.log())
            return False

    def test_each_fault_is_a_4xx_or_harmless_and_the_daemon_serves_on(self):
        reached = 0
        for kind in KINDS:
            for number in range(1, 40 if kind in ("open", "stat") else 14):
                plan = f"{kind}:{number}:{ERRORS[(number + len(kind)) % len(ERRORS)]}"
                with self.subTest(plan):
                    reached += not self.strike(plan)
        self.assertGreater(reached, 60)

    def deliver_until_killed(self, server, plan):
        """Starts a daemon that a system call kills, and delivers; returns whether it got as far as that."""
        try:
            server.start(AIMX_TEST_FAULT=plan)
        except AssertionError:
            return False
        try:
            return self.deliver(server, 0) != 250
        except smtplib.SMTPServerDisconnected:
            return True
        finally:
            server.kill()

    def test_a_crash_while_a_mailbox_is_made_leaves_none_that_takes_no_mail(self):
        killed = 0
        for kind in ("mkdir", "chown", "chmod", "rename"):
            for number in range(1, 7):
                with self.subTest(f"{kind}:{number}"), daemon.Daemon(start=False) as server:
                    killed += self.deliver_until_killed(server, f"{kind}:{number}:kill")
                    server.start()
                    self.assertEqual(self.deliver(server, 1), 250, server.log())
        self.assertGreater(killed, 2)

    def test_a_full_disk_answers_452_until_there_is_room(self):
        with daemon.Daemon(env={"AIMX_TEST_FAULT": "write:20+:ENOSPC"}) as server:
            codes = [self.deliver(server, number) for number in range(30)]
            self.assertEqual(set(codes[-5:]), {452})
            self.assert_complete(server, codes.count(250))


if __name__ == "__main__":
    tap.main()
