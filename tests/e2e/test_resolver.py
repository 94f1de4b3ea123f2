#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the resolver finds out from a real name server, and what DNSSEC says of it."""

import subprocess
import unittest

import daemon
import tap
import zones

TEXT = "x" * 250
PLAIN = f"""\
@ MX 10 mx
@ MX 20 mx.other.test.
@ TXT "v=spf1 " "-all"
mx A 192.0.2.1
mx AAAA 2001:db8::1
alias CNAME mx
away CNAME mx.other.test.
lost CNAME nowhere.other.test.
_25._tcp.mx TLSA 3 1 1 {"00" * 32}
long TXT {" ".join(f'"{TEXT}"' for _ in range(40))}
*.wild TXT "any"
"""
OTHER = "mx A 192.0.2.2\n"
REVERSE = "2 PTR client.plain.test.\n"
SIGNED = "mx A 192.0.2.3\n_25._tcp.mx TLSA 3 1 1 0102\nalias CNAME mx\nwrong TXT \"before\"\n"


class Resolver(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dns = zones.Zones({"plain.test": PLAIN, "other.test": OTHER, "0.0.127.in-addr.arpa": REVERSE,
                               "signed.test": SIGNED}, signed=["signed.test"])
        cls.dns.replace_in_signed_zone("signed.test", '"before"', '"after"')

    @classmethod
    def tearDownClass(cls):
        cls.dns.close()

    def ask(self, name, kind, anchor="-", server=None):
        command = [str(daemon.BUILD / "tests" / "e2e" / "dns-ask"), server or self.dns.server, str(anchor), name, kind]
        done = subprocess.run(command, capture_output=True, text=True, timeout=daemon.PATIENCE * 2, check=True)
        return done.stdout.splitlines()

    def assert_found(self, name, kind, *records, **options):
        answer = self.ask(name, kind, **options)
        self.assertEqual(answer[0], "found", answer)
        self.assertEqual(sorted(answer[2:]), sorted(records))
        return answer[1]

    def test_every_type_is_found(self):
        self.assert_found("plain.test", "MX", "10 mx.plain.test", "20 mx.other.test")
        self.assert_found("PLAIN.test.", "TXT", "v=spf1 -all")
        self.assert_found("mx.plain.test", "A", "0 192.0.2.1")
        self.assert_found("mx.plain.test", "AAAA", "0 2001:db8::1")
        self.assert_found("_25._tcp.mx.plain.test", "TLSA", "\\003\\001\\001" + "\\000" * 32)
        self.assert_found("127.0.0.2", "PTR", "0 client.plain.test")
        self.assert_found("x.wild.plain.test", "TXT", "any")

    def test_aliases_are_followed_across_zones(self):
        self.assert_found("alias.plain.test", "A", "0 192.0.2.1")
        self.assert_found("away.plain.test", "A", "0 192.0.2.2")
        self.assert_found("away.plain.test", "CNAME", "0 mx.other.test")
        self.assertEqual(self.ask("lost.plain.test", "A")[0], "no name")

    def test_what_is_long_comes_over_tcp(self):
        self.assert_found("long.plain.test", "TXT", TEXT * 40)

    def test_kinds_of_nothing_are_told_apart(self):
        self.assertEqual(self.ask("mx.plain.test", "TXT")[:2], ["no data", "insecure"])
        self.assertEqual(self.ask("nowhere.plain.test", "TXT")[:2], ["no name", "insecure"])
        with zones.Zones({}) as gone:
            gone.stop()
            answer = self.ask("mx.plain.test", "A", server=gone.server)
        self.assertEqual(answer[0], "failed")
        self.assertEqual(len(answer), 3)

    def test_dnssec_proves_what_is_signed(self):
        anchor = self.dns.trust_anchor
        self.assertEqual(self.assert_found("mx.signed.test", "A", "0 192.0.2.3", anchor=anchor), "secure")
        self.assertEqual(self.assert_found("alias.signed.test", "A", "0 192.0.2.3", anchor=anchor), "secure")
        self.assertEqual(self.assert_found("_25._tcp.mx.signed.test", "TLSA", "\\003\\001\\001\\001\\002", anchor=anchor),
                         "secure")
        self.assertEqual(self.ask("nowhere.signed.test", "A", anchor=anchor)[:2], ["no name", "secure"])
        self.assertEqual(self.ask("mx.signed.test", "TXT", anchor=anchor)[:2], ["no data", "secure"])
        self.assertEqual(self.assert_found("mx.plain.test", "A", "0 192.0.2.1", anchor=anchor), "insecure")

    def test_dnssec_proves_what_is_wrong(self):
        answer = self.ask("wrong.signed.test", "TXT", anchor=self.dns.trust_anchor)
        self.assertEqual(answer[:2], ["failed", "bogus"])
        self.assertIn("DNSSEC proves the answer wrong", answer[2])
        self.assertEqual(self.assert_found("wrong.signed.test", "TXT", "after"), "insecure")

    def test_a_question_is_asked_once_on_the_wire(self):
        with zones.Relay(self.dns.port) as relay:
            self.assert_found("mx.plain.test", "A", "0 192.0.2.1", server=relay.server)
            self.assertEqual(relay.count("mx.plain.test", "A"), 1)


if __name__ == "__main__":
    tap.main()
