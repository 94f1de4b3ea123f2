# SPDX-License-Identifier: MIT
"""A real name server, nsd, with zones of a test's own on a loopback port; a signer, for zones that DNSSEC proves; and a
relay that counts, delays or swallows questions on their way to it.

    with zones.Zones({"sender.test": "@ TXT \"v=spf1 ip4:127.0.0.2 -all\"\nwww A 192.0.2.1"}) as dns:
        with daemon.Daemon(env={"AIMX_RESOLVER": dns.server}) as server:

Every other name is known not to be there."""

import collections
import os
import pathlib
import random
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "aimx"
PATIENCE = 30

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "DNSKEY": 48, "TLSA": 52}
TYPE_NAMES = {number: name for name, number in TYPES.items()}

HEAD = "$ORIGIN {origin}\n$TTL {ttl}\n@ SOA ns.invalid. root.invalid. {serial} 3600 600 86400 {ttl}\n@ NS ns.invalid.\n"


def find_program(name, tree, directory):
    """A program of those that ./dev unpacks."""
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", os.defpath), str(CACHE / tree / directory))))
    if not found:
        raise AssertionError(f"{name} is missing: ./dev test fetches it")
    return found


def run_signer(program, *args, cwd):
    path = pathlib.Path(find_program(program, "ldns", "usr/bin"))
    libraries = ":".join(str(place) for place in (path.parents[1] / "lib").glob("*-linux-gnu"))
    done = subprocess.run([str(path), *map(str, args)], cwd=cwd, env={**os.environ, "LD_LIBRARY_PATH": libraries},
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"{program}: {done.stderr}")
    return done.stdout.strip()


def bind_free_port():
    """A UDP and a TCP socket on one loopback port that nobody has."""
    while True:
        udp, tcp = socket.socket(type=socket.SOCK_DGRAM), socket.socket()
        udp.bind(("127.0.0.1", 0))
        try:
            tcp.bind(udp.getsockname())
            return udp, tcp
        except OSError:
            udp.close()
            tcp.close()


def make_question(name, kind):
    labels = [label.encode() for label in name.rstrip(".").split(".") if label]
    encoded = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return struct.pack(">6H", random.getrandbits(16), 0x0100, 1, 0, 0, 0) + encoded + struct.pack(">2H", TYPES[kind], 1)


def read_question(message):
    """Name in lower case and type of what a message asks."""
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode("latin-1").lower())
        at += 1 + message[at]
    number = int.from_bytes(message[at + 1:at + 3], "big")
    return ".".join(labels), TYPE_NAMES.get(number, str(number))


