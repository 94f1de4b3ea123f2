#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`aimx domains rotate-dkim` with a daemon and a real name server: mail is signed with the new key from the moment the
DNS shows it, not before, and what is interrupted goes on."""

import json
import signal
import unittest

import daemon
import tap
import zones

DOMAIN = "agents.test"


def quote(value):
    """A TXT record takes strings of 255 bytes at most."""
    return " ".join(f'"{value[at:at + 200]}"' for at in range(0, len(value), 200))


class Rotation(unittest.TestCase):
    def setUp(self):
        self.dns = zones.Zones({DOMAIN: "@ A 127.0.0.1"})
        self.addCleanup(self.dns.close)
        self.server = daemon.Daemon(env={"AIMX_RESOLVER": self.dns.server})
        self.addCleanup(self.server.close)

    def aimx(self, *args, status=0):
        done = self.server.aimx(*args, env={"AIMX_RESOLVER": self.dns.server})
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def rotate(self, *args, status=0):
        return json.loads(self.aimx("domains", "rotate-dkim", DOMAIN, "--json", *args, status=status).stdout)

    def selector(self):
        return json.loads(self.aimx("call", "DKIM-SHOW", f"Domain={DOMAIN}").stdout)["selector"]

    def publish(self, *answers):
        records = [f"{record['name']}. TXT {quote(record['value'])}" for answer in answers for record in answer["records"]]
        self.dns.set_zone(DOMAIN, "\n".join(["@ A 127.0.0.1", *records]))

    def test_the_daemon_switches_when_the_dns_shows_the_key(self):
        answer = self.rotate()
        self.assertEqual(answer["state"], "waiting")
        self.assertEqual([record["dns"] for record in answer["records"]], ["missing"])
        self.server.signal(signal.SIGHUP)
        self.assertEqual(self.selector(), answer["old_selector"])
        self.publish(answer)

        def switched():
            self.server.signal(signal.SIGHUP)
            return self.selector() == answer["selector"]
        daemon.wait_for(switched, "the daemon signs with the new key")
        self.assertIn(f"mail of domain {DOMAIN} is signed with the key of selector {answer['selector']}", self.server.log())
        again = self.rotate()
        self.assertEqual((again["state"], again["records"][0]["dns"]), ("switched", "right"))
        done = self.rotate("--finish")
        self.assertEqual(done["state"], "done")
        self.assertIn(f"/dkim/{DOMAIN}/private.key.", done["kept"][0])
        self.assertEqual(self.selector(), answer["selector"])

    def test_a_rotation_survives_a_crash(self):
        answer = self.rotate()
        self.server.kill()
        self.publish(answer)
        self.server.start()
        daemon.wait_for(lambda: self.selector() == answer["selector"], "the daemon goes on where it was")

    def test_it_works_without_a_daemon(self):
        self.server.stop()
        answer = self.rotate("--selector", "next")
        self.assertEqual((answer["state"], answer["selector"]), ("waiting", "next"))
        self.publish(answer)
        self.assertEqual(self.rotate("--finish")["state"], "done")
        self.assertEqual(self.selector(), "next")

    def test_a_record_that_no_verifier_accepts_switches_nothing(self):
        answer = self.rotate()
        name, value = answer["records"][0]["name"], answer["records"][0]["value"]
        self.dns.set_zone(DOMAIN, f"@ A 127.0.0.1\n{name}. TXT {quote(value.replace('k=rsa', 'k=rsa; t=y'))}")
        daemon.wait_for(lambda: self.rotate()["records"][0]["dns"] == "different", "the resolver sees the record")
        self.assertIn("is not right: it says t=y", self.aimx("domains", "rotate-dkim", DOMAIN).stdout)
        self.assertEqual(self.rotate("--finish", status=1)["state"], "waiting")
        self.assertEqual(self.selector(), answer["old_selector"])

    def test_a_person_is_told_what_to_do(self):
        first = self.aimx("domains", "rotate-dkim", DOMAIN)
        self.assertIn("new DKIM key", first.stdout)
        self.assertIn("not there yet", first.stdout)
        refused = self.aimx("domains", "rotate-dkim", DOMAIN, "--finish", status=1)
        self.assertIn("does not show the new key", refused.stderr)
        self.publish(self.rotate())
        self.assertEqual(self.rotate()["state"], "switched")
        switched = self.aimx("domains", "rotate-dkim", DOMAIN)
        self.assertIn(f"Leave in the DNS for mail that is under way: aimx._domainkey.{DOMAIN}", switched.stdout)
        done = self.aimx("domains", "rotate-dkim", DOMAIN, "--finish")
        self.assertIn("Old key kept at", done.stdout)

    def test_how_far_it_is_can_be_asked_without_beginning_one(self):
        self.assertEqual(self.rotate("--status")["state"], "none")
        self.assertIn("No key of agents.test is being replaced", self.aimx("domains", "rotate-dkim", DOMAIN, "--status").stdout)
        answer = self.rotate()
        self.assertEqual(self.rotate("--status")["selector"], answer["selector"])
        self.publish(answer)
        daemon.wait_for(lambda: self.rotate()["state"] == "switched", "the resolver has forgotten that there was no record")
        self.assertEqual(self.rotate("--status")["state"], "switched")
        self.rotate("--finish")
        self.assertEqual(self.rotate("--status")["state"], "done")
        self.assertIn("--again", self.aimx("domains", "rotate-dkim", DOMAIN).stderr)
        self.assertEqual(self.rotate()["selector"], answer["selector"])
        self.assertEqual(self.rotate("--again")["state"], "waiting")


if __name__ == "__main__":
    tap.main()
