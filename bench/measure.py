# SPDX-License-Identifier: MIT
"""What the measurements share: the build under test, medians, tables."""

import json
import os
import pathlib
import statistics
import subprocess
import sys

MAILBOX = "info@agents.test"
ROOT = pathlib.Path(__file__).resolve().parents[1]


def use_build(build_dir):
    """Makes the scratch daemon run what is built in build_dir; returns the module."""
    os.environ["AIMX_BUILD_DIR"] = str(ROOT / build_dir)
    sys.path.insert(0, str(ROOT / "tests" / "e2e"))
    import daemon  # pylint: disable=import-outside-toplevel
    return daemon


def run_json(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr}")
    return json.loads(done.stdout)


def settle():
    """What was written is on the disk, and what was read is forgotten (as root)."""
    os.sync()
    if os.geteuid() == 0:
        pathlib.Path("/proc/sys/vm/drop_caches").write_text("3", encoding="ascii")


def load(build, port, sessions, messages, size, *options):
    """Sends messages to MAILBOX; all are accepted."""
    result = run_json(build / "bench/bench-load", "--port", port, "--to", MAILBOX, "--sessions", sessions,
                      "--messages", messages, "--size", size, *options)
    if result["accepted"] != messages:
        raise RuntimeError(f"only {result['accepted']} of {messages} messages were accepted")
    return result


def count(server):
    folder = server.folder(MAILBOX)
    return len(os.listdir(folder)) if folder.exists() else 0


def inbound(server, build, sessions, messages, size, *options):
    """Sends messages to a daemon and counts its files: `rate` a second, `cpu` microseconds of its time a message."""
    stored = count(server)
    before = server.cpu_seconds()
    result = load(build, server.port, sessions, messages, size, *options)
    cpu = (server.cpu_seconds() - before) / messages * 1e6
    stored = count(server) - stored
    if stored != messages:
        raise RuntimeError(f"{stored} files for {messages} messages")
    return {"rate": messages / result["seconds"], "cpu": cpu, **result}


def median(values):
    return statistics.median(values)


def table(header, rows):
    """Prints columns as wide as their contents; the first is text, the rest numbers."""
    cells = [header, *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    for row in cells:
        first = row[0].ljust(widths[0])
        print("  ".join([first, *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]).rstrip(), flush=True)
