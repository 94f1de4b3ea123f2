#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""`aimx domains` and `aimx dkim-keygen`: what they make of each answer, against a stand-in for the daemon; and what they
do, with a daemon and without one."""

import base64
import json
import os
import shutil
import subprocess
import unittest

import daemon
import tap
import terminal
from standin import ACK, StandIn, answer_error, answer_json

KEY_DIR = "/etc/aimx/dkim/b.test"
RECORD = {"name": "aimx._domainkey.b.test", "type": "TXT", "value": "v=DKIM1; k=rsa; p=" + "MIIB" * 90}
KEYS = {"domain": "b.test", "selector": "aimx", "dkim_dir": KEY_DIR, "loaded": True, "records": [RECORD]}
FIRST = {"domain": "agents.test", "default": True, "dkim_loaded": True, "dkim_selector": "aimx", "mailbox_count": 2, "unread": 3,
         "overrides": ""}
SECOND = {"domain": "b.test", "default": False, "dkim_loaded": False, "dkim_selector": "x", "mailbox_count": 10, "unread": 0,
          "overrides": "dkim_selector,trust"}
LAST = answer_error("DOMAIN", "'b.test' is the last configured domain; `aimx uninstall` removes the server")


def outcome(blocking=(), cascaded=(), storage=False):
    return answer_json({"outcome": "blocked_by_mailboxes" if blocking else "removed", "blocking_mailboxes": list(blocking),
                        "cascaded_mailboxes": list(cascaded), "storage_tree_removed": storage, "dkim_dir": KEY_DIR})


def mailbox(name, total, unread, sent):
    return {"name": name, "total": total, "unread": unread, "sent_count": sent, "owner": "root", "registered": True}


NAMES = ("*@b.test", "info@b.test")
MAILBOXES = answer_json([mailbox("*@b.test", 1, 0, 0), mailbox("info@agents.test", 500, 0, 0), mailbox("info@b.test", 12, 3, 4)])


class Case(unittest.TestCase):
    def setUp(self):
        self.scratch = daemon.Scratch(config=None)
        self.addCleanup(self.scratch.close)

    def serve(self, **answers):
        """Answers by verb, `_` for `-`; a list is answered one after another."""
        def in_turn(answers):
            left = list(answers)
            return lambda: left.pop(0)
        stand_in = StandIn(self.scratch.runtime_dir / "aimx.sock",
                           {verb.replace("_", "-"): in_turn(answer) if isinstance(answer, list) else answer for verb, answer in answers.items()})
        self.addCleanup(stand_in.close)
        return stand_in

    def aimx(self, *args, status=0, **kwargs):
        done = self.scratch.aimx(*args, **{"env": {"AIMX_NONINTERACTIVE": None}, **kwargs})
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def on_terminal(self, *args, status=0, answers="", columns=80, **env):
        environment = self.scratch.environment(**{"AIMX_NONINTERACTIVE": None, "TERM": "xterm", **env})
        got, seen = terminal.run([str(daemon.BUILD / "cli" / "aimx"), *args], environment, columns, answers, daemon.PATIENCE)
        self.assertEqual(got, status, seen)
        return seen


class Listing(Case):
    def test_a_list_is_a_table(self):
        self.serve(DOMAIN_LIST=answer_json([FIRST, SECOND]))
        for name in ("domains", "domain"):
            lines = [line.split() for line in self.aimx(name, "list").stdout.splitlines()]
            self.assertEqual(lines, [["DOMAIN", "DEFAULT", "DKIM", "MAILBOXES", "UNREAD", "OVERRIDES"],
                                     ["agents.test", "[OK]", "loaded", "2", "3", "-"],
                                     ["b.test", "MISSING", "10", "0", "dkim_selector,trust"]])
        self.assertIn("\x1b[1;31mMISSING\x1b[0m", self.on_terminal("domains", "list", NO_COLOR=None))

    def test_no_domains_say_so(self):
        self.serve(DOMAIN_LIST=answer_json([]))
        self.assertEqual(self.aimx("domains", "list").stdout, "No domains configured.\n")

    def test_json_is_the_daemons(self):
        self.serve(DOMAIN_LIST=answer_json([FIRST, {"new": [1]}]))
        self.assertEqual(json.loads(self.aimx("domains", "list", "--json").stdout), [FIRST, {"new": [1]}])

    def test_who_may_not_is_told_of_sudo(self):
        self.serve(DOMAIN_LIST=answer_error("EACCES", "not authorized"))
        user = {"user": daemon.ordinary_users()[0]} if daemon.IS_ROOT else {}
        done = self.aimx("domains", "list", status=1, **user)
        self.assertIn("Error: [EACCES] not authorized\n", done.stderr)
        self.assertIn("sudo", done.stderr)
        self.assertEqual(done.stdout, "")


class Adding(Case):
    def serve_new_domain(self, **more):
        return self.serve(**{"DOMAIN_ADD": ACK, "DKIM_SHOW": answer_json(KEYS), "DOMAIN_LIST": answer_json([FIRST, SECOND]), **more})

    def test_the_records_to_publish_can_be_pasted(self):
        stand_in = self.serve_new_domain()
        lines = self.aimx("domains", "add", "B.Test", "--no-dns-check").stdout.splitlines()
        self.assertEqual(lines[:2], ["[OK] Domain 'B.Test' added", f"[OK] DKIM keypair in {KEY_DIR}"])
        records = [tuple(line.split(None, 2)) for line in lines[lines.index("Publish these DNS records:") + 3:]]
        for record in (("MX", "b.test", "10 b.test."), ("TXT", RECORD["name"], RECORD["value"]),
                       ("TXT", "_dmarc.b.test", "v=DMARC1; p=reject; rua=mailto:postmaster@b.test")):
            self.assertIn(record, records)
        self.assertEqual(records[0][:2], ("A", "b.test"))
        self.assertRegex(dict((record[:2], record[2]) for record in records)["TXT", "b.test"], r"^v=spf1 ip4:.* -all$")
        self.assertRegex(lines[-1], r"^PTR .* agents\.test$")
        self.assertEqual(stand_in.asked("DOMAIN-ADD")[0].headers, {"Domain": "B.Test"})

    def test_a_terminal_cuts_no_record(self):
        self.serve_new_domain()
        self.assertIn(RECORD["value"], self.on_terminal("domains", "add", "b.test", columns=40, answers="q\n"))

    def test_a_skipped_check_is_told(self):
        self.serve_new_domain()
        self.assertIn("DNS check was skipped", self.aimx("domains", "add", "b.test", "--no-dns-check").stderr)
        self.assertNotIn("skipped", self.aimx("domains", "add", "b.test").stderr)

    def test_a_selector_goes_with_it(self):
        stand_in = self.serve_new_domain()
        self.aimx("domains", "add", "b.test", "--selector", "mail")
        self.assertEqual(stand_in.requests[0].headers, {"Domain": "b.test", "Selector": "mail"})

    def test_json_is_that_of_the_keys(self):
        self.serve_new_domain()
        self.assertEqual(json.loads(self.aimx("domains", "add", "b.test", "--json").stdout), KEYS)

    def test_a_refusal_shows_no_records(self):
        stand_in = self.serve_new_domain(DOMAIN_ADD=answer_error("DOMAIN", "domain 'b.test' is already configured"))
        done = self.aimx("domains", "add", "b.test", status=1)
        self.assertEqual((done.stdout, done.stderr), ("", "Error: [DOMAIN] domain 'b.test' is already configured\n"))
        self.assertEqual(len(stand_in.requests), 1)


class Removing(Case):
    def test_an_empty_domain_goes(self):
        stand_in = self.serve(DOMAIN_REMOVE=outcome(storage=True))
        done = self.aimx("domains", "remove", "b.test")
        self.assertEqual(done.stdout, f"[OK] Removed domain 'b.test' from the configuration\nDKIM keypair preserved at {KEY_DIR}\n")
        self.assertEqual(done.stderr, "")
        self.assertEqual(stand_in.requests[0].headers, {"Domain": "b.test", "Force": "false"})

    def test_mailboxes_in_the_way_are_numbered(self):
        self.serve(DOMAIN_REMOVE=outcome(blocking=NAMES))
        for yes in ((), ("--yes",)):
            done = self.aimx("domains", "remove", "b.test", *yes, status=1)
            self.assertIn("'b.test' has 2 mailboxes:\n  1. *@b.test\n  2. info@b.test\n", done.stdout)
            self.assertIn("--force", done.stdout)
            self.assertIn(f"DKIM keypair preserved at {KEY_DIR}\n", done.stdout)
            self.assertIn("refused", done.stderr)

    def test_a_cascade_names_what_is_gone(self):
        stand_in = self.serve(DOMAIN_REMOVE=[outcome(cascaded=NAMES, storage=True), outcome(cascaded=NAMES[1:])])
        done = self.aimx("domains", "remove", "b.test", "--force")
        self.assertEqual(done.stdout, "[OK] Removed domain (cascade) 'b.test' with 2 mailboxes:\n  - *@b.test\n  - info@b.test\n"
                                      f"Storage tree removed.\nDKIM keypair preserved at {KEY_DIR}\n")
        self.assertEqual(stand_in.requests[0].headers, {"Domain": "b.test", "Force": "true"})
        done = self.aimx("domains", "remove", "b.test", "--force", "-y")
        self.assertNotIn("Storage tree removed.", done.stdout)
        self.assertIn("with 1 mailbox:\n", done.stdout)

    def test_a_refusal_is_the_daemons(self):
        self.serve(DOMAIN_REMOVE=[LAST, answer_error("DOMAIN", "'x.test' is not in `domains`"), answer_error("ECONFLICT", "changed")])
        for words in ("last configured domain", "is not in `domains`", "[ECONFLICT] changed"):
            done = self.aimx("domains", "remove", "b.test", "--force", status=1)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stdout, "")

    def test_json_is_the_verbs_with_the_same_status(self):
        self.serve(DOMAIN_REMOVE=[outcome(blocking=NAMES), outcome(cascaded=NAMES)])
        self.assertEqual(json.loads(self.aimx("domains", "remove", "b.test", "--json", status=1).stdout)["blocking_mailboxes"], list(NAMES))
        self.assertEqual(json.loads(self.aimx("domains", "remove", "b.test", "--json", "--force").stdout)["cascaded_mailboxes"], list(NAMES))


class Asking(Case):
    def serve_full_domain(self):
        return self.serve(DOMAIN_REMOVE=[outcome(blocking=NAMES), outcome(cascaded=NAMES, storage=True)], MAILBOX_LIST=MAILBOXES)

    def test_a_terminal_sees_what_would_go_and_answers(self):
        stand_in = self.serve_full_domain()
        seen = self.on_terminal("domains", "remove", "b.test", "--force", answers="y\n")
        self.assertIn("*@b.test: 1 message (0 unread), 0 sent", seen)
        self.assertIn("info@b.test: 12 messages (3 unread), 4 sent", seen)
        self.assertIn("Delete 2 mailboxes with 17 messages, and domain 'b.test'? [y/N]", seen)
        self.assertNotIn("500", seen)
        self.assertIn("Removed domain (cascade)", seen)
        self.assertEqual([request.headers["Force"] for request in stand_in.asked("DOMAIN-REMOVE")], ["false", "true"])

    def test_a_no_changes_nothing(self):
        stand_in = self.serve(DOMAIN_REMOVE=outcome(blocking=NAMES), MAILBOX_LIST=MAILBOXES)
        for answer in ("n\n", "\n"):
            self.assertIn("Cancelled.", self.on_terminal("domains", "remove", "b.test", "--force", answers=answer))
        self.assertEqual([request.headers["Force"] for request in stand_in.asked("DOMAIN-REMOVE")], ["false", "false"])

    def test_nobody_to_answer_is_an_error_that_names_the_option(self):
        stand_in = self.serve_full_domain()
        self.assertIn("--yes", self.on_terminal("domains", "remove", "b.test", "--force", status=1, AIMX_NONINTERACTIVE="1"))
        self.assertEqual(len(stand_in.asked("DOMAIN-REMOVE")), 1)

    def test_yes_is_not_asked(self):
        stand_in = self.serve(DOMAIN_REMOVE=outcome(cascaded=NAMES))
        self.assertNotIn("[y/N]", self.on_terminal("domains", "remove", "b.test", "--force", "--yes"))
        self.assertEqual([request.headers["Force"] for request in stand_in.asked("DOMAIN-REMOVE")], ["true"])

    def test_what_is_empty_or_refused_is_not_asked_about(self):
        self.serve(DOMAIN_REMOVE=[outcome(), LAST])
        self.assertIn("Removed domain 'b.test'", self.on_terminal("domains", "remove", "b.test", "--force"))
        seen = self.on_terminal("domains", "remove", "b.test", "--force", status=1)
        self.assertIn("last configured domain", seen)
        self.assertNotIn("[y/N]", seen)


class Making(Case):
    @unittest.skipUnless(daemon.IS_ROOT, "needs somebody who may not write")
    def test_who_may_not_write_the_configuration_directory_is_told(self):
        stand_in = self.serve()
        self.scratch.config_file.write_text('domains = ["agents.test"]\n')
        done = self.aimx("dkim-keygen", user=daemon.ordinary_users()[0], status=1)
        self.assertIn(str(self.scratch.config_dir), done.stderr)
        self.assertIn("run with sudo or set AIMX_CONFIG_DIR", done.stderr)
        self.assertEqual((done.stdout, stand_in.requests), ("", []))


class Choosing(Case):
    def test_the_default_is_set(self):
        stand_in = self.serve(DOMAIN_SET_DEFAULT=ACK)
        self.assertEqual(self.aimx("domains", "set-default", "b.test").stdout, "[OK] Default domain is 'b.test'\n")
        self.assertEqual(stand_in.requests[0].headers, {"Domain": "b.test"})


class Anything(Case):
    def test_members_that_are_missing_or_of_another_type_do_no_harm(self):
        odd = answer_json({"outcome": 5, "cascaded_mailboxes": [1, {}], "dkim_dir": [], "domain": {}, "records": [1, {"type": "TXT"}]})
        self.serve(DOMAIN_LIST=answer_json([{}, {"default": True, "domain": "x"}]), DOMAIN_ADD=ACK, DKIM_SHOW=odd, DOMAIN_REMOVE=odd)
        for args in (("list",), ("add", "b.test"), ("remove", "b.test"), ("remove", "b.test", "--force")):
            self.aimx("domains", *args)

    def test_no_answer_acts_on_a_terminal(self):
        evil = "a\x1b]0;owned\x07\u202e\nb"
        self.serve(DOMAIN_LIST=answer_json([{**FIRST, "domain": evil, "overrides": evil}]), DOMAIN_ADD=ACK,
                   DKIM_SHOW=answer_json({**KEYS, "dkim_dir": evil, "records": [{"type": evil, "name": evil, "value": evil}]}),
                   DOMAIN_REMOVE=outcome(blocking=[evil]), MAILBOX_LIST=answer_json([mailbox(evil, 1, 1, 1)]))
        for status, args in ((0, ("list",)), (0, ("add", "b.test")), (1, ("remove", "b.test")), (0, ("remove", "b.test", "--force"))):
            seen = self.on_terminal("domains", *args, status=status, answers="n\n")
            self.assertNotRegex(seen, "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]")


# ---- with the verbs themselves ----

OWNER = daemon.ordinary_users()[0]
# A person without rights, and how to be one.
PLAIN = {"user": OWNER} if daemon.IS_ROOT else {}
CRUD = ("daemon must be running for non-root domain CRUD; start `aimx serve` or run with sudo to fall back to direct "
        "config edit.")
LETTER = b"From: a@sender.test\r\nSubject: by hand\r\n\r\ntext\r\n"
ODD = "# kept as it is\ntrust='none'   # so far\n"

needs_root = unittest.skipUnless(daemon.IS_ROOT, "only root changes anything without a daemon")


class RealCase(unittest.TestCase):
    def make(self, start=True, **kwargs):
        server = daemon.Daemon(start=False, **{"config": ODD, **kwargs})
        self.addCleanup(server.close)
        os.chmod(server.config_file, 0o644)
        if start:
            server.start()
        return server

    def aimx(self, server, *args, status=0, **kwargs):
        done = server.aimx(*args, **kwargs)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def on_terminal(self, server, *args, status=0, answers=""):
        command = [str(daemon.BUILD / "cli" / "aimx"), "--data-dir", str(server.data_dir), *args]
        got, seen = terminal.run(command, server.environment(AIMX_NONINTERACTIVE=None, TERM="xterm"), 80, answers, daemon.PATIENCE)
        self.assertEqual(got, status, seen)
        return seen

    def key_dir(self, server, domain):
        return server.config_dir / "dkim" / domain

    def listed(self, server):
        return json.loads(self.aimx(server, "domains", "list", "--json").stdout)

    def fill(self, server):
        """Two mailboxes in b.test, with a message in one."""
        for name in ("one@b.test", "two@b.test"):
            self.aimx(server, "mailboxes", "create", name, *(("--owner", OWNER) if daemon.IS_ROOT else ()))
        self.aimx(server, "ingest", "two@b.test", stdin=LETTER)


class WithDaemon(RealCase):
    def test_the_record_to_publish_is_that_of_the_key(self):
        server = self.make()
        text = self.aimx(server, "domains", "add", "b.test", "--selector", "mail").stdout
        private = self.key_dir(server, "b.test") / "private.key"
        public = subprocess.run(["openssl", "pkey", "-in", str(private), "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        value = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
        self.assertIn(["TXT", "mail._domainkey.b.test", value], [line.split(None, 2) for line in text.splitlines()])
        self.assertIn(str(self.key_dir(server, "b.test")), text)
        second = self.listed(server)[1]
        self.assertEqual((second["domain"], second["dkim_loaded"], second["overrides"]), ("b.test", True, "dkim_selector"))
        self.assertIn("already configured", self.aimx(server, "domains", "add", "B.Test", status=1).stderr)

    def test_a_domain_comes_and_goes_and_leaves_its_key(self):
        server = self.make()
        before = server.config_file.read_text()
        self.aimx(server, "domains", "add", "b.test")
        key = (self.key_dir(server, "b.test") / "private.key").read_bytes()
        done = self.aimx(server, "domains", "remove", "b.test")
        self.assertIn("Removed domain", done.stdout)
        self.assertIn(f"DKIM keypair preserved at {self.key_dir(server, 'b.test')}\n", done.stdout)
        self.assertEqual(server.config_file.read_text(), before)
        self.aimx(server, "domains", "add", "b.test")
        self.assertEqual((self.key_dir(server, "b.test") / "private.key").read_bytes(), key)

    def test_mailboxes_in_the_way_go_with_force_alone(self):
        server = self.make()
        self.aimx(server, "domains", "add", "b.test")
        before = server.config_file.read_text()
        self.fill(server)
        full = server.config_file.read_text()
        done = self.aimx(server, "domains", "remove", "b.test", status=1)
        self.assertIn("  1. one@b.test\n  2. two@b.test\n", done.stdout)
        self.assertEqual(server.config_file.read_text(), full)
        seen = self.on_terminal(server, "domains", "remove", "b.test", "--force", answers="n\n")
        self.assertIn("two@b.test: 1 message (1 unread), 0 sent", seen)
        self.assertIn("2 mailboxes with 1 message,", seen)
        self.assertIn("Cancelled.", seen)
        self.assertEqual(server.config_file.read_text(), full)
        self.assertEqual(len(server.messages("two@b.test")), 1)
        seen = self.on_terminal(server, "domains", "remove", "b.test", "--force", answers="y\n")
        self.assertIn("Removed domain (cascade)", seen)
        self.assertIn("Storage tree removed.", seen)
        self.assertFalse((server.data_dir / "b.test").exists())
        self.assertEqual([domain["domain"] for domain in self.listed(server)], ["agents.test"])
        self.assertEqual(server.config_file.read_text(), before.replace(', "b.test"', ""))

    def test_in_a_pipe_force_is_the_answer(self):
        server = self.make()
        self.aimx(server, "domains", "add", "b.test")
        self.fill(server)
        answer = json.loads(self.aimx(server, "domains", "remove", "b.test", "--force", "--json").stdout)
        self.assertEqual(answer["cascaded_mailboxes"], ["one@b.test", "two@b.test"])

    def test_the_last_and_the_unknown_are_refused(self):
        server = self.make()
        self.assertIn("last configured domain", self.aimx(server, "domains", "remove", "agents.test", "--force", status=1).stderr)
        for args in (("remove", "x.test"), ("set-default", "x.test")):
            done = self.aimx(server, "domains", *args, status=1)
            self.assertIn("is not in `domains`", done.stderr)
            self.assertEqual(done.stdout, "")

    def test_another_default_changes_the_order_alone(self):
        server = self.make(domains=("agents.test", "b.test"))
        before = server.config_file.read_text()
        self.aimx(server, "domains", "set-default", "b.test")
        self.assertEqual(server.config_file.read_text(), before.replace('"agents.test", "b.test"', '"b.test", "agents.test"'))
        self.assertEqual([domain["default"] for domain in self.listed(server)], [True, False])
        self.assertEqual(self.listed(server)[0]["domain"], "b.test")

    def test_a_default_without_a_key_is_told_before_a_start_fails(self):
        server = self.make(domains=("agents.test", "b.test", "c.test"))
        make_one = "Make one with `aimx dkim-keygen --domain b.test`."
        self.assertIn(make_one, self.aimx(server, "domains", "set-default", "b.test").stderr)
        self.assertIn("the default domain is b.test now, and without a key for it no server starts again", server.log())
        self.assertEqual(self.aimx(server, "domains", "set-default", "agents.test").stderr, "")
        self.assertEqual(self.aimx(server, "domains", "remove", "c.test").stderr, "")
        self.assertIn(make_one, self.aimx(server, "domains", "remove", "agents.test", "--force").stderr)

    @needs_root
    def test_others_than_root_may_not(self):
        server = self.make(domains=("agents.test", "b.test"))
        before = server.config_file.read_text()
        for args in (("list",), ("add", "c.test"), ("remove", "b.test"), ("remove", "b.test", "--force"), ("set-default", "b.test")):
            done = self.aimx(server, "domains", *args, status=1, **PLAIN)
            self.assertIn("[EACCES]", done.stderr)
            self.assertEqual(done.stdout, "")
        self.assertEqual(server.config_file.read_text(), before)


class WithoutDaemon(RealCase):
    @needs_root
    def test_root_changes_the_same_and_is_told_of_the_daemon(self):
        server = self.make(start=False)
        before = server.config_file.read_text()
        done = self.aimx(server, "domains", "add", "b.test")
        self.assertIn("_domainkey.b.test", done.stdout)
        self.assertIn("restart", done.stderr)
        self.assertEqual([domain["dkim_loaded"] for domain in self.listed(server)][1], True)
        full = server.config_file.read_text()
        self.assertEqual(full, before.replace('"agents.test"', '"agents.test", "b.test"', 1))
        self.fill(server)
        done = self.aimx(server, "domains", "remove", "b.test", status=1)
        self.assertIn("  1. one@b.test\n", done.stdout)
        self.assertNotIn("restart", done.stderr)
        seen = self.on_terminal(server, "domains", "remove", "b.test", "--force", answers="y\n")
        self.assertIn("two@b.test: 1 message (1 unread), 0 sent", seen)
        self.assertIn("Removed domain (cascade)", seen)
        self.assertIn("restart", seen)
        self.assertEqual(server.config_file.read_text(), before)

    @needs_root
    def test_no_lock_is_held_while_a_person_thinks(self):
        server = self.make(start=False, domains=("agents.test", "b.test"), mailboxes={"info@b.test": OWNER})
        command = [str(daemon.BUILD / "cli" / "aimx"), "--data-dir", str(server.data_dir), "domains", "remove", "b.test", "--force"]
        ingested = []
        status, seen = terminal.run(command, server.environment(AIMX_NONINTERACTIVE=None, TERM="xterm"), timeout=daemon.PATIENCE,
                                    when=("[y/N]", lambda: ingested.append(server.aimx("ingest", "info@b.test", stdin=LETTER)) or "n\n"))
        self.assertEqual((status, ingested[0].returncode), (0, 0), seen + ingested[0].stderr)

    def test_others_need_it_in_the_words_that_scripts_know(self):
        server = self.make(start=False, domains=("agents.test", "b.test"))
        before = server.config_file.read_text()
        for args in (("list",), ("add", "c.test"), ("remove", "b.test"), ("remove", "b.test", "--force"), ("set-default", "b.test")):
            done = self.aimx(server, "domains", *args, status=2, **PLAIN)
            self.assertIn(CRUD, done.stderr)
            self.assertEqual(done.stdout, "")
        self.assertEqual(server.config_file.read_text(), before)


class MakingKeys(RealCase):
    def test_a_key_is_made_and_the_daemon_reads_it(self):
        server = self.make(domains=("agents.test", "b.test"))
        self.assertIs(self.listed(server)[1]["dkim_loaded"], False)
        done = self.aimx(server, "dkim-keygen", "--domain", "b.test")
        self.assertIn(f"DKIM keypair generated: {self.key_dir(server, 'b.test')}/", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^TXT +aimx\._domainkey\.b\.test +v=DKIM1; k=rsa; p=[A-Za-z0-9+/=]+$")
        self.assertIn("The daemon has read the key.", done.stderr)
        self.assertIs(self.listed(server)[1]["dkim_loaded"], True)

    def test_a_key_that_is_there_stays_without_force_and_is_kept_with_it(self):
        server = self.make()
        private = self.key_dir(server, "agents.test") / "private.key"
        old = private.read_bytes()
        done = self.aimx(server, "dkim-keygen")
        self.assertIn("Warning: DKIM keys already exist", done.stderr)
        self.assertIn(str(self.key_dir(server, "agents.test")), done.stderr)
        self.assertEqual((done.stdout, private.read_bytes()), ("", old))
        done = self.aimx(server, "dkim-keygen", "--force")
        self.assertNotEqual(private.read_bytes(), old)
        kept = [path for path in private.parent.glob("private.key.*") if path.read_bytes() == old]
        self.assertEqual(len(kept), 1)
        self.assertIn(f"Old key kept at {kept[0]}\n", done.stdout)

    def test_a_selector_is_written_and_an_ed25519_key_has_a_record(self):
        server = self.make()
        done = self.aimx(server, "dkim-keygen", "--selector", "mail", "--algorithm", "ed25519")
        self.assertRegex(done.stdout, r"(?m)^TXT +mail-ed25519\._domainkey\.agents\.test +v=DKIM1; k=ed25519; p=[A-Za-z0-9+/=]{44}$")
        self.assertIn('dkim_selector = "mail"', server.config_file.read_text())
        self.assertEqual(self.listed(server)[0]["dkim_selector"], "mail")

    def test_a_selector_is_written_for_a_key_that_is_there(self):
        server = self.make()
        done = self.aimx(server, "dkim-keygen", "--selector", "mail")
        self.assertIn("Warning: DKIM keys already exist", done.stderr)
        self.assertIn("Selector of agents.test is mail from now on", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^TXT +mail\._domainkey\.agents\.test ")
        self.assertEqual(self.listed(server)[0]["dkim_selector"], "mail")

    def test_a_damaged_key_can_always_be_replaced(self):
        server = self.make()
        self.aimx(server, "domains", "rotate-dkim", "agents.test", "--selector", "next")
        server.stop()
        private = self.key_dir(server, "agents.test") / "private.key"
        for path in (private, private.parent / "next" / "private.key"):
            path.write_text("damaged\n")
        with self.assertRaisesRegex(AssertionError, "aimx dkim-keygen --domain agents.test --force"):
            server.start()
        self.assertIn("with force a new key ends it", self.aimx(server, "dkim-keygen", status=1).stderr)
        done = self.aimx(server, "dkim-keygen", "--force")
        self.assertIn("The rotation to selector next is over", done.stdout)
        self.assertEqual(done.stdout.count("Old key kept at"), 3)
        server.start()
        self.assertIs(self.listed(server)[0]["dkim_loaded"], True)

    def test_what_is_wrong_is_refused(self):
        server = self.make()
        for args in (("--domain", "x.test"), ("--algorithm", "md5"), ("--selector", "a b")):
            done = self.aimx(server, "dkim-keygen", *args, status=1)
            self.assertTrue(done.stderr.startswith("Error: "), done.stderr)
            self.assertEqual(done.stdout, "")
        self.assertIn("is not in `domains`", self.aimx(server, "dkim-keygen", "--domain", "x.test", status=1).stderr)
        self.assertFalse((server.config_dir / "dkim" / "x.test").exists())

    @needs_root
    def test_without_a_daemon_whoever_may_write_there_can_make_one(self):
        server = self.make(start=False)
        self.assertIn("run with sudo or set AIMX_CONFIG_DIR", self.aimx(server, "dkim-keygen", status=1, **PLAIN).stderr)
        shutil.rmtree(server.config_dir / "dkim")
        for path in (server.config_dir, server.config_file):
            shutil.chown(path, OWNER)
        done = self.aimx(server, "dkim-keygen", **PLAIN)
        self.assertIn("when it starts", done.stderr)
        self.assertEqual((self.key_dir(server, "agents.test") / "private.key").owner(), OWNER)
        server.start()

    @needs_root
    def test_a_daemon_that_was_not_told_is_a_warning(self):
        server = self.make()
        for path in (server.config_dir, *server.config_dir.rglob("*")):
            shutil.chown(path, OWNER)
        done = self.aimx(server, "dkim-keygen", "--force", **PLAIN)
        self.assertIn("DKIM keypair generated", done.stdout)
        self.assertIn("aimx reload", done.stderr)


if __name__ == "__main__":
    tap.main()
