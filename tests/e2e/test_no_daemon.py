#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""One code path: with no daemon, the same verbs in the command's own process, as far as the caller may."""

import json
import os
import shutil
import signal
import subprocess
import unittest

import daemon
import tap

INFO = "info@agents.test"
OWNER, OTHER = daemon.ordinary_users()
# A person without rights, and how to be one.
PLAIN = {"user": OWNER} if daemon.IS_ROOT else {}
CRUD = ("daemon must be running for non-root mailbox CRUD; start `aimx serve` or run with sudo to fall back to direct "
        "config edit.")
LETTER = b"From: a@sender.test\r\nSubject: by hand\r\n\r\ntext\r\n"

needs_root = unittest.skipUnless(daemon.IS_ROOT, "only root changes anything without a daemon")


def listing(directory):
    """Every path below the directory, with what tells that it was touched."""
    found = {}
    for path in [directory, *directory.rglob("*")]:
        status = path.lstat()
        found[str(path)] = (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino)
    return found


class Case(unittest.TestCase):
    def make(self, **kwargs):
        server = daemon.Daemon(start=False, **kwargs)
        self.addCleanup(server.close)
        os.chmod(server.config_file, 0o644)
        return server

    def make_served_once(self, **kwargs):
        """Directories as a daemon leaves them."""
        server = self.make(**kwargs)
        server.start()
        self.assertEqual(server.stop(), 0)
        return server

    def aimx(self, server, *args, status=0, **kwargs):
        done = server.aimx(*args, **kwargs)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done


class Reading(Case):
    def test_answers_are_those_of_the_daemon(self):
        server = self.make(domains=("agents.test", "b.test"), config='trust = "verified"\n',
                           mailboxes={INFO: OWNER, "x@b.test": OTHER})
        server.start()
        commands = (("call", "MAILBOX-LIST"), ("mailboxes", "list", "--json"), ("mailboxes", "show", "info"),
                    ("mailboxes", "show", "x@b.test"), ("call", "VERSION"), ("call", "MAILBOX-SHOW", "Mailbox=nobody"),
                    ("call", "MAILBOX-SHOW"), ("call", "VERSION", "X=y"))
        up = [server.aimx(*args) for args in commands]
        self.assertEqual(server.stop(), 0)
        down = [server.aimx(*args) for args in commands]
        for args, with_daemon, without in zip(commands, up, down):
            with self.subTest(args=args):
                self.assertEqual((without.returncode, without.stdout, without.stderr),
                                 (with_daemon.returncode, with_daemon.stdout, with_daemon.stderr))

    def test_whoever_can_read_the_files_may_and_nothing_is_written(self):
        server = self.make_served_once()
        before = listing(server.path)
        done = self.aimx(server, "mailboxes", "list", "--json", **PLAIN)
        self.assertEqual([mailbox["name"] for mailbox in json.loads(done.stdout)], [INFO])
        self.assertIn("inbox: 0 (0 unread)", self.aimx(server, "mailboxes", "show", "info", **PLAIN).stdout)
        self.aimx(server, "call", "--list", **PLAIN)
        self.assertEqual(listing(server.path), before)

    @needs_root
    def test_who_cannot_read_the_configuration_needs_the_daemon(self):
        server = self.make_served_once()
        os.chmod(server.config_file, 0o640)
        for args in (("mailboxes", "list"), ("mailboxes", "show", "info"), ("call", "--list"), ("call", "VERSION")):
            done = self.aimx(server, *args, status=2, **PLAIN)
            self.assertIn("daemon must be running", done.stderr)
            self.assertEqual(done.stdout, "")
        self.assertIn("known while the daemon runs", self.aimx(server, "hello", "Ann", status=2, **PLAIN).stderr)

    def test_a_tree_of_the_old_layout_is_left_to_the_daemon(self):
        server = self.make()
        (server.data_dir / "inbox" / "info").mkdir(parents=True)
        done = self.aimx(server, "mailboxes", "list", status=1)
        self.assertIn("aimx serve", done.stderr)
        self.assertTrue((server.data_dir / "inbox" / "info").is_dir())

    @needs_root
    def test_a_directory_of_ones_own_is_listed_without_configuration(self):
        server = self.make_served_once()
        stray = server.folder("stray@agents.test")
        stray.mkdir(mode=0o700, parents=True)
        shutil.chown(stray, OTHER)
        self.assertIn("stray@agents.test (unregistered)", self.aimx(server, "mailboxes", "list", user=OTHER).stdout)

    def test_a_reader_who_has_seen_enough_ends_it_as_with_the_daemon(self):
        server = self.make_served_once()
        for run in ("without", "with"):
            if run == "with":
                server.start()
            ours, theirs = os.pipe()
            os.close(ours)
            done = subprocess.run([server.command, "--data-dir", server.data_dir, "call", "--list"], stdout=theirs, stderr=subprocess.PIPE,
                                  check=False, env=server.environment(), timeout=daemon.PATIENCE)
            os.close(theirs)
            self.assertEqual((done.returncode, done.stderr), (-signal.SIGPIPE, b""), run)

    def test_nothing_is_there_to_reload(self):
        server = self.make_served_once()
        for args in (("reload",), ("call", "RELOAD")):
            self.assertIn("daemon must be running", self.aimx(server, *args, status=2).stderr)

    def test_modules_say_why_doors_are_closed(self):
        server = self.make_served_once()
        if daemon.IS_ROOT:
            modules = {module["name"]: module for module in json.loads(self.aimx(server, "modules", "--json").stdout)}
            self.assertEqual((modules["uds"]["state"], modules["mailbox"]["state"]), ("disabled", "loaded"))
        self.assertIn("daemon must be running", self.aimx(server, "modules", status=2, **PLAIN).stderr)


