#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Plugins that are broken or behave badly: what the operator sees, and that everything else keeps serving."""

import json
import os
import pathlib
import queue
import shutil
import signal
import smtplib
import socket
import tempfile
import threading
import time
import unittest

import daemon
import tap
import terminal

SHAPES = daemon.BUILD / "tests" / "unit" / "modules"
PLUGINS = daemon.BUILD / "tests" / "unit" / "plugins"
MESSAGE = "From: a@b.test\r\nSubject: hi\r\n\r\nbody\r\n"
# More than one user may run at once, and more than there are threads for verbs.
MANY = 100

# A process that ends with threads that hang frees nothing, and joins no thread: no sanitizer need look for it.
LEFT_HANGING = {name: f"{os.environ.get(name, '')}:{option}"
                for name, option in (("ASAN_OPTIONS", "detect_leaks=0"), ("TSAN_OPTIONS", "report_thread_leaks=0"))}
# A guard that a plugin leaves behind is leaked, by the plugin.
LEAKING = {"ASAN_OPTIONS": LEFT_HANGING["ASAN_OPTIONS"]}


class Tree:
    """The build under test, with more plugins; in the build tree, since root loads nothing from below /tmp."""

    def __init__(self, *plugins):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="tree-", dir=daemon.BUILD))
        self.path.chmod(0o755)
        daemon.copy_build(self.path)
        for source in plugins:
            self.add(source)

    def add(self, source, name=None):
        name = name or source.stem
        directory = self.path / "plugins" / name
        directory.mkdir(mode=0o755, parents=True)
        shutil.copy(source, directory / f"{name}.so")
        (directory / f"{name}.so").chmod(0o755)
        return directory / f"{name}.so"

    def close(self):
        shutil.rmtree(self.path, ignore_errors=True)


