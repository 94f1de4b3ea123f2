# SPDX-License-Identifier: MIT
"""A scratch AIMX: its own configuration, data and runtime directories, a real daemon on a loopback port, and the
command that talks to it.  Everything of it is gone after close()."""

import atexit
import functools
import os
import pathlib
import pwd
import re
import select
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("AIMX_BUILD_DIR", ROOT / "build"))
IS_ROOT = os.geteuid() == 0
# Characters of a log that a failed test shows.
LOG_SHOWN = 8000
# Sanitizers are slow, CI machines slower: a deadline is for what has gone wrong.
PATIENCE = 120 if os.environ.get("AIMX_SANITIZER") else 30

LOGGED_ADDRESS = re.compile(r"(127\.0\.0\.1|\[::1?\]):(\d+)")


def ordinary_users():
    """Two accounts that may own mailboxes: system accounts for root, else the caller twice."""
    if IS_ROOT:
        return "games", "news"
    name = pwd.getpwuid(os.geteuid()).pw_name
    return name, name


def make_certificate(directory, name="localhost"):
    cert, key = directory / f"{name}-cert.pem", directory / f"{name}-key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName=DNS:{name}"], check=True, capture_output=True)
    return cert, key


@functools.cache
def signing_key():
    """An RSA key in PEM, the same for every domain of this process: making one takes a while."""
    done = subprocess.run(["openssl", "genrsa", "-traditional", "2048"], check=True, capture_output=True)
    return done.stdout


def copy_build(target):
    """The command, with what it loads, of the build under test: a tree that runs by itself."""
    (target / "cli").mkdir()
    for path in (BUILD / "cli").iterdir():
        if path.is_file():
            shutil.copy(path, target / "cli")
    (target / "core").mkdir()
    for path in (BUILD / "core").glob("libaimx-core.so*"):
        if path.is_file():
            shutil.copy(path, target / "core", follow_symlinks=False)
    for room in ("modules", "plugins"):
        for path in (BUILD / room).glob("*/*.so"):
            (target / room / path.parent.name).mkdir(parents=True)
            shutil.copy(path, target / room / path.parent.name)


@functools.cache
def reachable_command():
    """The command where everybody can run it: who builds below /root keeps others from there."""
    if all(parent.stat().st_mode & stat.S_IXOTH for parent in (BUILD / "cli" / "aimx").parents):
        return BUILD / "cli" / "aimx"
    copy = pathlib.Path(tempfile.mkdtemp(prefix="aimx-build-"))
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    copy.chmod(0o755)
    copy_build(copy)
    return copy / "cli" / "aimx"


