#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a daemon says after its start of keys that the DNS shows differently, or not at all."""

import base64
import hashlib
import re
import subprocess
import time
import unittest

import daemon
import tap
import zones

KEY = subprocess.run(["openssl", "pkey", "-pubout", "-outform", "DER"], input=daemon.signing_key(), check=True, capture_output=True).stdout
OTHER = b"another key, or something else"
DOMAINS = ("right.test", "alias.test", "different.test", "missing.test", "revoked.test", "last.test")


def record(key):
    text = "v=DKIM1; k=rsa; p=" + base64.b64encode(key).decode()
    return " ".join(f'"{text[at:at + 200]}"' for at in range(0, len(text), 200))


class Comparing(unittest.TestCase):
    def serve(self, domains, server, **kwargs):
        made = daemon.Daemon(domains=domains, mailboxes={}, config=f'[resolver]\nservers = ["{server}"]\n', start=False, **kwargs)
        self.addCleanup(made.close)
        for domain in domains:
            made.write_signing_key(domain)
        made.start()
        return made

    def wait_for(self, server, text):
        daemon.wait_for(lambda: text in server.log(), text)
        return server.log()

    def test_each_key_that_is_not_shown_right_is_told(self):
        name = "aimx._domainkey TXT "
        with zones.Zones({"right.test": name + record(KEY), "alias.test": "aimx._domainkey CNAME aimx._domainkey.right.test.",
                          "different.test": name + record(OTHER), "missing.test": "", "revoked.test": name + '"v=DKIM1; p="',
                          "last.test": name + record(OTHER)}) as dns:
            # A wrong key is logged as critical; the servers of other tests have those fatal.
            server = self.serve(DOMAINS, dns.server, env={"G_DEBUG": None})
            for domain in DOMAINS[2:]:
                self.wait_for(server, f"aimx._domainkey.{domain}:")
            lines = {found.group(1): line for line in server.log().splitlines() if (found := re.search(r"aimx\._domainkey\.(\S+):", line))}
        self.assertEqual(sorted(lines), ["different.test", "last.test", "missing.test", "revoked.test"])
        for key in (KEY, OTHER):
            self.assertIn(hashlib.sha256(key).hexdigest(), lines["different.test"])
        self.assertIn("critical", lines["different.test"].lower())
        self.assertIn("has no record", lines["missing.test"])
        self.assertIn("revoked", lines["revoked.test"])
        for domain in ("missing.test", "revoked.test"):
            self.assertIn("warning", lines[domain].lower())

    def test_a_failure_is_told_and_is_no_missing_record(self):
        with zones.Zones({"right.test": "aimx._domainkey TXT " + record(KEY)}) as dns:
            dns.stop()
            server = self.serve(("right.test",), dns.server)
            log = self.wait_for(server, "aimx._domainkey.right.test: it is not known whether the DNS has the key")
        self.assertNotIn("has no record", log)

    def test_a_dns_that_answers_nothing_is_not_asked_for_ever(self):
        domains = tuple(f"d{i}.test" for i in range(40))
        server = self.serve(domains, "127.0.0.1@1")
        log = self.wait_for(server, "more keys are not compared")
        self.assertLess(log.count("it is not known whether"), len(domains))

    def test_a_silent_dns_delays_neither_start_nor_end(self):
        with zones.Relay(silent=True) as relay:
            before = time.monotonic()
            server = self.serve(("right.test",), relay.server)
            daemon.wait_for(lambda: relay.count("aimx._domainkey.right.test", "TXT"), "a question")
            self.assertEqual(server.stop(), 0)
            self.assertLess(time.monotonic() - before, 15)
        self.assertNotIn("aimx._domainkey", server.log())


if __name__ == "__main__":
    tap.main()
