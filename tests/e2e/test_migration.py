#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The move from the layout for a single domain by a real daemon, killed before each of its system calls in turn."""

import os
import unittest

import daemon
import tap

OWNER = daemon.ordinary_users()[0]
OLD = f"""# My server
domain = "agents.test"  # the only one
DATA_DIR

# for everybody
[mailboxes.info]
address = "info@agents.test"
owner = "{OWNER}"   # me

[mailboxes.catchall]
address = "*@agents.test"
owner = "{OWNER}"
"""
NEW = (OLD.replace('domain = "agents.test"', 'domains = ["agents.test"]').replace("[mailboxes.info]", '[mailboxes."info@agents.test"]')
       .replace("[mailboxes.catchall]", '[mailboxes."*@agents.test"]'))
MAIL = {"inbox/info/one.md": "one", "inbox/info/two/two.md": "two", "sent/info/three.md": "three", "inbox/catchall/four.md": "four"}
# More than a start takes.
CALLS_MAX = 2000


class Installation(daemon.Daemon):
    """One as an earlier release left it."""

    def __init__(self):
        super().__init__(start=False)
        self.config_file.write_text(self.fill(OLD), encoding="utf-8")
        keys = self.config_dir / "dkim"
        self.keys = {}
        domain = keys / "agents.test"
        for path in list(domain.iterdir()) if domain.is_dir() else []:
            path.rename(keys / path.name)
        if domain.is_dir():
            domain.rmdir()
        for name in ("private.key", "public.key"):
            path = keys / name
            path.parent.mkdir(mode=0o700, exist_ok=True)
            if not path.exists():
                path.write_text(name)
            self.keys[name] = path.read_bytes()
        for name, text in MAIL.items():
            path = self.data_dir / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def fill(self, text):
        return text.replace("DATA_DIR", f'data_dir = "{self.data_dir}"')

    def start_killed(self, number):
        """Starts it to be killed before its call of that number; returns whether it came to that."""
        process = self.spawn(AIMX_TEST_FAULT=f"any:{number}:kill")
        try:
            return process.wait(daemon.PATIENCE) == -9
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


class Migration(unittest.TestCase):
    def make(self):
        installation = Installation()
        self.addCleanup(installation.close)
        return installation

    def check_migrated(self, installation):
        data, keys = installation.data_dir, installation.config_dir / "dkim"
        self.assertEqual(installation.config_file.read_text(encoding="utf-8"), installation.fill(NEW))
        self.assertEqual((data / ".layout-version").read_text(), "2\n")
        for name, text in MAIL.items():
            self.assertEqual((data / "agents.test" / name).read_text(), text)
        for name in ("inbox", "sent"):
            self.assertFalse((data / name).exists())
        for name, content in installation.keys.items():
            self.assertEqual((keys / "agents.test" / name).read_bytes(), content)
            self.assertFalse((keys / name).exists())

    def check_nothing_lost(self, installation):
        """Everything is in the one place or the other, and what says that all is done does not lie."""
        data, keys = installation.data_dir, installation.config_dir / "dkim"
        for name, text in MAIL.items():
            found = [path for path in (data / name, data / "agents.test" / name) if path.exists()]
            self.assertEqual([path.read_text() for path in found], [text])
        for name, content in installation.keys.items():
            found = [path for path in (keys / name, keys / "agents.test" / name) if path.exists()]
            self.assertEqual([path.read_bytes() for path in found], [content])
        self.assertIn(installation.config_file.read_text(encoding="utf-8"), (installation.fill(OLD), installation.fill(NEW)))
        if (data / ".layout-version").exists():
            self.check_migrated(installation)

    def test_the_next_start_completes_whatever_was_done(self):
        if os.environ.get("AIMX_BUILD_DIR", "").endswith("release"):
            self.skipTest("no faults on order in this build")
        # Where it has got to with each kill; the last start comes through.
        installation = self.make()
        for number in range(1, CALLS_MAX):
            if not installation.start_killed(number):
                self.fail("the start was to be killed at every call")
            self.check_nothing_lost(installation)
            if (installation.data_dir / ".layout-version").exists():
                break
        installation.start()
        self.check_migrated(installation)
        self.assertEqual(installation.stop(), 0)

    def test_each_step_alone_is_completed(self):
        reached = 0
        for number in range(1, CALLS_MAX):
            installation = self.make()
            self.assertTrue(installation.start_killed(number))
            self.check_nothing_lost(installation)
            done = (installation.data_dir / ".layout-version").exists()
            installation.start()
            self.check_migrated(installation)
            self.assertEqual(installation.stop(), 0)
            installation.close()
            reached = number
            if done:
                break
        self.assertGreater(reached, 10)


if __name__ == "__main__":
    tap.main()
