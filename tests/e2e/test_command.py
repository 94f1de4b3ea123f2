#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the command makes of answers, and of no answer at all: against a stand-in, so that they can be of any kind."""

import json
import subprocess
import threading
import time
import unittest

import daemon
import tap
import terminal
from standin import ACK, StandIn, answer_error, answer_json

INFO = "info@agents.test"
OWNER = daemon.ordinary_users()[0]
ME = "root" if daemon.IS_ROOT else OWNER
ALL = ("--all",) if daemon.IS_ROOT else ()

VERBS = [
    {"name": "INGEST", "summary": "store a message", "body_limit": 1000, "flags": ["body-required"], "action": "mailbox-owner",
     "headers": [{"name": "Rcpt", "type": "mailbox", "required": True, "positional": False, "summary": "for whom"}],
     "command": None, "deadline": 60},
    {"name": "VERSION", "summary": "which build", "body_limit": 0, "flags": ["read-only", "no-headers"], "action": "anybody",
     "headers": [], "command": None, "deadline": 60},
    {"name": "SEARCH", "summary": "find messages", "body_limit": 0, "flags": ["read-only"], "action": "anybody",
     "headers": [{"name": "Query", "type": "string", "required": True, "positional": True, "summary": "words to find"},
                 {"name": "Mailbox", "type": "mailbox", "required": False, "positional": False, "summary": "only there"},
                 {"name": "Unread", "type": "boolean", "required": False, "positional": False, "summary": "only unread"}],
     "command": "search", "deadline": 60, "result": "json", "result_schema": [{"id": "string"}]},
]


def mailbox(name, owner=ME, total=0, unread=0, sent=0, registered=True):
    return {"name": name, "address": name, "inbox_path": "/x", "sent_path": "/y", "total": total, "unread": unread,
            "sent_count": sent, "owner": owner, "registered": registered}


def shown(**more):
    return {**mailbox(INFO), "owner_exists": True, "trust": "verified", "trust_source": "domain",
            "trusted_senders": ["*@a.test", "b@c.test"],
            "hooks": [{"name": "note", "event": "on_receive"}, {"name": "file", "event": "on_receive"}], **more}


class Case(unittest.TestCase):
    def setUp(self):
        self.scratch = daemon.Scratch(config=None)
        self.addCleanup(self.scratch.close)

    def serve(self, **answers):
        """Answers by verb, `_` for `-`."""
        stand_in = StandIn(self.scratch.runtime_dir / "aimx.sock", {verb.replace("_", "-"): answer for verb, answer in answers.items()})
        self.addCleanup(stand_in.close)
        return stand_in

    def aimx(self, *args, status=0, interactive=True, **kwargs):
        kwargs.setdefault("env", {"AIMX_NONINTERACTIVE": None} if interactive else {})
        done = self.scratch.aimx(*args, **kwargs)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def on_terminal(self, *args, columns=80, answers="", **env):
        environment = self.scratch.environment(**{"NO_COLOR": None, "TERM": "xterm", "AIMX_NONINTERACTIVE": None, **env})
        return terminal.run([str(daemon.BUILD / "cli" / "aimx"), *args], environment, columns, answers, daemon.PATIENCE)


