#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""./dev run: a scratch server on loopback, one real message with an attachment over STARTTLS, and what became of it.

    demo.py [--keep]    keep the server running afterwards
"""

import argparse
import email.message
import os
import pathlib
import shutil
import signal
import smtplib
import ssl
import sys

os.environ.setdefault("AIMX_BUILD_DIR", str(pathlib.Path(__file__).resolve().parents[2] / "build"))

import daemon  # pylint: disable=wrong-import-position

MAILBOX = "info@agents.test"


def say(text=""):
    print(text, flush=True)


def make_message():
    message = email.message.EmailMessage()
    message["From"] = "Ann Example <ann@sender.test>"
    message["To"] = MAILBOX
    message["Subject"] = "Quarterly figures"
    message["Message-ID"] = "<demo@sender.test>"
    message.set_content("Hello agent,\n\nthe figures are in the attachment.\n\nAnn\n")
    message.add_alternative("<p>Hello agent,</p><p>the figures are in the <b>attachment</b>.</p><p>Ann</p>", subtype="html")
    message.add_attachment("quarter,revenue\n1,100\n2,120\n", subtype="csv", filename="figures.csv")
    return message


def make_key(server):
    done = server.aimx("dkim-keygen")
    if done.returncode != 0:
        sys.exit(done.stderr)
    say("== made the key that mail of agents.test is signed with, and the record that publishes it:\n")
    say(done.stdout)


def deliver(port):
    context = ssl.create_default_context()
    # The certificate was made a moment ago and nobody vouches for it.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with smtplib.SMTP("127.0.0.1", port, "client.test", timeout=daemon.PATIENCE) as client:
        client.starttls(context=context)
        client.send_message(make_message())


def describe(server, path):
    say(f"\n{path}\n")
    sys.stdout.write(path.read_text(encoding="utf-8"))
    say()
    for entry in sorted(path.parent.iterdir()):
        say(f"{entry.stat().st_size:8} {entry.name}")
    command = daemon.BUILD / "cli" / "aimx"
    say(f"""
Talk to it:
  export AIMX_CONFIG_DIR={server.config_dir} AIMX_RUNTIME_DIR={server.runtime_dir}
  {command} mailboxes list
  swaks --server 127.0.0.1:{server.port} --to {MAILBOX}
""")


def main():
    parser = argparse.ArgumentParser(description="Start a scratch AIMX, send it a mail, show what arrived.")
    parser.add_argument("--keep", action="store_true", help="leave the server running")
    keep = parser.parse_args().keep
    scratch = daemon.ROOT / "scratch"
    scratch.mkdir(exist_ok=True)
    server = daemon.Daemon(mailboxes={MAILBOX: daemon.ordinary_users()[0]}, tls=True, parent=scratch, key=False, start=False)
    make_key(server)
    server.start()
    say(f"== aimx serves SMTP on 127.0.0.1:{server.port}, its files are below {server.path}")
    deliver(server.port)
    say("== sent a message with an attachment over STARTTLS; it was answered 250 and is on disk:")
    describe(server, server.messages(MAILBOX)[0])
    if keep:
        say(f"It keeps running. Stop it: kill {server.process.pid}; remove it: rm -r {server.path}")
        return
    if sys.stdin.isatty():
        say("Press Enter or Ctrl-C to stop it; `./dev run --keep` leaves it running.")
        try:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            sys.stdin.readline()
        except KeyboardInterrupt:
            pass
    else:
        say("Stopping it; `./dev run --keep` leaves it running.")
    server.stop()
    shutil.rmtree(server.path)


if __name__ == "__main__":
    main()
