#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Whether the records of a domain are published: what `aimx domains add` says of each, and verb DNS-CHECK."""

import json
import unittest

import daemon
import tap
import terminal
import zones
from standin import ACK, StandIn, answer_error, answer_json

KEY = {"name": "aimx._domainkey.b.test", "type": "TXT", "value": "v=DKIM1; k=rsa; p=" + "MIIB" * 90}
KEYS = {"domain": "b.test", "selector": "aimx", "dkim_dir": "/etc/aimx/dkim/b.test", "loaded": True, "records": [KEY]}
FIRST = {"domain": "agents.test", "default": True}
PROMPT = "Press Enter to check these records, q to leave:"
LEAVING = "aimx doctor"


def checked(kind, status, found=(), reason=None):
    return {"type": kind, "name": "b.test", "value": "wanted", "status": status, "found": list(found), "secure": False, "reason": reason}


MIXED = answer_json([checked("A", "found", ["192.0.2.9"]), checked("MX", "right", ["10 b.test."]),
                     checked("TXT", "different", ["one", "t\x1bwo"]), checked("AAAA", "missing"), checked("PTR", "unknown", reason="no answer")])


class Showing(unittest.TestCase):
    """Against a stand-in for the daemon."""

    def setUp(self):
        self.scratch = daemon.Scratch(config=None)
        self.addCleanup(self.scratch.close)

    def serve(self, check):
        answers = list(check) if isinstance(check, list) else None
        stand_in = StandIn(self.scratch.runtime_dir / "aimx.sock", {
            "DOMAIN-ADD": ACK, "DKIM-SHOW": answer_json(KEYS), "DOMAIN-LIST": answer_json([FIRST]),
            "DNS-CHECK": (lambda: answers.pop(0)) if answers else check})
        self.addCleanup(stand_in.close)
        return stand_in

    def add(self, *args):
        done = self.scratch.aimx("domains", "add", "b.test", *args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def add_on_terminal(self, answers):
        env = self.scratch.environment(AIMX_NONINTERACTIVE=None, TERM="xterm")
        status, seen = terminal.run([str(daemon.BUILD / "cli" / "aimx"), "domains", "add", "b.test"], env, answers=answers)
        self.assertEqual(status, 0, seen)
        return seen

    def test_the_records_that_were_printed_are_checked(self):
        stand_in = self.serve(answer_json([]))
        printed = self.add().stdout.splitlines()
        table = printed[printed.index("Publish these DNS records:") + 3:]
        table = [line.split(None, 2) for line in table[:table.index("")]]
        body = [line.split(" ", 2) for line in stand_in.asked("DNS-CHECK")[0].body.decode().splitlines()]
        self.assertEqual(body, [record for record in table if "<" not in record[1] and len(record) == 3])
        self.assertIn([KEY["type"], KEY["name"], KEY["value"]], body)

    def test_each_record_is_a_line(self):
        self.serve(MIXED)
        self.assertEqual(self.add().stdout.split("\n\n")[-1].splitlines(), [
            "[WARN] A b.test is there, with 192.0.2.9: see whether it is this server's",
            "[OK] MX b.test is right",
            "[FAIL] TXT b.test is different: it is one, t\\x1bwo, and should be wanted",
            "[FAIL] AAAA b.test is missing",
            "[WARN] PTR b.test is not known: no answer"])

    def test_a_skipped_check_asks_nothing(self):
        stand_in = self.serve(MIXED)
        self.assertIn("skipped", self.add("--no-dns-check").stderr)
        self.add("--json")
        self.assertEqual(stand_in.asked("DNS-CHECK"), [])

    def test_a_check_that_fails_changes_no_exit_code(self):
        self.serve(answer_error("TEMP", "no resolver"))
        self.assertIn("the DNS was not checked: no resolver", self.add().stderr)

    def test_a_person_may_look_until_all_is_right(self):
        stand_in = self.serve([MIXED, MIXED, answer_json([checked("MX", "right", ["10 b.test."])])])
        seen = self.add_on_terminal("\n\n\n")
        self.assertEqual(seen.count(PROMPT), 3)
        self.assertEqual(seen.count("is missing"), 2)
        self.assertNotIn(LEAVING, seen)
        self.assertEqual(len(stand_in.asked("DNS-CHECK")), 3)

    def test_a_person_may_leave(self):
        stand_in = self.serve(MIXED)
        for answers, n in (("q\n", 0), ("\nQ\n", 1)):
            seen = self.add_on_terminal(answers)
            self.assertIn(LEAVING, seen)
            self.assertEqual(len(stand_in.asked("DNS-CHECK")), n)


class Checking(unittest.TestCase):
    """With a daemon and a name server."""

    def setUp(self):
        self.dns = zones.Zones({"b.test": '@ MX 10 b.test.\n@ TXT "other"\n_dmarc TXT "v=DMARC1;p=none"\n@ A 192.0.2.4\n',
                                "2.0.192.in-addr.arpa": "4 PTR b.test.\n"})
        self.addCleanup(self.dns.close)

    def serve(self, **kwargs):
        server = daemon.Daemon(**kwargs)
        self.addCleanup(server.close)
        return server

    def check(self, server, *lines, **kwargs):
        done = server.aimx("call", "DNS-CHECK", stdin="\n".join(lines) + "\n", **kwargs)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [(record["status"], record["found"]) for record in json.loads(done.stdout)]

    def test_each_record_is_compared_with_what_is_there(self):
        server = self.serve(config=f'[resolver]\nservers = ["{self.dns.server}"]\n')
        self.assertEqual(self.check(server, "MX b.test 10 b.test.", "A b.test 192.0.2.4", "A b.test <IPv4 of this server>",
                                    "AAAA b.test 2001:db8::1", "TXT b.test v=spf1 -all", "TXT _dmarc.b.test v=DMARC1; p=reject",
                                    "TXT x._domainkey.b.test v=DKIM1; p=AA", "PTR 192.0.2.4 b.test"),
                         [("right", ["10 b.test."]), ("right", ["192.0.2.4"]), ("found", ["192.0.2.4"]), ("missing", []), ("missing", []),
                          ("different", ["v=DMARC1;p=none"]), ("missing", []), ("right", ["b.test"])])

    def test_a_new_domain_is_checked_once_in_a_pipe(self):
        server = self.serve(env={"AIMX_RESOLVER": self.dns.server})
        done = server.aimx("domains", "add", "b.test")
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertIn("[OK] MX b.test is right", lines)
        self.assertIn("[FAIL] TXT aimx._domainkey.b.test is missing", lines)
        self.assertIn("AIMX_RESOLVER is set: this is for tests", server.log())

    @unittest.skipUnless(daemon.IS_ROOT, "only root changes anything without a daemon")
    def test_without_a_daemon_the_command_asks(self):
        with daemon.Scratch() as scratch:
            done = scratch.aimx("domains", "add", "b.test", env={"AIMX_RESOLVER": self.dns.server})
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("[OK] MX b.test is right", done.stdout.splitlines())
            self.assertIn("AIMX_RESOLVER is set: this is for tests", done.stderr)

    def test_a_command_asks_the_server_of_its_own_environment(self):
        server = self.serve()
        done = server.aimx("domains", "add", "b.test", env={"AIMX_RESOLVER": self.dns.server})
        self.assertIn("[OK] MX b.test is right", done.stdout.splitlines(), done.stderr)

    def test_a_reload_applies_other_servers(self):
        server = self.serve()
        self.assertEqual(self.check(server, "MX b.test 10 b.test.")[0][0], "missing")
        text = server.config_file.read_text(encoding="utf-8")
        server.config_file.write_text(text.replace(daemon.name_server(), self.dns.server), encoding="utf-8")
        self.assertEqual(server.aimx("reload").returncode, 0)
        self.assertEqual(self.check(server, "MX b.test 10 b.test.")[0][0], "right")

    def test_a_record_that_has_just_changed_is_seen(self):
        server = self.serve(config=f'[resolver]\nservers = ["{self.dns.server}"]\n')
        wanted = ("TXT _dmarc.b.test v=DMARC1; p=reject", "TXT new.b.test v=1")
        self.assertEqual(self.check(server, *wanted), [("different", ["v=DMARC1;p=none"]), ("missing", [])])
        self.dns.set_zone("b.test", '_dmarc TXT "v=DMARC1; p=reject"\nnew TXT "v=1"\n')
        self.assertEqual(self.check(server, *wanted), [("right", ["v=DMARC1; p=reject"]), ("right", ["v=1"])])

    def test_silence_is_an_answer_for_all_at_once(self):
        with zones.Relay(self.dns.port, silent=True) as relay:
            server = self.serve(config=f'[resolver]\nservers = ["{relay.server}"]\n')
            answers = self.check(server, *(f"MX {i}.test 10 b.test." for i in range(64)))
        self.assertEqual(answers, [("unknown", [])] * 64)

    def test_what_is_no_list_of_records_is_refused(self):
        server = self.serve()
        for body, code in (("MX b.test\n", "PROTOCOL"), ("CAA b.test x\n", "VALIDATION"), ("A b.test 1\n" * 65, "BODY_TOO_LARGE"),
                           (b"A b.test \xff\n", "PROTOCOL"), (b"A b.test 1\0\n", "PROTOCOL")):
            done = server.aimx("call", "DNS-CHECK", stdin=body)
            self.assertEqual(done.returncode, 1)
            self.assertIn(code, done.stderr)
        self.assertEqual(self.check(server), [])


if __name__ == "__main__":
    tap.main()
