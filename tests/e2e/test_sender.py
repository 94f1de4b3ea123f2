#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Who sent a message: real mail from loopback addresses, with a real name server behind the daemon; what the frontmatter
says, what may be trusted, and what slow or silent name servers cost."""

import base64
import smtplib
import subprocess
import time
import unittest

import dkim

import daemon
import tap
import zones
from message_file import MessageFile

BOX, TRUSTING, OTHER = "info@agents.test", "agent@agents.test", "plain@agents.test"
BUDGET = 5

SPF = {
    "ip4": '@ TXT "v=spf1 ip4:127.0.0.2 -all"',
    "include": '@ TXT "v=spf1 include:ip4.test -all"',
    "mx": '@ TXT "v=spf1 mx -all"\n@ MX 10 mail\nmail A 127.0.0.2',
    "a": '@ TXT "v=spf1 a:mail.a.test ~all"\nmail A 127.0.0.2',
    "exists": '@ TXT "v=spf1 exists:%{ir}.ok.%{d2} -all"\n2.0.0.127.ok A 127.0.0.2',
    "redirect": '@ TXT "v=spf1 redirect=ip4.test"',
    "ptr": '@ TXT "v=spf1 ptr:client.test -all"',
}


def wire(text):
    return text.replace("\n", "\r\n").encode()


def public_key(private):
    done = subprocess.run(["openssl", "rsa", "-pubout", "-outform", "DER"], input=private, check=True, capture_output=True)
    return base64.b64encode(done.stdout).decode()


class Sender(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.key = daemon.signing_key()
        public = public_key(cls.key)
        record = f'"v=DKIM1; k=rsa; " "p={public[:200]}" "{public[200:]}"'
        signed = f"s1._domainkey TXT {record}\nt1._domainkey TXT {record} \"; t=y\"\n"
        cls.zones = {f"{name}.test": records for name, records in SPF.items()}
        cls.zones.update({
            "bank.test": signed + "c1._domainkey CNAME s1._domainkey.loose.test.\n" + '@ TXT "v=spf1 ip4:127.0.0.2 -all"\n_dmarc TXT "v=DMARC1; p=reject"',
            "loose.test": signed + '_dmarc TXT "v=DMARC1; p=none"',
            "client.test": "@ A 127.0.0.2",
            "0.0.127.in-addr.arpa": "2 PTR client.test.\n3 PTR liar.test.",
            "liar.test": "@ A 127.0.0.9",
            "handed.test": '@ TXT "v=spf1 ip4:192.0.2.1 -all"',
        })
        cls.dns = zones.Zones(cls.zones)

    @classmethod
    def tearDownClass(cls):
        cls.dns.close()

    def serve(self, config="", resolver=None):
        owner = daemon.ordinary_users()[0]
        server = daemon.Daemon(mailboxes={BOX: owner, OTHER: owner}, start=False,
                               env={"AIMX_RESOLVER": resolver or self.dns.server})
        self.addCleanup(server.close)
        server.write_config({BOX: owner, OTHER: owner}, config)
        with open(server.config_file, "a", encoding="utf-8") as file:
            file.write(f'[mailboxes."{TRUSTING}"]\naddress = "{TRUSTING}"\nowner = "{owner}"\ntrust = "verified"\n'
                       'trusted_senders = ["*@bank.test"]\n')
        server.start()
        return server

    def send(self, server, raw, sender, to=BOX, source="127.0.0.2", helo="client.test"):
        with smtplib.SMTP("127.0.0.1", server.port, local_hostname=helo, source_address=(source, 0), timeout=60) as client:
            client.sendmail(sender, to, raw)

    def deliver(self, server, raw, sender, to=BOX, **options):
        before = set(server.messages(to))
        self.send(server, raw, sender, to, **options)
        (new,) = set(server.messages(to)) - before
        return MessageFile(new)

    def sign(self, raw, domain, selector=b"s1", **options):
        return dkim.sign(raw, selector, domain.encode(), self.key, include_headers=[b"from", b"subject"], **options) + raw

    def message(self, author):
        return wire(f"From: Ann <{author}>\nSubject: Figures\n\nThe figures.\n")

    def assert_shown(self, message, **expected):
        self.assertEqual({key: message[key] for key in expected}, expected, message.fields.get("auth_detail"))

    def test_every_mechanism_passes_and_fails(self):
        server = self.serve()
        for name in SPF:
            raw = self.message(f"ann@{name}.test")
            self.assert_shown(self.deliver(server, raw, f"ann@{name}.test"), spf="pass", dkim="none", dmarc="none")
            failed = self.deliver(server, raw, f"ann@{name}.test", source="127.0.0.7")
            self.assert_shown(failed, spf="softfail" if name == "a" else "fail")
        nothing = self.deliver(server, self.message("ann@client.test"), "ann@client.test")
        self.assert_shown(nothing, spf="none", dkim="none", dmarc="none", trusted="none")

    def test_the_null_sender_is_the_greeting(self):
        server = self.serve()
        message = self.deliver(server, self.message("mailer-daemon@ip4.test"), "", helo="ip4.test")
        self.assert_shown(message, spf="pass")
        self.assertIn("smtp.helo=ip4.test", message["auth_detail"])

    def test_a_signature_proves_its_author(self):
        server = self.serve()
        raw = self.sign(self.message("ann@bank.test"), "bank.test")
        trusted = self.deliver(server, raw, "bounces@loose.test", TRUSTING, source="127.0.0.7")
        self.assert_shown(trusted, dkim="pass", spf="none", dmarc="pass", trusted="true")
        elsewhere = self.sign(self.message("ann@bank.test"), "bank.test", b"c1")
        self.assert_shown(self.deliver(server, elsewhere, "bounces@loose.test", TRUSTING), dkim="pass", trusted="true")
        plain = self.deliver(server, raw, "bounces@loose.test", OTHER)
        self.assert_shown(plain, dkim="pass", trusted="none")

    def test_what_proves_nothing_is_not_trusted(self):
        server = self.serve()
        raw = self.message("ann@bank.test")
        unproven = {
            "no signature": (raw, "none"),
            "changed": (self.sign(raw, "bank.test").replace(b"The figures", b"Our figures"), "fail"),
            "another's": (self.sign(raw, "loose.test"), "pass"),
            "a key in testing": (self.sign(raw, "bank.test", b"t1"), "none"),
            "half a body": (self.sign(raw, "bank.test", length=True) + b"More.\r\n", "pass"),
            "no key": (self.sign(raw, "bank.test", b"s2"), "fail"),
            "two authors": (self.sign(raw, "bank.test").replace(b"Subject:", b"From: eve@evil.test\r\nSubject:", 1), None),
        }
        for name, (sent, shown) in unproven.items():
            message = self.deliver(server, sent, "x@loose.test", TRUSTING, source="127.0.0.7")
            self.assertEqual(message["trusted"], "false", f"{name}: {message['auth_detail']}")
            if shown:
                self.assertEqual(message["dkim"], shown, f"{name}: {message['auth_detail']}")

    def test_a_policy_is_marked_or_obeyed(self):
        raw = self.message("ann@bank.test")
        marks = self.serve()
        self.assert_shown(self.deliver(marks, raw, "x@loose.test"), dmarc="fail")
        obeys = self.serve('dmarc_policy = "reject"')
        with self.assertRaises(smtplib.SMTPDataError) as refused:
            self.send(obeys, raw, "x@loose.test")
        self.assertEqual((refused.exception.smtp_code, refused.exception.smtp_error[:6]), (550, b"5.7.1 "))
        self.assertEqual(obeys.messages(BOX), [])
        self.assert_shown(self.deliver(obeys, raw, "ann@bank.test"), dmarc="pass", spf="pass")
        self.assert_shown(self.deliver(obeys, self.message("ann@loose.test"), "x@bank.test"), dmarc="fail")

    def test_no_author_that_is_shown_escapes_from_a_policy(self):
        obeys = self.serve('dmarc_policy = "reject"')
        for author in ("Ann <ann@bank.test(>", "(c) ann@bank.test (", "ann@bank.test (hi", "ann@bank.test (a\\)",
                       'a"n"n@bank.test', '"ann@bank.test"', "<ann@loose.test> ann@bank.test", "Ann"):
            with self.subTest(author), self.assertRaises(smtplib.SMTPDataError) as refused:
                self.send(obeys, wire(f"From: {author}\nSubject: Figures\n\nThe figures.\n"), "x@loose.test")
            self.assertEqual(refused.exception.smtp_code, 550)
        self.assertEqual(obeys.messages(BOX), [])

    def test_no_header_is_so_long_that_it_hides_an_author(self):
        filler = b"".join(b"X-Filler: " + b"x" * 900 + (b"\r\n " + b"x" * 900) * 60 + b"\r\n" for _ in range(25))
        raw = filler + self.message("ann@bank.test")
        self.assert_shown(self.deliver(self.serve(), raw, "x@loose.test"), dmarc="fail")
        obeys = self.serve('dmarc_policy = "reject"')
        with self.assertRaises(smtplib.SMTPDataError) as refused:
            self.send(obeys, raw, "x@loose.test")
        self.assertEqual(refused.exception.smtp_code, 550)
        self.assert_shown(self.deliver(obeys, raw, "ann@bank.test"), dmarc="pass")

    def test_the_name_of_the_client_leads_back_to_it(self):
        server = self.serve()
        raw = self.message("a@client.test")

        def sent_from(source, result):
            # Nobody waits for that: the first message may be faster than the answer.
            return f"iprev={result} " in self.deliver(server, raw, "a@client.test", source=source)["auth_detail"]
        daemon.wait_for(lambda: sent_from("127.0.0.2", "pass"), "a name that leads back")
        daemon.wait_for(lambda: sent_from("127.0.0.3", "fail"), "a name that leads elsewhere")
        daemon.wait_for(lambda: sent_from("127.0.0.4", "permerror"), "no name")

    def test_mail_handed_in_comes_from_where_its_trace_says(self):
        server = self.serve()
        raw = "Return-Path: <ann@ip4.test>\nReceived: from client.test (client.test [127.0.0.2]) by relay.test\n" \
              "From: ann@ip4.test\nSubject: x\n\nbody\n"
        raw = raw.replace("127.0.0.2", "192.0.2.1")
        done = server.aimx("ingest", BOX, stdin=raw, env={"AIMX_RESOLVER": self.dns.server})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_shown(MessageFile(server.messages(BOX)[0]), spf="fail")

    def test_who_hands_mail_in_does_not_choose_where_it_came_from(self):
        server = self.serve()
        raw = "Return-Path: <ann@handed.test>\nReceived: from [192.0.2.1] (unknown [203.0.113.9]) by relay.test\n" \
              "From: ann@handed.test\nSubject: x\n\nbody\n"
        done = server.aimx("ingest", BOX, stdin=raw)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assert_shown(MessageFile(server.messages(BOX)[0]), spf="fail")

    def test_mail_handed_in_may_have_a_path_in_brackets_or_none(self):
        server = self.serve()
        raw = "Return-Path: <eve@loose.test>\nFrom: ann@ip4.test\nSubject: x\n\nbody\n"
        for path, shown in (("ann@ip4.test", "smtp.mailfrom=ann@ip4.test"), ("<ann@ip4.test>", "smtp.mailfrom=ann@ip4.test"),
                            ("<>", "smtp.helo=ip4.test"), ("", "smtp.helo=ip4.test")):
            before = set(server.messages(BOX))
            done = server.aimx("ingest", BOX, "--ip", "127.0.0.2", "--helo", "ip4.test", "--mail-from", path, stdin=raw)
            self.assertEqual(done.returncode, 0, done.stderr)
            (new,) = set(server.messages(BOX)) - before
            message = MessageFile(new)
            self.assert_shown(message, spf="pass")
            self.assertIn(shown, message["auth_detail"])

    def test_a_sender_is_asked_for_once(self):
        with zones.Relay(self.dns.port) as relay:
            server = self.serve(resolver=relay.server)
            raw = self.sign(self.message("ann@bank.test"), "bank.test")
            with smtplib.SMTP("127.0.0.1", server.port, source_address=("127.0.0.2", 0), timeout=60) as client:
                for _ in range(1000):
                    client.sendmail("ann@bank.test", BOX, raw)
            self.assertEqual(len(server.messages(BOX)), 1000)
            for name, kind in (("bank.test", "TXT"), ("s1._domainkey.bank.test", "TXT"), ("_dmarc.bank.test", "TXT")):
                self.assertEqual(relay.count(name, kind), 1, name)
            last = MessageFile(server.messages(BOX)[-1])
            self.assert_shown(last, spf="pass", dkim="pass", dmarc="pass")

    def test_silent_name_servers_cost_the_budget_and_nothing_more(self):
        with zones.Relay(self.dns.port, silent=True) as relay:
            server = self.serve(resolver=relay.server)
            raw = self.sign(self.message("ann@bank.test"), "bank.test")
            begun = time.monotonic()
            message = self.deliver(server, raw, "ann@bank.test", TRUSTING)
            self.assertLess(time.monotonic() - begun, BUDGET + 3)
            self.assert_shown(message, spf="none", dkim="fail", dmarc="none", trusted="false")
            for method in ("spf=temperror", "dkim=temperror", "dmarc=temperror"):
                self.assertIn(method, message["auth_detail"])


if __name__ == "__main__":
    tap.main()
