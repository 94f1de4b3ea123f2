#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Broken things: each gets a clear message, and the daemon never half-starts."""

import os
import pathlib
import shutil
import smtplib
import socket
import subprocess
import tempfile
import unittest

import daemon
import tap

INFO = "info@agents.test"
OWNER = daemon.ordinary_users()[0]
TEXT = b"Subject: x\r\n\r\nbody\r\n"
MAILBOX = f'[mailboxes."{INFO}"]\naddress = "{INFO}"\nowner = "{OWNER}"\n'

# What is wrong, the configuration, and words that the error has: line and column first.
MISTAKES = (
    ("not TOML", 'domains = ["agents.test"\n' + MAILBOX, ("config.toml:",)),
    ("no domains", MAILBOX, ("domains",)),
    ("empty domains", "domains = []\n", ("line 1,", "domains")),
    ("domains of the wrong type", 'domains = "agents.test"\n', ("line 1,", "domains")),
    ("both forms", 'domain = "agents.test"\ndomains = ["agents.test"]\n', ("line 1,", "domain")),
    ("a bad domain", 'domains = ["agents_test"]\n', ("line 1,", "agents_test")),
    ("a domain twice", 'domains = ["agents.test", "Agents.Test"]\n', ("line 1,", "agents.test")),
    ("an override of no domain", 'domains = ["agents.test"]\n[domain."other.test"]\ntrust = "none"\n', ("line 2,", "other.test")),
    ("a foreign mailbox", 'domains = ["agents.test"]\n[mailboxes."a@other.test"]\naddress = "a@other.test"\nowner = "x"\n',
     ("line 3,", "other.test")),
    ("no owner", f'domains = ["agents.test"]\n[mailboxes."{INFO}"]\naddress = "{INFO}"\n', ("line 2,", "owner")),
    ("a bad owner", f'domains = ["agents.test"]\n[mailboxes."{INFO}"]\naddress = "{INFO}"\nowner = "No Body"\n', ("line 4,", "No Body")),
    ("root as owner", f'domains = ["agents.test"]\n[mailboxes."{INFO}"]\naddress = "{INFO}"\nowner = "root"\n', ("line 4,", "root")),
    ("trust of another kind", 'domains = ["agents.test"]\ntrust = "maybe"\n', ("line 2,", "trust", "maybe", "verified")),
    ("a key that differs from its address",
     f'domains = ["agents.test"]\n[mailboxes."other@agents.test"]\naddress = "{INFO}"\nowner = "{OWNER}"\n', ("line 2,", INFO)),
    ("an address twice", 'domains = ["agents.test"]\n' + MAILBOX + MAILBOX.replace(f'"{INFO}"]', '"info"]'), ("info",)),
    ("a hook on a catchall", 'domains = ["agents.test"]\n[mailboxes."*@agents.test"]\naddress = "*@agents.test"\n'
     f'owner = "{OWNER}"\n[[mailboxes."*@agents.test".hooks]]\nevent = "on_receive"\ncmd = ["/bin/true"]\n', ("line 5,", "catchall")),
    ("a hook without a path", f'domains = ["agents.test"]\n{MAILBOX}[[mailboxes."{INFO}".hooks]]\nevent = "on_receive"\n'
     'cmd = ["true"]\n', ("line 7,", "cmd")),
    ("a retired form", 'domains = ["agents.test"]\n[[hook_template]]\nname = "x"\n', ("line 2,", "hook_template")),
)


class BrokenConfiguration(unittest.TestCase):
    def test_each_mistake_names_file_line_and_what_is_wrong(self):
        with daemon.Daemon(start=False) as server:
            for what, text, words in MISTAKES:
                with self.subTest(what):
                    server.config_file.write_text(text)
                    server.log_path.unlink(missing_ok=True)
                    process = server.spawn()
                    self.assertEqual(process.wait(daemon.PATIENCE), 1)
                    log = server.log()
                    self.assertIn("config.toml", log)
                    for word in words:
                        self.assertIn(word, log)
                    self.assertNotIn("listening", log)

    def test_a_missing_file_says_what_to_run(self):
        with daemon.Daemon(start=False) as server:
            server.config_file.unlink()
            self.assertEqual(server.spawn().wait(daemon.PATIENCE), 1)
            self.assertIn("aimx setup", server.log())

    @unittest.skipIf(os.path.exists("/etc/ssl/aimx/cert.pem"), "this machine has a certificate for a server")
    def test_a_server_without_a_certificate_says_where_to_put_one(self):
        with daemon.Daemon() as server:
            self.assertIn("/etc/ssl/aimx/cert.pem: No such file or directory; STARTTLS is not offered", server.log())
            self.assertIn("put a certificate and its key there, or name them with --tls-cert and --tls-key", server.log())

    def test_an_unknown_key_is_a_warning_with_the_nearest_known_one(self):
        with daemon.Daemon(config='dkim_selecter = "x"\n') as server:
            self.assertIn("dkim_selecter", server.log())
            self.assertIn("dkim_selector", server.log())