@functools.cache
def name_server():
    """Says at once that no name is there: no test asks the name servers of this machine, or waits for nobody."""
    server = socket.socket(type=socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def answer():
        while True:
            question, client = server.recvfrom(4096)
            # RFC 1035, 4.1.1: a response, recursion available, NXDOMAIN; the question, and nothing else.
            end = question.index(0, 12) + 5
            server.sendto(question[:2] + b"\x81\x83\0\1\0\0\0\0\0\0" + question[12:end], client)
    threading.Thread(target=answer, daemon=True).start()
    return f"127.0.0.1@{server.getsockname()[1]}"


def wait_for(condition, what, seconds=PATIENCE):
    """Waits until condition() is true; whatever it returned is returned."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        select.select([], [], [], 0.01)


class Scratch:
    """Directories, a configuration, and the command; no daemon."""

    def __init__(self, domains=("agents.test",), mailboxes=None, config="", parent=None, key=True, command=None):
        self.command = command or BUILD / "cli" / "aimx"
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="aimx-", dir=parent))
        os.chmod(self.path, 0o755)
        self.config_dir, self.data_dir, self.runtime_dir = (self.path / name for name in ("etc", "data", "run"))
        self.config_dir.mkdir(mode=0o755)
        self.runtime_dir.mkdir(mode=0o755)
        self.domains = domains
        self.has_key = key
        if mailboxes is None:
            mailboxes = {f"info@{domains[0]}": ordinary_users()[0]}
        if config is not None:
            self.write_config(mailboxes, config)

    @property
    def config_file(self):
        return self.config_dir / "config.toml"

    def write_config(self, mailboxes, extra=""):
        quoted = ", ".join(f'"{domain}"' for domain in self.domains)
        lines = [f"domains = [{quoted}]", f'data_dir = "{self.data_dir}"', extra]
        if "[resolver]" not in extra:
            lines += ["[resolver]", f'servers = ["{name_server()}"]']
        for address, owner in mailboxes.items():
            lines += [f'[mailboxes."{address}"]', f'address = "{address}"', f'owner = "{owner}"', ""]
        self.config_file.write_text("\n".join(lines), encoding="utf-8")
        os.chmod(self.config_file, 0o640)
        if self.has_key:
            self.write_signing_key(self.domains[0])

    def write_signing_key(self, domain):
        key = self.config_dir / "dkim" / domain / "private.key"
        if not key.exists():
            for directory in (key.parent.parent, key.parent):
                directory.mkdir(mode=0o700, exist_ok=True)
            key.write_bytes(signing_key())
            key.chmod(0o600)

    def give_keys(self, user):
        for path in [self.config_dir / "dkim", *(self.config_dir / "dkim").rglob("*")]:
            shutil.chown(path, user)

    def environment(self, **more):
        env = {key: value for key, value in os.environ.items() if not key.startswith("AIMX_") or key == "AIMX_SANITIZER"}
        # Whoever wants a bus makes one: the machine's own is no place for a scratch server.
        env.update(AIMX_CONFIG_DIR=str(self.config_dir), AIMX_RUNTIME_DIR=str(self.runtime_dir), NO_COLOR="1",
                   AIMX_NONINTERACTIVE="1", LC_ALL="C.UTF-8", DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={self.path}/no-bus")
        env.update(more)
        return {key: value for key, value in env.items() if value is not None}

    def aimx(self, *args, stdin=None, user=None, env=None, timeout=PATIENCE):
        """Runs the command; returns the completed process with text output."""
        command = [str(reachable_command() if user else self.command), "--data-dir", str(self.data_dir), *args]
        data = stdin.encode() if isinstance(stdin, str) else stdin
        account = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
        if user and os.environ.get("AIMX_SANITIZER") == "thread":
            # GLib for ThreadSanitizer lies in the home of who built it; with Debian's all reports are false.
            env = {**(env or {}), "TSAN_OPTIONS": "report_bugs=0"}
        done = subprocess.run(command, input=data, stdin=None if data is not None else subprocess.DEVNULL,
                              env=self.environment(**(env or {})), capture_output=True, timeout=timeout, check=False,
                              cwd="/", **account)
        done.stdout, done.stderr = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
        return done

    def folder(self, address, folder="inbox"):
        local, _, domain = address.rpartition("@")
        return self.data_dir / domain / folder / ("catchall" if local == "*" else local)

    def messages(self, address, folder="inbox"):
        """The .md files of a mailbox, as a reader finds them, sorted."""
        found = []
        where = self.folder(address, folder)
        for entry in sorted(where.iterdir()) if where.is_dir() else []:
            found.append(entry / (entry.name + ".md") if entry.is_dir() else entry)
        return found

    def close(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Daemon(Scratch):
    """A scratch AIMX with its daemon running."""

    def __init__(self, *args, tls=False, serve=(), env=None, start=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.process = None
        self.awaited = False  # its end, by a test that judges it
        self.port = None
        self.serve_args = list(serve)
        self.env = env or {}
        self.log_path = self.path / "log"
        if tls:
            cert, key = make_certificate(self.path)
            self.serve_args += ["--tls-cert", str(cert), "--tls-key", str(key)]
        try:
            if start:
                self.start()
        except BaseException:
            self.close()
            raise

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace") if self.log_path.exists() else ""

    def spawn(self, *args, **env):
        """Starts `aimx serve` without waiting for it."""
        binds = [] if "--bind" in args else ["--bind", "127.0.0.1:0"]
        command = [str(self.command), "--data-dir", str(self.data_dir), "serve", *binds, *self.serve_args, *args]
        with open(self.log_path, "ab") as log:
            return subprocess.Popen(command, env=self.environment(**{**self.env, **env}), stdin=subprocess.DEVNULL,
                                    stdout=log, stderr=log, cwd="/")

    def start(self, *args, **env):
        """Starts the daemon and returns once it says that it is ready."""
        before = len(self.log())
        notify = self.path / "notify"
        notify.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(str(notify))
            listener.settimeout(0.05)
            self.process = self.spawn(*args, NOTIFY_SOCKET=str(notify), **env)
            self.awaited = False
            deadline = time.monotonic() + PATIENCE
            while True:
                try:
                    if b"READY=1" in listener.recv(4096):
                        break
                except socket.timeout:
                    pass
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.awaited = True
                    raise AssertionError(f"the daemon did not start:\n{self.log()}")
        found = LOGGED_ADDRESS.search(self.log()[before:])
        if not found:
            raise AssertionError(f"no address in the log:\n{self.log()}")
        self.port = int(found.group(2))

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self):
        self.awaited = True
        return self.process.wait(PATIENCE)

    def stop(self):
        """Ends the daemon gracefully; returns its exit status."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self):
        self.signal(signal.SIGKILL)
        return self.wait()

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        """Ends the daemon if it still runs; returns what is wrong with how it ended, or None."""
        if not self.process or (self.awaited and self.process.poll() is not None):
            return None
        if self.process.poll() is not None:
            return f"the daemon ended by itself, status {self.process.returncode}"
        self.process.terminate()
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "the daemon did not end"
        return f"the daemon ended with status {status}" if status != 0 else None

    def close(self):
        """Ends the daemon and removes what it had; a daemon that ended badly fails the test."""
        wrong = self.end()
        log = self.log()
        super().close()
        if wrong:
            raise AssertionError(f"{wrong}; the end of its log:\n{log[-LOG_SHOWN:]}")