class Changing(Case):
    def test_others_than_root_need_the_daemon_in_the_words_that_scripts_know(self):
        server = self.make_served_once()
        before = listing(server.path)
        for args in (("mailboxes", "create", "fresh"), ("mailboxes", "delete", "info", "--yes"), ("mailboxes", "delete", "info"),
                     ("call", "MAILBOX-CREATE", "Name=fresh"), ("call", "MAILBOX-DELETE", "Name=info", "Force=true")):
            self.assertIn(CRUD, self.aimx(server, *args, status=2, **PLAIN).stderr)
        self.assertIn("daemon must be running", self.aimx(server, "call", "MARK-READ", "Mailbox=info", "Id=x", status=2, **PLAIN).stderr)
        self.assertEqual(listing(server.path), before)

    @needs_root
    def test_root_makes_and_deletes_and_is_told_of_the_daemon(self):
        server = self.make(config="# kept as it is\n")
        done = self.aimx(server, "mailboxes", "create", "fresh", "--owner", OWNER)
        self.assertIn("Mailbox 'fresh' created", done.stdout)
        self.assertIn("restart", done.stderr)
        self.assertEqual(server.folder("fresh@agents.test").owner(), OWNER)
        self.assertIn("# kept as it is\n", server.config_file.read_text())
        self.assertNotIn("restart", self.aimx(server, "mailboxes", "create", "fresh", "--owner", OWNER, status=1).stderr)
        done = self.aimx(server, "mailboxes", "delete", "fresh", stdin="y\n", env={"AIMX_NONINTERACTIVE": None})
        self.assertIn("Mailbox 'fresh' deleted.", done.stdout)
        self.assertFalse(server.folder("fresh@agents.test").exists())
        self.assertNotIn("fresh", server.config_file.read_text())
        server.start()
        self.assertEqual([mailbox["name"] for mailbox in json.loads(server.aimx("call", "MAILBOX-LIST").stdout)], [INFO])

    @needs_root
    def test_a_tree_of_the_old_layout_is_moved_before_a_mailbox_is_deleted(self):
        server = self.make()
        old = server.data_dir / "inbox" / "info"
        old.mkdir(parents=True)
        (old / "kept.md").write_text("text")
        refused = self.aimx(server, "mailboxes", "delete", "info", "--yes", status=1)
        self.assertIn("[NONEMPTY]", refused.stderr)
        self.assertNotIn("restart", refused.stderr)
        self.assertEqual((server.folder(INFO) / "kept.md").read_text(), "text")
        self.aimx(server, "mailboxes", "delete", "info", "--yes", "--force")
        self.assertNotIn(INFO, server.config_file.read_text())

    @needs_root
    def test_a_name_that_could_not_have_come_through_the_socket_is_refused(self):
        server = self.make_served_once()
        before = server.config_file.read_bytes()
        for name in ("x\nForce: true", b"\xff\xfe"):
            self.aimx(server, "mailboxes", "create", name, "--owner", OWNER, status=1)
        self.assertEqual(server.config_file.read_bytes(), before)

    @needs_root
    def test_whoever_holds_the_data_directory_is_named(self):
        server = self.make()
        server.start()
        elsewhere = server.path / "run2"
        elsewhere.mkdir()
        done = self.aimx(server, "mailboxes", "create", "fresh", "--owner", OWNER, status=1, env={"AIMX_RUNTIME_DIR": str(elsewhere)})
        self.assertIn(str(server.process.pid), done.stderr)
        self.assertNotIn("fresh", server.config_file.read_text())


class Delivering(Case):
    def test_the_owner_of_the_data_directory_may(self):
        server = self.make_served_once()
        done = self.aimx(server, "ingest", INFO, stdin=LETTER)
        self.assertEqual([str(path) for path in server.messages(INFO)], [done.stdout.strip()])
        self.assertNotIn("restart", done.stderr)
        status = server.messages(INFO)[0].stat()
        self.assertEqual(status.st_mode & 0o777, 0o600)

    @needs_root
    def test_others_may_not(self):
        server = self.make_served_once()
        self.assertIn("daemon must be running", self.aimx(server, "ingest", INFO, stdin=LETTER, status=2, **PLAIN).stderr)
        self.assertEqual(server.messages(INFO), [])

    @needs_root
    def test_an_owner_of_the_data_directory_who_is_not_root_may(self):
        server = self.make(mailboxes={INFO: OWNER})
        server.data_dir.mkdir()
        shutil.chown(server.data_dir, OWNER)
        server.give_keys(OWNER)
        self.aimx(server, "ingest", INFO, stdin=LETTER, **PLAIN)
        self.assertEqual([path.owner() for path in server.messages(INFO)], [OWNER])

    def test_one_waits_for_another(self):
        server = self.make_served_once()
        command = [str(daemon.BUILD / "cli" / "aimx"), "--data-dir", str(server.data_dir), "ingest", INFO]
        running = [subprocess.Popen(command, env=server.environment(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE) for _ in range(4)]
        for number, process in enumerate(running):
            process.stdin.write(LETTER.replace(b"hand", b"%d" % number))
            process.stdin.close()
        for process in running:
            with process:
                self.assertEqual(process.wait(daemon.PATIENCE), 0, process.stderr.read())
        self.assertEqual(len(server.messages(INFO)), 4)


if __name__ == "__main__":
    tap.main()
