#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The library from Python, through its typelib: the programs of docs/other-languages.md as they stand."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import daemon
import tap

TEXT = (daemon.ROOT / "docs" / "other-languages.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


class Typelib(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = daemon.Daemon()
        cls.addClassCleanup(cls.server.close)
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.place = pathlib.Path(place.name)
        for name, code in zip(("call.py", "owners.py"), blocks("python"), strict=True):
            (cls.place / name).write_text(code, encoding="utf-8")

    def run_in_place(self, *command, **env):
        core = str(daemon.BUILD / "core")
        env = self.server.environment(GI_TYPELIB_PATH=core, LD_LIBRARY_PATH=core, PATH=f"/usr/bin:{os.environ['PATH']}", **env)
        return subprocess.run(command, cwd=self.place, env=env, capture_output=True, text=True, check=False,
                              timeout=daemon.PATIENCE)

    def python(self, code):
        done = self.run_in_place("python3", "-c", "import gi; gi.require_version('Aimx', '1')\n"
                                 "from gi.repository import Aimx, GLib\n" + code)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def test_calls_that_are_answered(self):
        user = daemon.ordinary_users()[0]
        done = self.run_in_place("sh", "-ec", blocks("sh")[0], OWNER=user)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        listing, created = done.stdout.splitlines()
        self.assertIn("info@agents.test", [one["name"] for one in json.loads(listing)])
        self.assertEqual(created, "OK")
        self.assertIn("sales@agents.test", self.server.aimx("mailboxes", "list", "--all").stdout)

    def test_an_error_has_the_code_of_the_wire(self):
        done = self.run_in_place("python3", "call.py", "MAILBOX-SHOW", "Mailbox=nobody@agents.test")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^ENOENT: .*nobody@agents\.test")

    def test_a_request_that_cannot_be_framed_is_not_sent(self):
        done = self.run_in_place("python3", "call.py", "VERSION", "Name=a\nb")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "^the value of Name")

    def test_a_header_without_a_value_is_not_sent(self):
        done = self.run_in_place("python3", "call.py", "VERSION", "Name")
        self.assertEqual((done.returncode, done.stderr), (1, "Name has no value\n"))

    def test_the_configuration_is_read_by_the_rules_of_the_server(self):
        user = daemon.ordinary_users()[0]
        with daemon.Scratch(config='trust = "verified"\n') as other:
            done = self.run_in_place("python3", "owners.py", str(other.config_dir))
            self.assertEqual((done.returncode, done.stdout), (0, f"info@agents.test {user} verified (global)\n"))
            other.config_file.write_text("domains = [5]\n", encoding="utf-8")
            done = self.run_in_place("python3", "owners.py", str(other.config_dir))
        self.assertEqual(done.returncode, 1)
        self.assertIn("config.toml: line 1, ", done.stderr)

    def test_what_a_snapshot_hands_out_outlives_it(self):
        printed = self.python(
            f"mailbox = Aimx.ConfigStore.open({str(self.server.config_dir)!r}).get().get_mailbox('info@agents.test')\n"
            "import gc; gc.collect(); print(mailbox.get_name(), mailbox.get_address())")
        self.assertEqual(printed, "info@agents.test info@agents.test\n")

    def test_an_object_of_every_class_can_be_made_and_dropped(self):
        printed = self.python(
            "from gi.repository import GObject\n"
            "classes = [one for one in (getattr(Aimx, name) for name in dir(Aimx))\n"
            "           if isinstance(one, type) and issubclass(one, GObject.Object)]\n"
            "for one in classes: one()\n"
            "print(len(classes) > 10)")
        self.assertEqual(printed, "True\n")

    def test_nothing_that_stays_the_librarys_is_given_away(self):
        gir = (daemon.BUILD / "core" / "Aimx-1.gir").read_text(encoding="utf-8")
        parameters = re.findall(r'<parameter\s[^>]*direction="out"[^>]*transfer-ownership="full"[^>]*>.*?</parameter>', gir,
                                re.DOTALL)
        self.assertGreater(len(parameters), 5)
        self.assertEqual([one for one in parameters if 'c:type="const ' in one], [])

    def test_errors_of_the_library_are_of_its_domain(self):
        printed = self.python(
            "try: Aimx.name_check_domain('nowhere')\n"
            "except GLib.Error as error: print(error.matches(Aimx.error_quark(), Aimx.Error.VALIDATION), error.domain)")
        self.assertEqual(printed, "True aimx-error-quark\n")


if __name__ == "__main__":
    tap.main()