class Answers(Case):
    def test_a_list_is_a_table(self):
        self.serve(MAILBOX_LIST=answer_json([mailbox(INFO, total=12, unread=3), mailbox("stray@agents.test", registered=False)]))
        lines = self.aimx("mailboxes", "list").stdout.splitlines()
        self.assertEqual(lines[0].split()[:4], ["MAILBOX", "INBOX", "UNREAD", "SENT"])
        self.assertEqual(lines[0].split()[4:], ["OWNER"] if daemon.IS_ROOT else [])
        self.assertEqual(lines[1].split()[:4], [INFO, "12", "3", "0"])
        self.assertIn("stray@agents.test (unregistered)", lines[2])

    def test_json_is_the_daemons_objects(self):
        values = [mailbox(INFO, total=2), {**mailbox("x@other.test"), "new_key": {"a": [1.5, None]}}]
        self.serve(MAILBOX_LIST=answer_json(values))
        self.assertEqual(json.loads(self.aimx("mailboxes", "list", "--json").stdout), values)
        self.assertEqual(json.loads(self.aimx("mailboxes", "list", "--json", "--domain", "Other.Test").stdout), values[1:])

    @unittest.skipUnless(daemon.IS_ROOT, "only root is told of others' mailboxes")
    def test_root_sees_everybodys_only_with_all(self):
        self.serve(MAILBOX_LIST=answer_json([mailbox(INFO, owner=OWNER), mailbox("own@agents.test", owner="root")]))
        self.assertNotIn(INFO, self.aimx("mailboxes", "list").stdout)
        done = self.aimx("mailboxes", "list", "--all")
        self.assertIn(INFO, done.stdout)
        self.assertIn("own@agents.test", done.stdout)

    def test_no_mailboxes_say_how_to_make_one(self):
        self.serve(MAILBOX_LIST=answer_json([]))
        done = self.aimx("mailboxes", "list", *ALL)
        self.assertIn("No mailboxes configured.", done.stdout)
        self.assertIn("aimx mailboxes create", done.stdout)
        self.assertIn("No mailboxes in 'b.test'.", self.aimx("mailboxes", "list", "--domain", "b.test", *ALL).stdout)

    def test_a_mailbox_that_could_not_be_counted_is_named(self):
        self.serve(MAILBOX_LIST=answer_json([{**mailbox(INFO), "problem": "not a directory"}]))
        self.assertIn(f"the mail of {INFO} is not counted: not a directory", self.aimx("mailboxes", "list", *ALL).stderr)

    def test_a_mailbox_is_shown_with_its_counts(self):
        self.serve(MAILBOX_SHOW=answer_json(shown(total=5, unread=2, sent_count=1)))
        text = self.aimx("mailbox", "show", "info").stdout
        for line in ("inbox: 5 (2 unread)", "sent: 1", "trust: verified (domain)", "trusted senders: *@a.test, b@c.test",
                     "hooks on_receive: note, file", "hooks after_send: none"):
            self.assertIn(line + "\n", text)

    def test_the_daemons_error_is_shown_with_its_code(self):
        self.serve(MAILBOX_LIST=answer_error("IO", "cannot read /data: Input/output error"))
        done = self.aimx("mailboxes", "list", status=1)
        self.assertEqual(done.stdout, "")
        self.assertIn("Error: [IO] cannot read /data: Input/output error\n", done.stderr)

    def test_no_answer_acts_on_a_terminal(self):
        evil = "a\x1b]0;owned\x07\u202eb@agents.test\nroot@agents.test  9999"
        self.serve(MAILBOX_LIST=answer_json([mailbox(evil)]),
                   MAILBOX_SHOW=answer_error("IO", "\x1b[2Jgone\x9b"), VERB_LIST=answer_json(VERBS),
                   VERSION=answer_json({"tag": "\x1b[31m", "git_hash": "x", "target": "y", "build_date": "z"}),
                   SEARCH=answer_json(b'["\x1b[31m"]'))
        for args in (("mailboxes", "list"), ("mailboxes", "show", "x"), ("version",), ("search", "x"), ("mailboxes", "list", "--json")):
            with self.subTest(args=args):
                _, seen = self.on_terminal(*args, NO_COLOR="1")
                self.assertNotRegex(seen, "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]")
                if args[:2] == ("mailboxes", "list"):
                    self.assertNotRegex(seen, r"(?m)^root@")

    def test_an_answer_that_cannot_be_understood_is_an_error(self):
        for answer in (b"HTTP/1.1 200 OK\n\n", b"AIMX/1 OK\nContent-Length: 5\n\n{", b"AIMX/1 OK\n", answer_json(b"{"), answer_json({}),
                       answer_json([1, "x"]), b""):
            with self.subTest(answer=answer):
                self.scratch = daemon.Scratch(config=None)
                self.addCleanup(self.scratch.close)
                self.serve(MAILBOX_LIST=answer)
                done = self.aimx("mailboxes", "list", status=1)
                self.assertTrue(done.stderr.startswith("Error: "), done.stderr)
                self.assertEqual(done.stdout, "")

    def test_members_that_are_missing_or_of_another_type_do_no_harm(self):
        self.serve(MAILBOX_LIST=answer_json([{}, {"name": 5, "total": "many", "registered": "yes", "owner": []}]),
                   MAILBOX_SHOW=answer_json({"hooks": [5, {"event": "on_receive", "name": {}}], "trusted_senders": [1]}),
                   MODULE_LIST=answer_json([{}, {"verbs": 7, "state": "refused"}]),
                   VERB_LIST=answer_json([{}, {"name": "X", "headers": [None, {"name": 3}], "command": "odd"}]))
        for args in (("mailboxes", "list", *ALL), ("mailboxes", "show", "x"), ("modules",), ("call", "--list"), ("help",), ("odd", "--help")):
            self.aimx(*args)

    def test_what_could_not_be_written_is_an_error(self):
        self.serve(MAILBOX_LIST=answer_json([mailbox(INFO)]))
        with open("/dev/full", "wb") as full:
            done = subprocess.run([daemon.BUILD / "cli" / "aimx", "mailboxes", "list"], stdout=full, stderr=subprocess.PIPE, check=False,
                                  env=self.scratch.environment(), timeout=daemon.PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"standard output", done.stderr)

    def test_versions_of_both_sides(self):
        self.serve(VERSION=answer_json({"tag": "9.9.9", "git_hash": "abcdef0", "target": "t", "build_date": "2001-02-03"}))
        lines = self.aimx("version").stdout.splitlines()
        self.assertRegex(lines[0], r"^AIMX \(AI Mail Exchange\) version \S+ \([0-9a-f]{7}\) \S+ built \d{4}-\d\d-\d\d$")
        self.assertIn("AIMX (AI Mail Exchange) version 9.9.9 (abcdef0) t built 2001-02-03", lines[1])
        self.assertEqual(self.aimx("--version").stdout.splitlines(), lines[:1])

    def test_a_daemon_that_hangs_does_not_hold_up_the_version_or_the_help(self):
        self.serve(VERSION=None, VERB_LIST=None)
        start = time.monotonic()
        done = self.aimx("version")
        self.assertEqual(done.stdout.count("version"), 1)
        self.assertIn("did not answer in time", done.stderr)
        self.assertIn("Plumbing:", self.aimx("help").stdout)
        done = self.aimx("zearch", status=2)
        self.assertTrue(done.stderr.startswith("error: unrecognized subcommand 'zearch'"), done.stderr)
        self.assertIn("the daemon does not answer", done.stderr)
        self.assertLess(time.monotonic() - start, 10)