class Zones:
    """nsd with the zones {origin: records}, in the syntax of zone files, relative to the origin, without SOA and NS.
    Those whose origin is in `signed` are signed, and `trust_anchor` is the file that vouches for all of them."""

    def __init__(self, zones, signed=(), ttl=300):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="aimx-zones-"))
        self.path.chmod(0o755)
        self.ttl = ttl
        self.serial = 0
        self.keys = {}
        self.process = None
        self.port = None
        self.trust_anchor = self.path / "trust-anchor"
        self.trust_anchor.write_text("", encoding="ascii")
        try:
            for origin in signed:
                self._make_key(origin)
            for origin, records in {".": "", **zones}.items():
                self._write_zone(origin, records)
            self._start({".", *zones})
        except BaseException:
            self.close()
            raise

    @property
    def server(self):
        """As [resolver] servers and AIMX_RESOLVER want it."""
        return f"127.0.0.1@{self.port}"

    def set_zone(self, origin, records):
        """Other records for a zone that is there; returns when they are served."""
        serial = self._write_zone(origin, records)
        self.process.send_signal(signal.SIGHUP)
        self._wait_for(origin, serial)

    def replace_in_signed_zone(self, origin, old, new):
        """Changes the text of a signed zone behind its signatures: what DNSSEC is there to notice."""
        path = self._file(origin)
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{origin} has no {old}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        self.stop()
        self._start(None)

    def stop(self):
        """Ends the server: its port answers no more."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)

    def close(self):
        self.stop()
        shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _file(self, origin):
        return self.path / ("root.zone" if origin == "." else origin.rstrip(".") + ".zone")

    def _make_key(self, origin):
        name = run_signer("ldns-keygen", "-k", "-a", "ECDSAP256SHA256", origin, cwd=self.path)
        self.keys[origin] = name
        with open(self.trust_anchor, "a", encoding="ascii") as anchor:
            anchor.write((self.path / f"{name}.key").read_text(encoding="ascii"))

    def _write_zone(self, origin, records):
        self.serial += 1
        path = self._file(origin)
        new = path.with_suffix(".new")
        absolute = origin if origin == "." else origin.rstrip(".") + "."
        new.write_text(HEAD.format(origin=absolute, ttl=self.ttl, serial=self.serial) + records + "\n", encoding="utf-8")
        if origin in self.keys:
            run_signer("ldns-signzone", "-o", absolute, "-f", path, new, self.keys[origin], cwd=self.path)
        else:
            new.rename(path)
        return self.serial

    def _start(self, origins):
        config = self.path / "nsd.conf"
        log = self.path / "log"
        if origins is not None:
            udp, tcp = bind_free_port()
            self.port = udp.getsockname()[1]
            config.write_text("\n".join([
                "server:", f"ip-address: 127.0.0.1@{self.port}", 'username: ""', 'chroot: ""', "server-count: 1",
                f'zonesdir: "{self.path}"', f'logfile: "{log}"', f'pidfile: "{self.path}/pid"', 'database: ""',
                f'xfrdfile: "{self.path}/xfrd"', f'xfrdir: "{self.path}"', f'zonelistfile: "{self.path}/zonelist"',
                "zonefiles-check: yes", "rrl-ratelimit: 0", "remote-control:", "control-enable: no",
                *(line for origin in origins
                  for line in ("zone:", f'name: "{origin}"', f'zonefile: "{self._file(origin)}"')), ""]), encoding="utf-8")
            udp.close()
            tcp.close()
        with open(log, "ab") as output:
            self.process = subprocess.Popen([find_program("nsd", "nsd", "usr/sbin"), "-d", "-c", str(config)],
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        self._wait_for(".", None)

    def _wait_for(self, origin, serial):
        """Until the zone is served, with that serial number."""
        deadline = time.monotonic() + PATIENCE
        with socket.socket(type=socket.SOCK_DGRAM) as client:
            client.connect(("127.0.0.1", self.port))
            client.settimeout(0.05)
            while True:
                try:
                    client.send(make_question(origin, "SOA"))
                    answer = client.recv(4096)
                    if answer[3] & 15 == 0 and (serial is None or struct.pack(">5I", serial, 3600, 600, 86400, self.ttl) in answer):
                        return
                except OSError:
                    pass
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError("nsd does not serve:\n" + (self.path / "log").read_text(encoding="utf-8"))


class Relay:
    """Between a resolver and a name server, over UDP: counts what is asked, and delays each answer by some seconds, or
    swallows every question.  Its questions do not wait for one another."""

    def __init__(self, port=None, delay=0.0, silent=False):
        self.delay = delay
        self.silent = silent
        self.questions = collections.Counter()  # (name, type) -> how often
        self._lock = threading.Lock()
        self._target = ("127.0.0.1", port)
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.server = f"127.0.0.1@{self.port}"
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def count(self, name, kind):
        with self._lock:
            return self.questions[name, kind]

    def close(self):
        # An empty datagram to itself ends the thread.
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _run(self):
        while True:
            message, sender = self._socket.recvfrom(65536)
            if not message:
                return
            with self._lock:
                self.questions[read_question(message)] += 1
            if not self.silent:
                threading.Thread(target=self._pass_on, args=(message, sender, time.monotonic() + self.delay),
                                 daemon=True).start()

    def _pass_on(self, message, sender, when):
        with socket.socket(type=socket.SOCK_DGRAM) as client:
            client.settimeout(PATIENCE)
            try:
                client.sendto(message, self._target)
                answer = client.recv(65536)
                time.sleep(max(0, when - time.monotonic()))
                self._socket.sendto(answer, sender)
            except OSError:
                pass  # the server or the relay has ended
