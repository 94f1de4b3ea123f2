#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The unit for systemd: that systemd takes it, and that the rights which it leaves to the daemon are enough."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

import daemon
import tap

UNIT = daemon.BUILD / "data" / "aimx.service"
MESSAGE = "From: a@b.test\r\nSubject: hi\r\n\r\nbody\r\n"
# What `systemd-analyze security` says in tenths: 3.0 for a root that gives files away and listens.
EXPOSURE_MAX = 32

# Takes the rights of the unit and becomes the daemon: argv is a list of system calls, `--`, and the command.
CONFINE = """
import ctypes, os, sys
calls, command = sys.argv[1].split(","), sys.argv[2:]
seccomp = ctypes.CDLL("libseccomp.so.2")
seccomp.seccomp_init.restype = ctypes.c_void_p
context = ctypes.c_void_p(seccomp.seccomp_init(0x00050001))
for call in calls:
    number = seccomp.seccomp_syscall_resolve_name(call.encode())
    if number >= 0:
        assert seccomp.seccomp_rule_add(context, 0x7fff0000, number, 0) == 0, call
assert seccomp.seccomp_load(context) == 0
os.execv(command[0], command)
"""


def settings(name):
    return [value for line in UNIT.read_text(encoding="utf-8").splitlines() if line.startswith(f"{name}=")
            for value in line.partition("=")[2].split()]


def expand(names):
    """The system calls of a filter of systemd."""
    for name in names:
        if name.startswith("@"):
            done = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter", name], capture_output=True, text=True,
                                  check=True)
            yield from expand(line.strip() for line in done.stdout.splitlines()[1:] if re.match(r"\s+[@a-z]", line))
        else:
            yield name


@unittest.skipUnless(shutil.which("systemd-analyze"), "needs systemd-analyze")
class Unit(unittest.TestCase):
    def make_unit(self):
        """The unit for the command of the build, since that to be installed is not there yet."""
        scratch = daemon.Scratch()
        self.addCleanup(scratch.close)
        unit = scratch.path / "aimx.service"
        text = UNIT.read_text(encoding="utf-8")
        unit.write_text(re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={scratch.command}", text), encoding="utf-8")
        return unit

    def test_systemd_takes_it_as_it_is(self):
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", self.make_unit()], capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_it_exposes_no_more_than_it_must(self):
        done = subprocess.run(["systemd-analyze", "--no-pager", "security", "--offline=true", f"--threshold={EXPOSURE_MAX}",
                               self.make_unit()], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_bus_activates_it(self):
        service = (daemon.ROOT / "data" / "dbus" / "email.aimx.Aimx1.service").read_text(encoding="utf-8")
        self.assertIn("SystemdService=aimx.service", service)
        self.assertIn(f"Name={settings('BusName')[0]}", service)

    @unittest.skipUnless(daemon.IS_ROOT, "takes rights away from root")
    @unittest.skipIf(os.environ.get("AIMX_SANITIZER"), "sanitizers make system calls of their own")
    def test_its_rights_are_enough(self):
        user = daemon.ordinary_users()[1]
        with daemon.Scratch() as place:
            wrapper = place.path / "confined"
            capabilities = ",".join(f"+{name.removeprefix('CAP_').lower()}" for name in settings("CapabilityBoundingSet"))
            confine = place.path / "confine.py"
            confine.write_text(CONFINE, encoding="utf-8")
            wrapper.write_text(
                f"#!/bin/sh\nexec setpriv --bounding-set=-all,{capabilities} --no-new-privs /usr/bin/python3 {confine} "
                f"{','.join(expand(settings('SystemCallFilter')))} {place.command} \"$@\"\n", encoding="utf-8")
            wrapper.chmod(0o755)
            with daemon.Daemon(command=wrapper) as server:
                aimx = lambda *args, **more: self.assertEqual(server.aimx(*args, **more).returncode, 0, server.log())
                aimx("ingest", "info@agents.test", stdin=MESSAGE)
                aimx("mailboxes", "create", "more", "--owner", user)
                aimx("ingest", "more@agents.test", stdin=MESSAGE)
                message, = server.messages("more@agents.test")
                self.assertEqual(pathlib.Path(message).owner(), user)
                aimx("call", "MARK-READ", "Mailbox=more", f"Id={message.stem}")
                aimx("domains", "add", "other.test")
                aimx("reload")
                self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    tap.main()