class BrokenSurroundings(unittest.TestCase):
    def fails(self, server, *args, **env):
        """Starts a daemon that must not start; returns its log."""
        server.log_path.unlink(missing_ok=True)
        process = server.spawn(*args, **env)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        self.assertEqual(process.wait(daemon.PATIENCE), 1)
        return server.log()

    def test_a_port_in_use(self):
        with daemon.Daemon(start=False) as server, socket.create_server(("127.0.0.1", 0)) as other:
            address = "127.0.0.1:%d" % other.getsockname()[1]
            self.assertIn(address, self.fails(server, "--bind", address))
            self.assertFalse((server.runtime_dir / "aimx.sock").exists())
            self.assertFalse((server.runtime_dir / "aimx.pid").exists())

    def test_port_25_as_a_plain_user_says_what_to_do(self):
        if daemon.IS_ROOT:
            with daemon.Scratch(config=None) as scratch:
                done = self.as_plain_user(scratch)
        else:
            with daemon.Daemon(start=False) as server:
                done = server.aimx("serve", "--bind", "127.0.0.1:25")
        if "cannot listen" not in done.stderr and done.returncode == 0:
            self.fail("a plain user listens on port 25")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(":25", done.stderr)
        self.assertRegex(done.stderr, "(?i)permi|privileg")

    @unittest.skipUnless(daemon.IS_ROOT, "needs somebody who may not write")
    def test_directories_of_others_say_how_to_name_ones_own(self):
        with daemon.Scratch(config=None) as scratch:
            scratch.write_config({INFO: OWNER})
            os.chmod(scratch.config_file, 0o644)
            scratch.give_keys(OWNER)
            for words in ("make directory", "open .lock in"):
                done = scratch.aimx("serve", user=OWNER)
                self.assertIn(f"{words} {scratch.data_dir}: Permission denied; run as root", done.stderr)
                self.assertIn("or name another data directory with --data-dir", done.stderr)
                self.assertEqual(done.returncode, 1)
                scratch.data_dir.mkdir(exist_ok=True)
            shutil.chown(scratch.data_dir, OWNER)
            for closed, words in ((scratch.runtime_dir, "write to"), (scratch.runtime_dir / "made", "make")):
                done = scratch.aimx("serve", "--bind", "127.0.0.1:0", user=OWNER, env={"AIMX_RUNTIME_DIR": str(closed)})
                self.assertIn(f"cannot {words} the runtime directory {closed}: Permission denied", done.stderr)
                self.assertIn("or name another one in AIMX_RUNTIME_DIR", done.stderr)
                self.assertEqual(done.returncode, 1)

    def as_plain_user(self, scratch):
        scratch.write_config({INFO: OWNER})
        os.chmod(scratch.config_file, 0o644)
        scratch.data_dir.mkdir()
        scratch.give_keys(OWNER)
        for path in (scratch.data_dir, scratch.runtime_dir):
            shutil.chown(path, OWNER)
        floor = pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()
        if int(floor) <= 25:
            # In a network of its own the usual floor can be set.
            command = ["unshare", "--net", "sh", "-c", "echo 1024 > /proc/sys/net/ipv4/ip_unprivileged_port_start && ip link set lo up;"
                       ' exec setpriv --reuid "$1" --regid "$1" --clear-groups "$2" --data-dir "$3" serve --bind 127.0.0.1:25', "sh", OWNER,
                       str(daemon.reachable_command()), str(scratch.data_dir)]
            done = subprocess.run(command, env=scratch.environment(), capture_output=True, text=True, timeout=daemon.PATIENCE,
                                  check=False)
            return done
        return scratch.aimx("serve", "--bind", "127.0.0.1:25", user=OWNER)

    def test_a_data_directory_in_use_names_its_holder(self):
        with daemon.Daemon() as server:
            log_before = server.log()
            other_runtime = server.path / "run2"
            other_runtime.mkdir()
            process = server.spawn(AIMX_RUNTIME_DIR=str(other_runtime))
            self.assertEqual(process.wait(daemon.PATIENCE), 1)
            self.assertIn(str(server.process.pid), server.log()[len(log_before):])

    def test_a_socket_path_in_use(self):
        with daemon.Daemon() as server, daemon.Daemon(start=False) as other:
            self.assertIn("aimx.sock", self.fails(other, AIMX_RUNTIME_DIR=str(server.runtime_dir)))
            self.assertEqual(server.aimx("version").stdout.count("version"), 2)

    def test_something_else_at_the_socket_path(self):
        with daemon.Daemon(start=False) as server:
            (server.runtime_dir / "aimx.sock").mkdir()
            self.assertIn("aimx.sock", self.fails(server))

    def test_tls_files_that_were_given_and_cannot_be_read(self):
        with daemon.Daemon(start=False) as server:
            log = self.fails(server, "--tls-cert", "/nonexistent/cert.pem", "--tls-key", "/nonexistent/key.pem")
            self.assertIn("/nonexistent/cert.pem", log)
            junk = server.path / "junk.pem"
            junk.write_text("no certificate\n")
            self.assertIn("junk.pem", self.fails(server, "--tls-cert", str(junk), "--tls-key", str(junk)))

    def test_a_default_domain_without_a_key_says_which_command_makes_one(self):
        with daemon.Daemon(start=False) as server:
            key = server.config_dir / "dkim" / "agents.test" / "private.key"
            for spoil in (lambda: key.write_text("no key\n"), key.unlink):
                spoil()
                log = self.fails(server)
                self.assertIn("aimx dkim-keygen --domain agents.test", log)
                self.assertIn(str(key), log)
                self.assertFalse((server.runtime_dir / "aimx.sock").exists())

    def test_another_domain_without_a_key_is_a_warning(self):
        with daemon.Daemon(domains=("agents.test", "b.test")) as server:
            self.assertIn("aimx dkim-keygen --domain b.test", server.log())
            self.assertNotIn("--domain agents.test", server.log())

    def test_a_bind_that_is_no_address(self):
        with daemon.Daemon(start=False) as server:
            self.assertIn("nonsense", self.fails(server, "--bind", "nonsense"))

    def test_addresses_that_exclude_each_other_are_named_before_any_listens(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with daemon.Daemon(start=False) as server:
            log = self.fails(server, "--bind", f"0.0.0.0:{port}", "--bind", f"[::]:{port}")
        self.assertIn(f"both 0.0.0.0:{port} and [::]:{port}", log)
        self.assertNotIn("listening", log)

    def test_a_layout_of_the_future_is_refused(self):
        with daemon.Daemon(start=False) as server:
            server.data_dir.mkdir(parents=True)
            (server.data_dir / ".layout-version").write_text("3\n")
            self.assertIn("upgrade migration failed:", self.fails(server))

    def test_an_owner_without_an_account_is_a_warning_and_mail_for_it_waits(self):
        with daemon.Daemon(mailboxes={INFO: OWNER, "ghost@agents.test": "no-such-user"}) as server:
            self.assertIn("no-such-user", server.log())
            with smtplib.SMTP("127.0.0.1", server.port, timeout=daemon.PATIENCE) as client:
                client.ehlo()
                client.docmd("MAIL", "FROM:<a@sender.test>")
                code = client.docmd("RCPT", "TO:<ghost@agents.test>")[0]
                self.assertEqual(code, 451 if daemon.IS_ROOT else 250)
                self.assertEqual(client.docmd("RCPT", f"TO:<{INFO}>")[0], 250)
                self.assertEqual(client.data(TEXT)[0], 250)

    def test_a_symbolic_link_planted_in_the_place_of_a_mailbox_redirects_nothing(self):
        with daemon.Daemon() as server:
            target = server.path / "target"
            target.mkdir()
            where = server.folder(INFO)
            where.parent.mkdir(parents=True, exist_ok=True)
            where.rmdir() if where.exists() else None
            where.symlink_to(target)
            with smtplib.SMTP("127.0.0.1", server.port, timeout=daemon.PATIENCE) as client:
                with self.assertRaises(smtplib.SMTPDataError) as caught:
                    client.sendmail("a@sender.test", [INFO], TEXT)
                self.assertEqual(caught.exception.smtp_code, 451)
                self.assertEqual(list(target.iterdir()), [])
                where.unlink()
                client.sendmail("a@sender.test", [INFO], TEXT)
            self.assertEqual(len(server.messages(INFO)), 1)

    def test_a_planted_link_is_no_message(self):
        with daemon.Daemon() as server:
            with smtplib.SMTP("127.0.0.1", server.port, timeout=daemon.PATIENCE) as client:
                client.sendmail("a@sender.test", [INFO], TEXT)
            secret = server.path / "secret"
            secret.write_text("+++\nread = false\n+++\n\nx\n")
            (server.folder(INFO) / "planted.md").symlink_to(secret)
            done = server.aimx("call", "MARK-READ", f"Mailbox={INFO}", "Id=planted")
            self.assertEqual(done.returncode, 1)
            self.assertIn("NOTFOUND", done.stderr)
            self.assertEqual(secret.read_text(), "+++\nread = false\n+++\n\nx\n")


class BrokenModules(unittest.TestCase):
    """On a copy of the build's command and modules, so that modules can be broken."""

    def setUp(self):
        parent = daemon.BUILD.parent if daemon.IS_ROOT else None
        self.tree = pathlib.Path(tempfile.mkdtemp(prefix="build-copy-", dir=parent))
        self.addCleanup(shutil.rmtree, self.tree, True)
        os.chmod(self.tree, 0o755)
        daemon.copy_build(self.tree)
        build, daemon.BUILD = daemon.BUILD, self.tree
        self.addCleanup(setattr, daemon, "BUILD", build)
        self.built = build

    def modules(self, server):
        import json
        done = server.aimx("modules", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return {module["name"]: module for module in json.loads(done.stdout)}

    def test_a_wrong_abi_version_is_refused_and_the_rest_starts(self):
        wrong = sorted((self.built / "tests").rglob("*abi*.so"))
        self.assertTrue(wrong, "the build has a module with a wrong ABI version")
        folder = self.tree / "modules" / wrong[0].stem
        folder.mkdir()
        shutil.copy(wrong[0], folder)
        with daemon.Daemon() as server:
            refused = [module for module in self.modules(server).values() if module["state"] == "refused"]
            self.assertEqual(len(refused), 1)
            self.assertIn("ABI", refused[0]["reason"])
            with smtplib.SMTP("127.0.0.1", server.port, timeout=daemon.PATIENCE) as client:
                client.sendmail("a@sender.test", [INFO], TEXT)

    def test_what_requires_a_missing_module_is_refused_and_says_so(self):
        shutil.rmtree(self.tree / "modules" / "ingest")
        with daemon.Daemon(start=False) as server:
            server.process = server.spawn()
            daemon.wait_for(lambda: (server.runtime_dir / "aimx.sock").exists(), "the socket")
            smtp = self.modules(server)["smtp"]
            self.assertEqual(smtp["state"], "refused")
            self.assertIn("ingest", smtp["reason"])
            self.assertIn("ingest", server.log())

    def test_a_module_disabled_in_the_configuration_is_left_out(self):
        with daemon.Daemon(config='[modules]\ndisabled = ["message"]\n') as server:
            self.assertEqual(self.modules(server)["message"]["state"], "disabled")
            done = server.aimx("call", "MARK-READ", f"Mailbox={INFO}", "Id=x")
            self.assertIn("PROTOCOL", done.stderr)

    def test_a_module_that_is_disabled_in_vain_is_told(self):
        with daemon.Daemon(config='[modules]\ndisabled = ["message", "searches"]\n') as server:
            self.assertIn("disables module 'searches', which is not there; `aimx modules` shows all", server.log())
            self.assertNotIn("started again", server.log())
            server.write_config({INFO: OWNER}, '[modules]\ndisabled = ["mailbox"]\n')
            self.assertEqual(server.aimx("reload").returncode, 0)
            self.assertIn("disables module 'mailbox' by now, but it runs until the server is started again", server.log())
            self.assertIn("no longer disables module 'message', but it is left out until the server", server.log())

    @unittest.skipUnless(daemon.IS_ROOT, "only a daemon that is root asks whose its modules are")
    def test_root_refuses_a_module_that_others_could_write(self):
        module = self.tree / "modules" / "message" / "message.so"
        os.chmod(module, 0o777)
        with daemon.Daemon() as server:
            refused = self.modules(server)["message"]
            self.assertEqual(refused["state"], "refused")
            self.assertIn("message.so", refused["reason"] + refused["file"])


if __name__ == "__main__":
    tap.main()