class Appearance(Case):
    def test_a_terminal_gets_colours_and_signs_and_cut_tables(self):
        long_name = "a-name-that-goes-on-and-on-and-on-and-on@agents.test"
        self.serve(MAILBOX_LIST=answer_json([mailbox(long_name, total=1)]), RELOAD=ACK)
        _, seen = self.on_terminal("mailboxes", "list", columns=40)
        self.assertIn("\x1b[1mMAILBOX\x1b[0m", seen)
        self.assertIn("…", seen)
        self.assertNotIn(long_name, seen)
        self.assertIn(long_name, self.aimx("mailboxes", "list").stdout)
        self.assertIn("\x1b[32m✓\x1b[0m Configuration reloaded", self.on_terminal("reload")[1])

    def test_no_color_and_dumb_terminals_get_words(self):
        self.serve(RELOAD=ACK)
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertEqual(self.on_terminal("reload", **env)[1], "[OK] Configuration reloaded\r\n")
        self.assertIn("[OK] Configuration reloaded\n", self.aimx("reload", env={"NO_COLOR": None}).stdout)

    def test_waiting_is_shown_on_a_terminal_only(self):
        answered = threading.Event()
        self.serve(RELOAD=lambda: answered.wait(daemon.PATIENCE) and ACK)
        command = [str(daemon.BUILD / "cli" / "aimx"), "reload"]
        with subprocess.Popen(command, env=self.scratch.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as piped:
            # This one waits for longer than the one on the terminal, and says nothing about it.
            status, seen = terminal.run(command, self.scratch.environment(NO_COLOR=None, TERM="xterm"), timeout=daemon.PATIENCE,
                                        when=("waiting for the daemon ...", answered.set))
            self.assertEqual(piped.stdout.read(), b"[OK] Configuration reloaded\n")
        self.assertEqual(status, 0)
        self.assertIn("waiting for the daemon ...\r\x1b[K", seen)


class Refusals(Case):
    def test_usage_errors_are_status_2_and_say_what_is_near(self):
        for args, words in ((("mailbx",), ("error: unrecognized subcommand 'mailbx'", "'mailboxes'", "Usage: aimx")),
                            (("agent",), ("error: unrecognized subcommand 'agent'", "Usage: aimx")),
                            (("mailboxes", "list", "--jsn"), ("error: unexpected argument '--jsn'", "'--json'", "Usage: aimx mailboxes list")),
                            (("mailboxes",), ("requires a subcommand", "list, show, create, delete")),
                            (("call",), ("<VERB> is missing",)),
                            (("call", "VERSION", "novalue"), ("'novalue' is no header",)),
                            (("mailboxes", "create"), ("<NAME> is missing",))):
            with self.subTest(args=args):
                done = self.aimx(*args, status=2)
                self.assertEqual(done.stdout, "")
                for word in words:
                    self.assertIn(word, done.stderr)

    def test_the_catchall_is_refused_before_anything_is_asked(self):
        stand_in = self.serve()
        for name in ("catchall", "*@agents.test", "catchall@agents.test"):
            done = self.aimx("mailboxes", "delete", name, "--yes", status=1)
            self.assertIn(f"'{name}' is the catchall", done.stderr)
        self.assertEqual(stand_in.requests, [])

    def test_a_socket_that_cannot_be_used(self):
        (self.scratch.runtime_dir / "aimx.sock").write_text("")
        done = self.aimx("reload", status=2)
        self.assertIn("aimx.sock", done.stderr)

    def test_nothing_to_reload_without_a_daemon(self):
        self.assertIn("daemon must be running", self.aimx("reload", status=2).stderr)

    def test_what_is_roots_needs_no_owner_of_a_mailbox(self):
        self.serve(RELOAD=answer_error("EACCES", "not authorized"), MODULE_LIST=answer_error("EACCES", "not authorized"))
        for command in ("reload", "modules"):
            done = self.aimx(command, status=1, **({"user": OWNER} if daemon.IS_ROOT else {}))
            self.assertEqual(done.stderr, "Error: [EACCES] not authorized\nTry it with sudo.\n")

    def test_all_is_for_root(self):
        if not daemon.IS_ROOT:
            self.assertIn("--all requires root", self.aimx("mailboxes", "list", "--all", status=1).stderr)
        else:
            self.assertIn("--all requires root", self.aimx("mailboxes", "list", "--all", user=OWNER, status=1).stderr)


class Creating(Case):
    def test_the_request_has_what_was_asked_for(self):
        stand_in = self.serve(MAILBOX_CREATE=ACK)
        done = self.aimx("mailboxes", "create", "fresh", "--owner", OWNER)
        self.assertIn("Mailbox 'fresh' created", done.stdout)
        expected = {"Name": "fresh", "Owner": OWNER} if daemon.IS_ROOT else {"Name": "fresh"}
        self.assertEqual(stand_in.requests[0].headers, expected)

    def test_an_owner_is_not_for_others_than_root_to_choose(self):
        stand_in = self.serve(MAILBOX_CREATE=ACK)
        user = {"user": OWNER} if daemon.IS_ROOT else {}
        done = self.aimx("mailboxes", "create", "fresh", "--owner", "somebody-else", **user)
        self.assertIn(f"--owner ignored for non-root callers; mailbox will be owned by {OWNER}", done.stderr)
        self.assertEqual(stand_in.requests[0].headers, {"Name": "fresh"})
        self.assertNotIn("ignored", self.aimx("mailboxes", "create", "fresh", "--owner", OWNER, **user).stderr)

    @unittest.skipUnless(daemon.IS_ROOT, "only root names owners")
    def test_root_without_an_owner_means_the_user_of_that_name_or_is_asked(self):
        stand_in = self.serve(MAILBOX_CREATE=ACK)
        self.aimx("mailboxes", "create", f"{OWNER}@agents.test")
        self.assertEqual(stand_in.requests[-1].headers["Owner"], OWNER)
        self.assertIn("--owner", self.aimx("mailboxes", "create", "no-such-user", status=1).stderr)
        self.assertIn("--owner", self.aimx("mailboxes", "create", "no-such-user", status=1, interactive=False).stderr)
        status, seen = self.on_terminal("mailboxes", "create", "no-such-user", answers=f"{OWNER}\n")
        self.assertEqual(status, 0, seen)
        self.assertEqual(stand_in.requests[-1].headers, {"Name": "no-such-user", "Owner": OWNER})
        self.assertEqual(len(stand_in.requests), 2)

    def test_a_name_that_could_forge_a_header_is_not_sent(self):
        stand_in = self.serve(MAILBOX_CREATE=ACK)
        self.aimx("mailboxes", "create", "x\nForce: true", "--owner", OWNER, status=1)
        self.assertEqual(stand_in.requests, [])


class Deleting(Case):
    def test_yes_asks_nothing(self):
        stand_in = self.serve(MAILBOX_SHOW=answer_json(shown()), MAILBOX_DELETE=ACK)
        self.assertIn("Mailbox 'info' deleted.", self.aimx("mailboxes", "delete", "info", "-y").stdout)
        self.assertEqual(stand_in.asked("MAILBOX-DELETE")[0].headers, {"Name": "info"})
        self.aimx("mailboxes", "delete", "info", "--yes", "--force")
        self.assertEqual(stand_in.asked("MAILBOX-DELETE")[1].headers, {"Name": "info", "Force": "true"})

    def test_an_answer_comes_from_a_pipe_or_a_terminal(self):
        stand_in = self.serve(MAILBOX_SHOW=answer_json(shown()), MAILBOX_DELETE=ACK)
        done = self.aimx("mailboxes", "delete", "info", stdin="n\n")
        self.assertEqual(done.stdout, "Cancelled.\n")
        self.assertIn("Delete mailbox 'info'? [y/N]", done.stderr)
        self.assertEqual(stand_in.asked("MAILBOX-DELETE"), [])
        self.assertIn("deleted.", self.aimx("mailboxes", "delete", "info", stdin="Y\n").stdout)
        self.assertEqual(self.on_terminal("mailboxes", "delete", "info", answers="yes\n")[0], 0)
        self.assertEqual(len(stand_in.asked("MAILBOX-DELETE")), 2)

    def test_nobody_there_to_answer_is_an_error_that_names_the_flag(self):
        stand_in = self.serve(MAILBOX_SHOW=answer_json(shown()), MAILBOX_DELETE=ACK)
        self.assertIn("--yes", self.aimx("mailboxes", "delete", "info", stdin="", status=1).stderr)
        self.assertIn("--yes", self.aimx("mailboxes", "delete", "info", stdin="y\n", status=1, interactive=False).stderr)
        self.assertEqual(stand_in.asked("MAILBOX-DELETE"), [])

    def test_force_asks_with_the_counts(self):
        self.serve(MAILBOX_SHOW=answer_json(shown(total=5, unread=2, sent_count=1)), MAILBOX_DELETE=ACK)
        done = self.aimx("mailboxes", "delete", "info", "--force", stdin="n\n")
        self.assertIn("5 messages in its inbox (2 unread) and 1 sent", done.stderr)

    def test_what_is_not_empty_needs_force_and_is_not_asked_about(self):
        stand_in = self.serve(MAILBOX_SHOW=answer_json(shown(total=5, unread=2, sent_count=1)),
                              MAILBOX_DELETE=answer_error("NONEMPTY", "mailbox 'info' holds 5 and 1 files"))
        for args in ((), ("--yes",)):
            done = self.aimx("mailboxes", "delete", "info", *args, stdin="y\n", status=1)
            self.assertIn("Error: [NONEMPTY]", done.stderr)
            self.assertIn("--force", done.stderr)
            self.assertNotIn("[y/N]", done.stderr)
        self.assertEqual(len(stand_in.asked("MAILBOX-DELETE")), 1)

    def test_what_does_not_exist_is_not_asked_about(self):
        self.serve(MAILBOX_SHOW=answer_error("ENOENT", "mailbox 'gone' does not exist"))
        for args in (("delete",), ("delete", "--yes"), ("show",)):
            told = self.aimx("mailboxes", args[0], "gone", *args[1:], status=1).stderr
            self.assertIn("Mailbox 'gone' does not exist", told)
            self.assertIn(" ".join(("`aimx mailboxes list", *ALL)) + "` shows", told)


class Calling(Case):
    def test_a_body_goes_with_a_verb_that_takes_one(self):
        stand_in = self.serve(VERB_LIST=answer_json(VERBS), INGEST=answer_json({"path": "/x"}), VERSION=answer_json({"tag": "t"}))
        done = self.aimx("call", "INGEST", "Rcpt=info=x", stdin=b"Subject: x\n\n\xff")
        request = stand_in.asked("INGEST")[0]
        self.assertEqual((request.headers["Rcpt"], request.body), ("info=x", b"Subject: x\n\n\xff"))
        self.assertEqual((done.stdout, done.stderr), ('{"path": "/x"}\n', "OK\n"))
        self.aimx("call", "VERSION", stdin=b"not for it")
        self.assertIsNone(stand_in.asked("VERSION")[0].body)

    def test_a_body_over_the_verbs_limit_is_not_sent(self):
        stand_in = self.serve(VERB_LIST=answer_json(VERBS), INGEST=answer_json({}))
        self.assertIn("1000 bytes", self.aimx("call", "INGEST", stdin=b"x" * 1001, status=1).stderr)
        self.aimx("call", "INGEST", stdin=b"x" * 1000)
        self.assertEqual(len(stand_in.asked("INGEST")), 1)

    def test_the_status_goes_to_stderr(self):
        self.serve(VERB_LIST=answer_json(VERBS), VERSION=b"AIMX/1 OK <id@x>\n", SEARCH=answer_error("EACCES", "not authorized"))
        self.assertEqual(self.aimx("call", "VERSION").stderr, "OK <id@x>\n")
        self.assertIn("[EACCES] not authorized", self.aimx("call", "SEARCH", status=1).stderr)

    def test_an_unknown_verb_names_the_nearest(self):
        self.serve(VERB_LIST=answer_json(VERBS))
        done = self.aimx("call", "VERSIIN", status=1)
        self.assertIn("[PROTOCOL] unknown verb 'VERSIIN'", done.stderr)
        self.assertIn("VERSION", done.stderr)

    def test_the_list_has_headers(self):
        self.serve(VERB_LIST=answer_json(VERBS))
        text = self.aimx("call", "--list").stdout
        self.assertRegex(text, r"Rcpt=<mailbox> +for whom")
        self.assertRegex(text, r"\[Unread=<boolean>\] +only unread")
        self.assertEqual(json.loads(self.aimx("call", "--list", "--json").stdout), VERBS)

    def test_ingest_prints_the_path(self):
        stand_in = self.serve(INGEST=answer_json({"path": "/data/x.md", "id": "x", "duplicate": True}))
        done = self.aimx("ingest", INFO, "--ip", "192.0.2.1", "--helo=h.test", "--mail-from", "a@b.test", stdin="Subject: x\n\n")
        self.assertEqual(done.stdout, "/data/x.md\n")
        self.assertIn("already", done.stderr)
        headers = stand_in.requests[0].headers
        self.assertEqual([headers[name] for name in ("Rcpt", "Ip", "Helo", "Mail-From")], [INFO, "192.0.2.1", "h.test", "a@b.test"])


class Plugins(Case):
    def test_their_commands_are_listed_and_explained(self):
        self.serve(VERB_LIST=answer_json(VERBS))
        self.assertRegex(self.aimx("--help").stdout, r"From plugins:\n  search +find messages\n")
        self.assertRegex(self.aimx("help", "search").stdout, r"Usage: aimx search \[OPTIONS\] <QUERY>\.\.\.\n")
        self.assertRegex(self.aimx("search", "--help").stdout, r"--mailbox <mailbox> +only there")
        self.assertRegex(self.aimx("search", "--help").stdout, r"--unread\[=<boolean>\] ")

    def test_they_run_as_their_verbs(self):
        stand_in = self.serve(VERB_LIST=answer_json(VERBS), SEARCH=answer_json([{"id": "x"}]))
        done = self.aimx("search", "two words", "--unread", "--mailbox", "info")
        self.assertEqual(done.stdout, "ID\nx\n")
        self.assertEqual(json.loads(self.aimx("search", "two words", "--json").stdout), [{"id": "x"}])
        self.assertEqual(stand_in.asked("SEARCH")[0].headers, {"Query": "two words", "Mailbox": "info", "Unread": "true"})
        self.aimx("search", "words", "--unread=false")
        self.assertEqual(stand_in.asked("SEARCH")[-1].headers, {"Query": "words", "Unread": "false"})
        self.assertIn("<QUERY> is missing", self.aimx("search", status=2).stderr)
        self.assertIn("'--mailbox'", self.aimx("search", "x", "--mailbx", "y", status=2).stderr)

    def test_what_every_command_takes_stays_what_it_is(self):
        taken = [{"name": name, "type": "string", "required": False, "positional": False, "summary": "?"}
                 for name in ("Help", "Version", "Data-Dir", "Json")]
        self.serve(VERB_LIST=answer_json([{**VERBS[2], "headers": VERBS[2]["headers"] + taken}]), SEARCH=answer_json([{"id": "x"}]))
        self.assertEqual(self.aimx("help", "search").stdout, self.aimx("search", "--help").stdout)
        self.assertNotIn("<string>", self.aimx("search", "--help").stdout)
        self.assertEqual(json.loads(self.aimx("search", "words", "--json").stdout), [{"id": "x"}])

    def test_an_id_is_shown(self):
        verb = {**VERBS[2], "result": "id", "result_schema": None}
        self.serve(VERB_LIST=answer_json([verb]), SEARCH=b"AIMX/1 OK 2026-01-01-hi\n")
        self.assertEqual(self.aimx("search", "x").stdout, "id: 2026-01-01-hi\n")

    def test_without_a_daemon_there_are_none(self):
        self.assertNotIn("From plugins:", self.aimx("--help").stdout)
        self.assertIn("unrecognized subcommand 'search'", self.aimx("search", "x", status=2).stderr)

    def test_a_mistake_in_the_configuration_is_why_they_are_unknown(self):
        self.scratch.config_file.write_text('domains = "agents.test"\n')
        told = self.aimx("search", "x", status=2).stderr.splitlines()
        self.assertIn("line 1, column 1: domains: it is a string", told[0])
        self.assertEqual(told[-1], "Commands of plugins are not known as long as that is so.")


if __name__ == "__main__":
    tap.main()
