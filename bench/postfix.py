# SPDX-License-Identifier: MIT
"""A scratch Postfix to measure against: unpacked, not installed, receiving on a loopback port and delivering to a
maildir.  Needs root, as Postfix does; the accounts that it insists on exist only in a mount namespace of its own."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

MAIN = """\
compatibility_level = 3.6
command_directory = {tree}/usr/sbin
daemon_directory = {tree}/usr/lib/postfix/sbin
shlib_directory = {tree}/usr/lib/postfix
meta_directory = {work}/etc
data_directory = {work}/lib
queue_directory = {work}/spool
mail_owner = postfix
setgid_group = postdrop
myhostname = peer.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_recipient_restrictions = permit_mynetworks, reject
virtual_mailbox_domains = agents.test
virtual_mailbox_base = {work}/mail
virtual_mailbox_maps = inline:{{ info@agents.test=info/ }}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{uid}
virtual_minimum_uid = 1
virtual_transport = virtual
default_process_limit = 100
virtual_destination_concurrency_limit = 100
virtual_destination_recipient_limit = 1
initial_destination_concurrency = 100
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
message_size_limit = 26214400
import_environment = MAIL_CONFIG MAIL_LOGTAG TZ LANG=C LD_LIBRARY_PATH
maillog_file = {work}/log
maillog_file_prefixes = {work}
alias_maps =
alias_database =
local_recipient_maps =
"""

MASTER = """\
127.0.0.1:{port} inet n - n - 100 smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - 100 virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
"""

ACCOUNTS = {"postfix": 65001, "postdrop": 65002}


def is_available():
    tree = os.environ.get("AIMX_POSTFIX")
    return os.geteuid() == 0 and tree is not None and (pathlib.Path(tree) / "usr/lib/postfix/sbin/master").is_file()


class Postfix:
    """Running while the object lives; everything of it lies below a directory in parent."""

    def __init__(self, parent, uid):
        self.tree = pathlib.Path(os.environ["AIMX_POSTFIX"])
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="postfix-", dir=parent))
        os.chmod(self.work, 0o755)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.write_files(uid)
        self.process = self.run(str(self.tree / "usr/lib/postfix/sbin/master"), "-c", str(self.work / "etc"), "-d")
        self.wait_until_it_listens()

    def write_files(self, uid):
        values = {"tree": self.tree, "work": self.work, "uid": uid, "port": self.port}
        for name in ("etc", "lib", "spool", "mail", "mail/info", "accounts"):
            (self.work / name).mkdir()
        os.chown(self.work / "mail/info", uid, uid)
        os.chown(self.work / "lib", ACCOUNTS["postfix"], 0)
        (self.work / "etc/main.cf").write_text(MAIN.format(**values))
        (self.work / "etc/master.cf").write_text(MASTER.format(**values))
        for name, line in (("passwd", "{name}:x:{id}:{id}::/nonexistent:/usr/sbin/nologin\n"), ("group", "{name}:x:{id}:\n")):
            text = pathlib.Path("/etc", name).read_text()
            text += "".join(line.format(name=account, id=number) for account, number in ACCOUNTS.items())
            (self.work / "accounts" / name).write_text(text)
        # The queue's directories, as `postfix check` would make them.
        owner, drop = ACCOUNTS["postfix"], ACCOUNTS["postdrop"]
        for name, mode, gid in (("active", 0o700, 0), ("bounce", 0o700, 0), ("corrupt", 0o700, 0), ("defer", 0o700, 0),
                                ("deferred", 0o700, 0), ("flush", 0o700, 0), ("hold", 0o700, 0), ("incoming", 0o700, 0),
                                ("private", 0o700, 0), ("saved", 0o700, 0), ("trace", 0o700, 0),
                                ("public", 0o710, drop), ("maildrop", 0o730, drop), ("pid", 0o755, 0)):
            path = self.work / "spool" / name
            path.mkdir()
            os.chown(path, 0 if name == "pid" else owner, gid)
            os.chmod(path, mode)

    def run(self, *command):
        bind = "".join(f"mount --bind '{self.work}/accounts/{name}' /etc/{name} && " for name in ("passwd", "group"))
        env = dict(os.environ, LD_LIBRARY_PATH=str(self.tree / "usr/lib/postfix"), MAIL_CONFIG=str(self.work / "etc"))
        return subprocess.Popen(["unshare", "--mount", "sh", "-c", bind + 'exec "$@"', "sh", *command], env=env,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def log(self):
        path = self.work / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def wait_until_it_listens(self):
        deadline = time.monotonic() + 20
        while True:
            with socket.socket() as probe:
                probe.settimeout(5)
                try:
                    probe.connect(("127.0.0.1", self.port))
                    if probe.recv(100).startswith(b"220"):
                        return
                except OSError:
                    pass
            if time.monotonic() > deadline:
                raise RuntimeError(f"Postfix does not answer:\n{self.log()[-3000:]}")
            time.sleep(0.1)

    def delivered(self):
        new = self.work / "mail/info/new"
        return len(os.listdir(new)) if new.is_dir() else 0

    def wait_until_delivered(self, number):
        """Returns how many seconds that took."""
        start = time.monotonic()
        deadline = start + 120
        while self.delivered() < number:
            if time.monotonic() > deadline:
                raise RuntimeError(f"Postfix delivered {self.delivered()} of {number}:\n{self.log()[-3000:]}")
            time.sleep(0.01)
        return time.monotonic() - start

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.work, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