class Containment(unittest.TestCase):
    def make_tree(self, *plugins):
        tree = Tree(*plugins)
        self.addCleanup(tree.close)
        return tree

    def start(self, tree, mailboxes=None, **env):
        # What a faulty plugin does may be a critical; the servers of other tests have those fatal.
        server = daemon.Daemon(command=tree.path / "cli" / "aimx", env={"G_DEBUG": None, **env}, mailboxes=mailboxes)
        self.addCleanup(server.close)
        return server

    @staticmethod
    def rename(file, old, new):
        file.write_bytes(file.read_bytes().replace(old, new.ljust(len(old), b"\0")))

    def modules(self, server):
        done = server.aimx("modules", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return {module["name"]: module for module in json.loads(done.stdout)}

    def assert_serves(self, server):
        done = server.aimx("ingest", "info@agents.test", stdin=MESSAGE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(server.aimx("call", "VERSION").returncode, 0)

    def assert_refused(self, server, reasons):
        modules = self.modules(server)
        for name, reason in reasons.items():
            self.assertEqual(modules[name]["state"], "refused", name)
            self.assertIn(reason, modules[name]["reason"])
            self.assertIn(f"module '{name}' is refused: {modules[name]['reason']}", server.log())
        for name, module in modules.items():
            if name not in reasons:
                self.assertEqual(module["state"], "loaded", name)

    def connect(self, server, request):
        client = socket.socket(socket.AF_UNIX)
        self.addCleanup(client.close)
        client.settimeout(daemon.PATIENCE)
        client.connect(str(server.runtime_dir / "aimx.sock"))
        client.sendall(request)
        return client

    @staticmethod
    def read(client):
        answer = b""
        while part := client.recv(65536):
            answer += part
        return answer.decode()

    def call(self, server, verb):
        return self.read(self.connect(server, f"AIMX/1 {verb}\n\n".encode()))

    # ---- what cannot be loaded

    def test_what_cannot_be_loaded_is_refused_with_a_reason(self):
        shapes = ("abi-major", "abi-minor", "circle-a", "circle-b", "fails-load", "fails-start", "needs-missing",
                  "no-symbol", "unresolved")
        tree = self.make_tree(*(SHAPES / f"{name}.so" for name in shapes), PLUGINS / "speaker.so", PLUGINS / "rival.so")
        tree.add(daemon.ROOT / "README.md", "prose")
        server = self.start(tree)
        # The speaker provides what the module `ingest` provides already.
        self.assert_refused(server, {
            "abi-major": "was built for ABI version 2.0, and this server has 1.",
            "abi-minor": "it needs another version of aimx",
            "circle-a": "requirements go round in a circle: circle-a -> circle-b -> circle-a",
            "circle-b": "requirements go round in a circle: circle-b -> circle-a -> circle-b",
            "fails-load": "it could not be loaded: the well is dry",
            "fails-start": "it could not be started: the door is stuck",
            "needs-missing": "it requires module 'nowhere', which is not there",
            "no-symbol": "has no symbol `aimx_module`; it is not a module of AIMX",
            "prose": "invalid ELF header",
            "rival": "it requires module 'speaker', which is refused",
            "speaker": "provides AimxIngester, which module 'ingest' does already",
            "unresolved": "undefined symbol: aimx_server_of_tomorrow",
        })
        self.assertIn("unknown verb 'GREET'", self.call(server, "GREET"))
        self.assert_serves(server)

    def test_a_plugin_that_cannot_open_is_told_about(self):
        server = self.start(self.make_tree(SHAPES / "fails-open.so"))
        module = self.modules(server)["fails-open"]
        self.assertEqual((module["state"], module["reason"]), ("loaded", "it could not open: nobody is there"))
        self.assertIn("warning core: module 'fails-open': it could not open: nobody is there", server.log())
        self.assert_serves(server)

    def test_a_verb_that_is_there_already_keeps_its_module(self):
        tree = self.make_tree(PLUGINS / "faulty.so")
        twin = tree.add(PLUGINS / "faulty.so", "twin")
        self.rename(twin, b"faulty", b"twin")
        server = self.start(tree)
        self.assert_refused(server, {"twin": "module 'twin' offers the verb 'BLOCK', which is already module 'faulty''s"})
        self.assertIn("AIMX/1 ERR IO FORGET", self.call(server, "FORGET"))

    def test_what_a_plugin_does_not_get_is_told_and_the_rest_of_it_stays(self):
        server = self.start(self.make_tree(PLUGINS / "mimic.so"))
        module = self.modules(server)["mimic"]
        self.assertEqual((module["state"], module["verbs"]), ("loaded", ["MIMIC", "MIMIC-HELLO"]))
        for fault in ("module 'mimic' offers the verb 'INGEST', which is already module 'ingest''s",
                      "the command 'serve' of verb 'MIMIC' is refused: `aimx` has one of that name",
                      "the command 'hello' of verb 'MIMIC-HELLO' is refused: verb 'HELLO' of module 'hello' has that name",
                      "module 'mimic' publishes figures 'locks', as module 'core' does already"):
            self.assertIn(fault, module["reason"])
            self.assertIn(f"warning core: module 'mimic': {fault}", server.log())
        self.assertIn("Hello, world!", server.aimx("hello").stdout)
        self.assertEqual(self.call(server, "MIMIC-HELLO"), "AIMX/1 OK\n")
        self.assert_serves(server)

    def test_what_is_ours_is_no_plugins_to_take(self):
        tree = self.make_tree()
        # By its name it would come before every module of the server; it provides what `ingest` does.
        plugin = tree.add(PLUGINS / "speaker.so", "aaa")
        self.rename(plugin, b"speaker", b"aaa")
        server = self.start(tree)
        self.assert_refused(server, {"aaa": "provides AimxIngester, which module 'ingest' does already"})
        self.assert_serves(server)

    def test_the_name_of_the_server_itself_is_no_plugins(self):
        tree = self.make_tree()
        self.rename(tree.add(PLUGINS / "leaky.so", "core"), b"leaky", b"core")
        server = self.start(tree)
        self.assert_refused(server, {"core": "'core' is the name of the server itself"})
        self.assert_serves(server)

    @unittest.skipUnless(daemon.IS_ROOT, "root is particular about files, others are not")
    def test_what_others_may_write_is_refused(self):
        tree = self.make_tree()
        shutil.chown(tree.add(SHAPES / "alpha.so"), daemon.ordinary_users()[0])
        tree.add(SHAPES / "beta.so").chmod(0o775)
        tree.add(SHAPES / "door.so").parent.chmod(0o777)
        link = tree.add(SHAPES / "misnamed.so")
        link.unlink()
        shutil.copy(SHAPES / "misnamed.so", "/tmp")
        self.addCleanup(os.unlink, "/tmp/misnamed.so")
        link.symlink_to("/tmp/misnamed.so")
        server = self.start(tree)
        self.assert_refused(server, {
            "alpha": "a server that is root loads only what is root's",
            "beta": "can be written by others than root (mode 0775); run `chmod go-w ",
            "door": "can be written by others than root (mode 0777)",
            "misnamed": "/tmp can be written by others than root",
        })
        self.assert_serves(server)

    def test_what_a_failed_load_leaves_behind_is_not_called(self):
        server = self.start(self.make_tree(PLUGINS / "leaky.so"))
        self.assert_refused(server, {"leaky": "it could not be loaded: it does not say why"})
        self.assert_serves(server)
        self.assertEqual(server.aimx("reload").returncode, 0)
        self.assert_serves(server)
        self.assertNotIn("leaky is called", server.log())

    def test_the_table_fits_a_terminal(self):
        server = self.start(self.make_tree(SHAPES / "unresolved.so", SHAPES / "fails-load.so"))
        status, seen = terminal.run([str(server.command), "modules"], server.environment(), columns=80)
        self.assertEqual(status, 0, seen)
        table = [line.rstrip() for line in seen.splitlines() if not line.startswith("[FAIL]")]
        self.assertLessEqual(max(map(len, table)), 80, seen)
        self.assertTrue(any(line.endswith("/hello/hello.so") for line in table), seen)
        words = " ".join(seen.split())
        self.assertIn("fails-load: it could not be loaded: the well is dry", words)
        self.assertIn("undefined symbol: aimx_server_of_tomorrow", words)

    # ---- handlers

    def test_handlers_that_never_return_hold_up_nobody(self):
        server = self.start(self.make_tree(PLUGINS / "faulty.so"), **LEFT_HANGING)
        blocked = [self.connect(server, b"AIMX/1 BLOCK\n\n") for _ in range(MANY)]
        daemon.wait_for(lambda: "BLOCK gave no answer within 2 s" in server.log(), "the deadline")
        self.assert_serves(server)
        answers = {self.read(client) for client in blocked}
        self.assertEqual(answers, {"AIMX/1 ERR IO BLOCK gave no answer within 2 s\nCode: IO\n\n"})
        self.assertIn("module 'faulty': BLOCK gave no answer within 2 s", server.log())
        self.assertIn("its turn had not come", server.log())
        self.assert_serves(server)
        self.assertEqual(server.stop(), 0)
        self.assertIn("module 'faulty' still runs something", server.log())

    def send(self, server, *recipients):
        with smtplib.SMTP("127.0.0.1", server.port, timeout=daemon.PATIENCE) as client:
            return client.sendmail("a@b.test", recipients, MESSAGE)

    def test_work_that_never_ends_holds_up_no_mail(self):
        for verb in "HOARD", "HOARD-ASIDE":
            with self.subTest(verb=verb):
                server = self.start(self.make_tree(PLUGINS / "faulty.so"), **LEFT_HANGING)
                self.assertEqual(self.call(server, verb), "AIMX/1 OK\n")
                self.assertEqual(self.send(server, "info@agents.test"), {})
                self.assert_serves(server)
                self.assertEqual(server.stop(), 0)
                self.assertIn("module 'faulty' still runs something", server.log())

    def test_a_crash_names_the_plugin(self):
        server = self.start(self.make_tree(PLUGINS / "faulty.so"))
        self.connect(server, b"AIMX/1 CRASH\n\n")
        self.assertEqual(server.wait(), -signal.SIGABRT)
        self.assertIn("the server crashes in code that module 'faulty' runs\n", server.log())

    def test_answers_that_are_none_are_errors_with_a_name(self):
        server = self.start(self.make_tree(PLUGINS / "faulty.so"))
        for verb, why in (("FORGET", "neither an answer nor an error"), ("BOTH", "an answer and an error"),
                          ("SHAPE", "not of the shape that its descriptor says"), ("GARBAGE", "not UTF-8"),
                          ("FORGED-ID", "an id that is not one short line of UTF-8"),
                          ("EMPTY-ID", "neither an answer nor an error")):
            with self.subTest(verb=verb):
                said = f"{verb} gave no valid answer"
                self.assertEqual(self.call(server, verb), f"AIMX/1 ERR IO {said}\nCode: IO\n\n")
                self.assertIn(f"warning core: module 'faulty': {said}: {why}", server.log())
        self.assertRegex(server.log(), "critical .*aimx_response_new_id.* module=faulty")
        self.assert_serves(server)

    def test_an_error_too_long_is_cut(self):
        server = self.start(self.make_tree(PLUGINS / "faulty.so"))
        answer = self.call(server, "LONG-ERROR")
        self.assertTrue(answer.startswith("AIMX/1 ERR ECONFLICT \ufffd"), answer[:60])
        self.assertTrue(answer.endswith("\nCode: ECONFLICT\n\n"))
        self.assertLess(len(answer.encode()), 9000)

    def test_a_lock_that_is_left_behind_is_released_with_the_name_of_the_plugin(self):
        for verb in "KEEP", "KEEP-IN-LISTENER":
            with self.subTest(verb=verb):
                server = self.start(self.make_tree(PLUGINS / "faulty.so"), **LEAKING)
                self.assertEqual(self.call(server, verb), "AIMX/1 OK\n")
                daemon.wait_for(lambda: "module 'faulty' returned and left mailbox info@agents.test locked" in server.log(),
                                "the warning")
                self.assert_serves(server)

    def test_a_change_that_is_left_behind_keeps_no_other_from_being_made(self):
        server = self.start(self.make_tree(PLUGINS / "faulty.so"), **LEAKING)
        self.assertEqual(self.call(server, "KEEP-CHANGE"), "AIMX/1 OK\n")
        daemon.wait_for(lambda: "module 'faulty' returned and left the configuration locked" in server.log(), "the warning")
        self.assertEqual(server.aimx("reload").returncode, 0)
        done = server.aimx("mailboxes", "create", "more", "--owner", daemon.ordinary_users()[0])
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_mailbox_that_is_kept_holds_up_no_other(self):
        owner = daemon.ordinary_users()[0]
        server = self.start(self.make_tree(PLUGINS / "faulty.so"),
                            mailboxes={"info@agents.test": owner, "more@agents.test": owner}, **LEAKING)
        self.assertEqual(self.call(server, "KEEP-ASIDE"), "AIMX/1 OK\n")
        replies = queue.SimpleQueue()

        def try_info():
            try:
                replies.put(self.send(server, "info@agents.test"))
            except (smtplib.SMTPException, OSError) as error:
                replies.put(error)

        senders = [threading.Thread(target=try_info, daemon=True) for _ in range(MANY - 10)]
        for sender in senders:
            sender.start()
        # Most are told at once to come again later, those that wait for a while in the end.
        for _ in senders:
            error = replies.get(timeout=2 * daemon.PATIENCE)
            self.assertIsInstance(error, smtplib.SMTPDataError)
            self.assertEqual(error.smtp_code, 451, error)
            if replies.empty():
                self.assertEqual(self.send(server, "more@agents.test"), {})
        self.assertEqual(server.log().count("module 'faulty' has kept mailbox info@agents.test locked"), 1)

    def test_a_lock_out_of_rank_is_refused_with_the_name_of_the_plugin(self):
        server = self.start(self.make_tree(PLUGINS / "faulty.so"))
        self.assertEqual(self.call(server, "OUT-OF-RANK"), "AIMX/1 OK refused\n")
        self.assertRegex(server.log(), "critical core: a lock of rank 1 was asked for .* module=faulty")
        self.assert_serves(server)
        self.assertEqual(server.aimx("mailboxes", "create", "more", "--owner", daemon.ordinary_users()[0]).returncode, 0)

    def test_a_listener_that_never_returns_is_named(self):
        server = self.start(self.make_tree(PLUGINS / "faulty.so"), **LEFT_HANGING)
        self.connect(server, b"AIMX/1 HANG\n\n")
        daemon.wait_for(lambda: "a listener of module 'faulty' to 'hang' has been running for" in server.log(), "the watch")
        # No signal that it could handle ends it.
        server.kill()

    def test_a_million_events_delay_nothing(self):
        server = self.start(self.make_tree(PLUGINS / "faulty.so"))
        self.assertEqual(self.call(server, "FLOOD"), "AIMX/1 OK\n")
        daemon.wait_for(lambda: "events come faster" in server.log(), "the flood")
        begin = time.monotonic()
        self.assertIn("AIMX/1 OK", self.call(server, "VERSION"))
        self.assertLess(time.monotonic() - begin, daemon.PATIENCE / 6)
        self.assertRegex(server.log(), "warning core: events come faster .* the last one 'flood' of module 'faulty'")
        self.assert_serves(server)


if __name__ == "__main__":
    tap.main()
