# SPDX-License-Identifier: MIT
"""Runs a program on a terminal of its own, and gives back what a person would have seen."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time


def run(command, env, columns=80, answers="", timeout=30, when=None):
    """Returns the exit status and everything written to the terminal, stdout and stderr together.  `when` is a text and
    a function to call once it has been seen; what it returns, if anything, is typed."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(command, env=env, stdin=theirs, stdout=theirs, stderr=theirs, cwd="/", start_new_session=True)
    os.close(theirs)
    os.write(ours, answers.encode())
    seen = b""
    deadline = time.monotonic() + timeout
    try:
        while select.select([ours], [], [], max(0, deadline - time.monotonic()))[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            seen += piece
            if when and when[0].encode() in seen:
                os.write(ours, (when[1]() or "").encode())
                when = None
        return process.wait(max(0.1, deadline - time.monotonic())), seen.decode("utf-8", "replace")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(ours)
