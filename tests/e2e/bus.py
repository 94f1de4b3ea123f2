# SPDX-License-Identifier: MIT
"""A private system bus, with the policy that AIMX installs, and connections to it as different users."""

import json
import os
import pathlib
import pwd
import select
import shutil
import subprocess
import sys
import tempfile
import time

import daemon

NAME = "email.aimx.Aimx1"
ROOT = "/email/aimx/Aimx1"
MANAGER, DOMAIN, MAILBOX = (f"{NAME}.{kind}" for kind in ("Manager", "Domain", "Mailbox"))
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
PROPERTIES = "org.freedesktop.DBus.Properties"
INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
POLICY = daemon.ROOT / "data" / "dbus" / "email.aimx.Aimx1.conf"
# What Debian's system.conf allows and denies; a daemon that is not root may own the name for a test.
CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <limit name="max_message_size">33554432</limit>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <include>{policy}</include>
  {more}
</busconfig>
"""


def escape(name):
    """A name as the last part of a path."""
    return "".join(char if char.isascii() and char.isalnum() else f"_{ord(char):02x}" for char in name)


def domain_path(name):
    return f"{ROOT}/domain/{escape(name)}"


def mailbox_path(name):
    return f"{ROOT}/mailbox/{escape(name)}"


class Bus:
    """A dbus-daemon; stop() and start() give and take it away."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="aimx-bus-"))
        os.chmod(self.path, 0o755)
        self.socket = self.path / "socket"
        self.address = f"unix:path={self.socket}"
        more = "" if daemon.IS_ROOT else f'<policy context="default"><allow own="{NAME}"/></policy>'
        (self.path / "bus.conf").write_text(CONFIG.format(socket=self.socket, policy=POLICY, more=more), encoding="utf-8")
        self.process = None
        self.start()

    def start(self):
        self.socket.unlink(missing_ok=True)
        with open(self.path / "log", "ab") as log:
            self.process = subprocess.Popen(["dbus-daemon", f"--config-file={self.path}/bus.conf", "--nofork", "--print-address"],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        if not self.process.stdout.readline():
            raise AssertionError((self.path / "log").read_text(encoding="utf-8"))

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def close(self):
        self.stop()
        shutil.rmtree(self.path, ignore_errors=True)


class BusError(Exception):
    """An error that came back: its name and its words."""

    def __init__(self, name, message):
        super().__init__(f"{name}: {message}")
        self.name, self.message = name, message


class Peer:
    """A connection in a process of its own, as a user of its own; remembers every signal that it got."""

    def __init__(self, address, user=None):
        account = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
        script = pathlib.Path(__file__).with_name("bus_peer.py")
        self.process = subprocess.Popen([sys.executable, "-c", script.read_text(encoding="utf-8"), address], cwd="/",
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, **account)
        self.signals = []
        self.answers = {}
        self.number = 0
        self.rest = b""
        self.name = None
        self.wait(lambda: self.name, "the connection")

    def read(self, seconds):
        """Takes in what has come, waiting that long for something."""
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            return
        data = os.read(self.process.stdout.fileno(), 1 << 20)
        if not data:
            raise AssertionError("the peer has ended")
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            said = json.loads(line)
            if "signal" in said:
                self.signals.append(tuple(said["signal"]))
            elif "ready" in said:
                self.name = said["ready"]
            else:
                self.answers[said["number"]] = said

    def wait(self, condition, what):
        deadline = time.monotonic() + daemon.PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited for {what}; signals: {self.signals}")
            self.read(0.5)

    def send(self, path, interface, method, arguments="()"):
        """Begins a call; returns its number."""
        self.number += 1
        line = json.dumps([self.number, path, interface, method, arguments])
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        return self.number

    def answer(self, number):
        self.wait(lambda: number in self.answers, "an answer")
        said = self.answers.pop(number)
        if "error" in said:
            raise BusError(said["error"], said["message"])
        return said["value"]

    def call(self, *args):
        return self.answer(self.send(*args))

    def verb(self, verb, body=b"", **headers):
        """Calls a verb by Manager.Call; returns the detail and the JSON."""
        pairs = ", ".join(f"{json.dumps(name.replace('_', '-'))}: {json.dumps(value)}" for name, value in headers.items())
        content = ", ".join(f"0x{byte:02x}" for byte in body)
        detail, answer = self.call(ROOT, MANAGER, "Call", f'({json.dumps(verb)}, @a{{ss}} {{{pairs}}}, @ay [{content}])')
        return detail, json.loads(bytes(answer)) if answer else None

    def objects(self):
        return self.call(ROOT, OBJECT_MANAGER, "GetManagedObjects")[0]

    def wait_for_signal(self, *signal):
        self.wait(lambda: signal in self.signals, signal)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
