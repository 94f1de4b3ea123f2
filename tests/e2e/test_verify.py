#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`aimx verify`: the whole verdict on a message, without a daemon and without a configuration, with a real name server
and signatures that dkimpy made."""

import base64
import json
import re
import subprocess
import tempfile
import time
import unittest

import dkim
from nacl.signing import SigningKey

import daemon
import tap
import zones

MESSAGE = (b"From: Bob <bob@sender.test>\r\nTo: ann@agents.test\r\nSubject: Figures\r\nDate: Tue, 24 Nov 2026 13:00:00 +0000\r\n"
           b"Message-ID: <1@sender.test>\r\n\r\nHello,\r\n\r\nthe figures.\r\n")
BUDGET = 5

SENDER = """\
@ TXT "v=spf1 ip4:192.0.2.1 -all exp=why.sender.test"
why TXT "%{{i}} may not send for %{{d}}"
_dmarc TXT "v=DMARC1; p=reject; sp=quarantine"
s1._domainkey TXT {rsa}
alias._domainkey CNAME s1._domainkey.keys.test.
ed._domainkey TXT "v=DKIM1; k=ed25519; p={ed25519}"
testing._domainkey TXT {rsa_testing}
revoked._domainkey TXT "v=DKIM1; p="
weak._domainkey TXT {weak}
mail A 192.0.2.1
"""
MECHANISMS = """\
a TXT "v=spf1 a:host.mechanism.test -all"
aaaa TXT "v=spf1 a:host.mechanism.test -all"
mx TXT "v=spf1 mx -all"
mx MX 10 host
ip4 TXT "v=spf1 ip4:192.0.2.0/28 -all"
ip6 TXT "v=spf1 ip6:2001:db8::/32 -all"
ptr TXT "v=spf1 ptr:mechanism.test -all"
exists TXT "v=spf1 exists:%{ir}.%{v}.list.mechanism.test -all"
1.2.0.192.in-addr.list A 127.0.0.2
include TXT "v=spf1 include:ip4.mechanism.test -all"
redirect TXT "v=spf1 redirect=ip4.mechanism.test"
soft TXT "v=spf1 ~all"
neutral TXT "v=spf1 ?all"
loop TXT "v=spf1 include:loop.mechanism.test -all"
wrong TXT "v=spf1 ip5:192.0.2.1 -all"
host A 192.0.2.1
host AAAA 2001:db8::1
"""
REVERSE = "1 PTR host.mechanism.test.\n66 PTR host.mechanism.test.\n"

FORMS = {"SPF": {"result", "domain", "mechanism", "explanation", "lookups"},
         "signature": {"domain", "selector", "algorithm", "result", "reason", "testing"},
         "DMARC": {"result", "domain", "policy", "spf_aligned", "dkim_aligned", "disposition"},
         "set": {"instance", "domain", "selector", "result", "reason"}}


def openssl(*args, data=None):
    return subprocess.run(["openssl", *args], input=data, check=True, capture_output=True).stdout


def publish(key, extra=""):
    """The record of an RSA key, in strings that fit."""
    public = base64.b64encode(openssl("rsa", "-pubout", "-outform", "DER", data=key)).decode()
    text = f"v=DKIM1; k=rsa; {extra}p={public}"
    return " ".join(f'"{text[at:at + 200]}"' for at in range(0, len(text), 200))


class Verify(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rsa = daemon.signing_key()
        cls.weak = openssl("genrsa", "-traditional", "512")
        cls.ed25519 = SigningKey.generate()
        sender = SENDER.format(rsa=publish(cls.rsa), rsa_testing=publish(cls.rsa, "t=y; "), weak=publish(cls.weak),
                               ed25519=base64.b64encode(bytes(cls.ed25519.verify_key)).decode())
        cls.dns = zones.Zones({"sender.test": sender, "mechanism.test": MECHANISMS, "2.0.192.in-addr.arpa": REVERSE,
                               "keys.test": f"s1._domainkey TXT {publish(cls.rsa)}",
                               "list.test": f"s1._domainkey TXT {publish(cls.rsa)}\n@ TXT \"v=spf1 ip4:192.0.2.50 -all\""})
        cls.scratch = daemon.Scratch(config=None)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.close()
        cls.dns.close()

    def run_verify(self, message, *args, scratch=None, server=None, **options):
        return (scratch or self.scratch).aimx("verify", "-", *args, stdin=message,
                                              env={"AIMX_RESOLVER": server or self.dns.server}, **options)

    def verify(self, message, ip="192.0.2.66", mail_from="eve@other.test", helo="mail.sender.test", **options):
        args = [*(["--ip", ip] if ip else []), *(["--mail-from", mail_from] if mail_from is not None else []), "--helo", helo,
                *options.pop("args", ())]
        done = self.run_verify(message, *args, "--json", **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def sign(self, message=MESSAGE, selector="s1", domain="sender.test", key=None, **options):
        if selector == "ed":
            options["signature_algorithm"] = b"ed25519-sha256"
            key = base64.b64encode(bytes(self.ed25519))
        return dkim.sign(message, selector.encode(), domain.encode(), key or self.rsa, **options) + message

    # ---- SPF ----

    def test_every_mechanism_passes_and_fails(self):
        for name in ("a", "mx", "ip4", "ptr", "exists", "include", "redirect"):
            for ip, result in (("192.0.2.1", "pass"), ("192.0.2.66", "fail")):
                with self.subTest(name, ip=ip):
                    spf = self.verify(MESSAGE, ip, f"x@{name}.mechanism.test")["spf"]
                    self.assertEqual(spf["result"], result, spf)
                    self.assertEqual(spf["domain"], f"{name}.mechanism.test")
        for ip, name, result in (("2001:db8::1", "ip6", "pass"), ("2001:db9::1", "ip6", "fail"),
                                 ("2001:db8::1", "aaaa", "pass"), ("2001:db8::2", "aaaa", "fail"),
                                 ("::ffff:192.0.2.1", "ip4", "pass"),
                                 ("192.0.2.1", "soft", "softfail"), ("192.0.2.1", "neutral", "neutral"),
                                 ("192.0.2.1", "loop", "permerror"), ("192.0.2.1", "wrong", "permerror"),
                                 ("192.0.2.1", "nowhere", "none")):
            with self.subTest(name, ip=ip):
                self.assertEqual(self.verify(MESSAGE, ip, f"x@{name}.mechanism.test")["spf"]["result"], result)

    def test_what_decided_is_named(self):
        spf = self.verify(MESSAGE, "192.0.2.1", "x@include.mechanism.test")["spf"]
        self.assertEqual(spf, {"result": "pass", "domain": "include.mechanism.test", "explanation": None, "lookups": 1,
                               "mechanism": "include:ip4.mechanism.test"})
        spf = self.verify(MESSAGE, "192.0.2.66", "x@sender.test")["spf"]
        self.assertEqual((spf["mechanism"], spf["explanation"]), ("-all", "192.0.2.66 may not send for sender.test"))

    def test_the_null_sender_is_the_host_that_greeted(self):
        for mail_from in ("", "<>", None):
            spf = self.verify(MESSAGE, "192.0.2.1", mail_from, helo="ip4.mechanism.test")["spf"]
            self.assertEqual((spf["result"], spf["domain"]), ("pass", "ip4.mechanism.test"))

    def test_the_name_of_the_client_leads_back(self):
        self.assertEqual(self.verify(MESSAGE, "192.0.2.1")["iprev"], {"result": "pass", "name": "host.mechanism.test"})
        self.assertEqual(self.verify(MESSAGE, "192.0.2.66")["iprev"], {"result": "fail", "name": None})
        self.assertEqual(self.verify(MESSAGE, "192.0.2.67")["iprev"], {"result": "permerror", "name": None})
        self.assertEqual(self.verify(MESSAGE, None)["iprev"], {"result": "none", "name": None})

    # ---- DKIM ----

    def assert_signature(self, message, result, **options):
        verdict = self.verify(message, **options)
        self.assertEqual([one["result"] for one in verdict["dkim"]], [result], verdict["dkim"])
        self.assertEqual(verdict["dkim"][0]["reason"] is None, result == "pass", verdict["dkim"])
        return verdict

    def test_what_dkimpy_signed_passes(self):
        for selector in ("s1", "ed", "alias"):
            with self.subTest(selector):
                verdict = self.assert_signature(self.sign(selector=selector), "pass")
                self.assertEqual(verdict["dmarc"], {"result": "pass", "domain": "sender.test", "policy": "reject",
                                                    "spf_aligned": False, "dkim_aligned": True, "disposition": "none"})

    def test_every_change_is_told(self):
        signed = self.sign()
        self.assert_signature(signed.replace(b"the figures", b"the figurez"), "fail")
        self.assert_signature(signed.replace(b"Subject: Figures", b"Subject: Figured"), "fail")
        self.assert_signature(self.sign(selector="absent"), "permerror")
        self.assert_signature(self.sign(selector="revoked"), "permerror")
        weak = self.verify(self.sign(selector="weak", key=self.weak))
        self.assertNotIn(weak["dkim"][0]["result"], ("pass", "none"))
        self.assertEqual(weak["dmarc"]["result"], "fail")

    def test_a_key_in_testing_proves_nothing(self):
        verdict = self.verify(self.sign(selector="testing"))
        self.assertTrue(verdict["dkim"][0]["testing"])
        self.assertEqual((verdict["dmarc"]["result"], verdict["dmarc"]["dkim_aligned"]), ("fail", False))

    def test_time_is_that_of_the_message(self):
        signed = self.sign()
        signed_at = int(re.search(rb"t=(\d+)", signed).group(1))
        before = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(signed_at - 30 * 86400))
        self.assert_signature(signed, "pass")
        self.assertNotEqual(self.verify(signed, args=["--at", before])["dkim"][0]["result"], "pass")

    # ---- DMARC ----

    def test_a_forged_author_is_to_be_refused(self):
        dmarc = self.verify(MESSAGE)["dmarc"]
        self.assertEqual(dmarc, {"result": "fail", "domain": "sender.test", "policy": "reject", "spf_aligned": False,
                                 "dkim_aligned": False, "disposition": "reject"})
        below = MESSAGE.replace(b"bob@sender.test", b"bob@news.sender.test")
        dmarc = self.verify(below)["dmarc"]
        self.assertEqual((dmarc["domain"], dmarc["policy"], dmarc["disposition"]),
                         ("news.sender.test", "quarantine", "quarantine"))

    def test_spf_of_the_authors_domain_is_enough(self):
        dmarc = self.verify(MESSAGE, "192.0.2.1", "bounce@sender.test")["dmarc"]
        self.assertEqual((dmarc["result"], dmarc["spf_aligned"], dmarc["dkim_aligned"]), ("pass", True, False))

    def test_a_second_author_proves_nothing(self):
        signed = self.sign()
        for other in (b"From: eve@other.test\r\n", b"From: bob@sender.test\r\n"):
            with self.subTest(other):
                self.assertEqual(self.verify(other + signed)["dmarc"]["result"], "fail")
        listed = self.sign(MESSAGE.replace(b"<bob@sender.test>", b"<bob@sender.test>, eve@other.test"))
        dmarc = self.verify(listed)["dmarc"]
        self.assertEqual((dmarc["result"], dmarc["disposition"]), ("fail", "reject"))

    # ---- ARC ----

    def seal(self, message, **options):
        earlier = b"; arc=pass" if b"ARC-Seal:" in message else b""
        authenticated = b"Authentication-Results: list.test; spf=pass" + earlier + b"\r\n" + message
        fields = dkim.arc_sign(authenticated, b"s1", b"list.test", self.rsa, b"list.test", **options)
        self.assertEqual(len(fields), 3)
        return b"".join(fields) + authenticated

    def test_chains_of_dkimpy_pass_and_prove_nothing(self):
        once = self.seal(MESSAGE)
        twice = self.seal(once)
        for message, count in ((once, 1), (twice, 2)):
            verdict = self.verify(message)
            self.assertEqual(verdict["arc"]["result"], "pass", verdict["arc"])
            self.assertEqual([(one["instance"], one["domain"], one["selector"]) for one in verdict["arc"]["chain"]],
                             [(n + 1, "list.test", "s1") for n in range(count)])
            self.assertEqual((verdict["dmarc"]["result"], verdict["dmarc"]["disposition"]), ("fail", "reject"))

    def test_comments_around_an_instance_break_no_chain(self):
        """RFC 8617, 4.1.1; dkimpy writes none, so that its seal is made again."""
        seal, signature, results = dkim.arc_sign(b"Authentication-Results: list.test; spf=pass\r\n" + MESSAGE, b"s1",
                                                 b"list.test", self.rsa, b"list.test")
        results = results.replace(b" i=1;", b" (one) i=1 (first);")
        self.assertIn(b"(first)", results)
        seal = re.sub(rb"b=[^;]*$", b"b=", seal)

        def relax(field):
            name, value = field.split(b":", 1)
            return name.lower() + b":" + re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip()
        sealed = b"\r\n".join(map(relax, (results, signature, seal)))
        with tempfile.NamedTemporaryFile() as key:
            key.write(self.rsa)
            key.flush()
            seal += base64.b64encode(openssl("dgst", "-sha256", "-sign", key.name, data=sealed)) + b"\r\n"
        arc = self.verify(seal + signature + results + MESSAGE)["arc"]
        self.assertEqual(arc["result"], "pass", arc)

    def test_a_broken_chain_fails(self):
        twice = self.seal(self.seal(MESSAGE))
        changes = {
            "body": twice.replace(b"the figures", b"the figurez"),
            "a signed field": twice.replace(b"Subject: Figures", b"Subject: Figured"),
            "results of the first": twice.replace(b"ARC-Authentication-Results: i=1", b"X-Results: i=1"),
            "an instance": twice.replace(b"ARC-Seal: i=1", b"ARC-Seal: i=3"),
            "what the second says of the chain": twice.replace(b"cv=pass", b"cv=none"),
        }
        for what, message in changes.items():
            with self.subTest(what):
                self.assertNotEqual(message, twice)
                self.assertEqual(self.verify(message)["arc"]["result"], "fail")

    def test_a_message_signature_that_covers_a_seal_fails(self):
        """RFC 8617, 4.1.2."""
        arc = self.verify(self.seal(self.seal(MESSAGE), include_headers=[b"from", b"arc-seal"]))["arc"]
        self.assertEqual((arc["result"], arc["chain"][1]["result"]), ("fail", "permerror"), arc)
        self.assertIn("ARC-Seal", arc["chain"][1]["reason"])

    # ---- the command ----

    def test_every_key_is_there(self):
        for message in (self.seal(self.sign()), b""):
            verdict = self.verify(message, None, "")
            self.assertEqual(set(verdict), {"spf", "dkim", "dmarc", "arc", "iprev", "trusted", "authentication_results"})
            self.assertEqual(set(verdict["spf"]), FORMS["SPF"])
            self.assertEqual(set(verdict["dmarc"]), FORMS["DMARC"])
            self.assertEqual(set(verdict["arc"]), {"result", "chain"})
            self.assertEqual(set(verdict["iprev"]), {"result", "name"})
            for signature in verdict["dkim"]:
                self.assertEqual(set(signature), FORMS["signature"])
            for one in verdict["arc"]["chain"]:
                self.assertEqual(set(one), FORMS["set"])
            self.assertIsNone(verdict["trusted"])
            self.assertTrue(verdict["authentication_results"].startswith("localhost; "))

    def test_people_see_each_result_and_why(self):
        done = self.run_verify(self.sign(), "--ip", "192.0.2.66", "--mail-from", "bob@sender.test")
        self.assertEqual(done.returncode, 0, done.stderr)
        for text in ("SPF      fail", "192.0.2.66 may not send for sender.test", "DKIM     pass       sender.test, selector s1",
                     "DMARC    pass       sender.test, policy reject", "--rcpt"):
            self.assertIn(text, done.stdout)

    def test_trust_needs_the_mailbox_and_says_why(self):
        config = 'trust = "verified"\ntrusted_senders = ["*@sender.test"]'
        with daemon.Scratch(config=config, mailboxes={"ann@agents.test": daemon.ordinary_users()[0]}) as scratch:
            for message, trusted in ((self.sign(), "true"), (MESSAGE, "false")):
                verdict = self.verify(message, "192.0.2.1", "bob@sender.test", args=["--rcpt", "ann@agents.test"],
                                      scratch=scratch)
                self.assertEqual(verdict["trusted"], trusted)
                self.assertTrue(verdict["authentication_results"].startswith("agents.test; "))
            done = self.run_verify(MESSAGE, "--rcpt", "nobody@agents.test", scratch=scratch)
            self.assertEqual(done.returncode, 1)
            self.assertIn("nobody@agents.test", done.stderr)

    def test_the_daemon_answers_the_same(self):
        with daemon.Daemon(env={"AIMX_RESOLVER": self.dns.server}) as server:
            done = server.aimx("verify", "-", "--ip", "192.0.2.1", "--mail-from", "bob@sender.test", "--json",
                               stdin=self.sign())
            self.assertEqual(done.returncode, 0, done.stderr)
            here = self.verify(self.sign(), "192.0.2.1", "bob@sender.test")
            there = json.loads(done.stdout)
            for key in ("spf", "dkim", "dmarc", "arc"):
                self.assertEqual(there[key], here[key])

    @unittest.skipUnless(daemon.IS_ROOT, "becomes another user")
    def test_everybody_may_ask(self):
        with daemon.Scratch() as scratch:
            scratch.config_dir.chmod(0o700)
            verdict = self.verify(self.sign(), scratch=scratch, user=daemon.ordinary_users()[0])
            self.assertEqual(verdict["dkim"][0]["result"], "pass")

    def test_what_cannot_be_read_is_an_error(self):
        for path in ("/nonexistent/message", str(self.scratch.path)):
            done = self.scratch.aimx("verify", path)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(path, done.stderr)
        self.assertEqual(self.run_verify(MESSAGE, "--ip", "mail.sender.test").returncode, 1)

    def test_a_dns_that_swallows_questions_costs_the_budget(self):
        with zones.Relay(silent=True) as relay:
            start = time.monotonic()
            verdict = self.verify(self.sign(), "192.0.2.1", "bob@sender.test", server=relay.server)
            self.assertLess(time.monotonic() - start, BUDGET + 3)
        self.assertEqual([verdict[key]["result"] for key in ("spf", "dmarc", "iprev")], ["temperror"] * 3)
        self.assertEqual(verdict["dkim"][0]["result"], "temperror")
        self.assertEqual(verdict["dmarc"]["disposition"], "none")

    def spend(self, server):
        """Seconds for a message with two signatures, whose keys and policy are to be asked for."""
        start = time.monotonic()
        verdict = self.verify(self.sign(self.sign(selector="ed")), None, server=server)
        self.assertEqual([one["result"] for one in verdict["dkim"]], ["pass", "pass"])
        return time.monotonic() - start

    def test_what_is_asked_together_takes_the_time_of_one_answer(self):
        delay = 0.3  # a resolver does not repeat its questions yet
        quick = min(self.spend(self.dns.server) for _ in range(2))
        with zones.Relay(self.dns.port, delay=delay) as relay:
            spent = self.spend(relay.server)
            self.assertEqual(sorted(relay.questions), [("_dmarc.sender.test", "TXT"), ("ed._domainkey.sender.test", "TXT"),
                                                       ("s1._domainkey.sender.test", "TXT")])
        self.assertLess(spent - quick, 2 * delay)


if __name__ == "__main__":
    tap.main()
