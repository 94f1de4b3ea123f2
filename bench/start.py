#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""From exec to ready with few and with many mailboxes, resident memory then, and a whole command against the daemon.

    start.py BUILD-DIR [--rounds N]
"""

import argparse
import time

import measure


def time_command(server, rounds):
    def once():
        start = time.monotonic()
        done = server.aimx("mailboxes", "list")
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return (time.monotonic() - start) * 1000
    return measure.median([once() for _ in range(rounds)])


def measure_start(daemon, number, rounds):
    owner = daemon.ordinary_users()[0]
    mailboxes = {f"agent{index}@agents.test": owner for index in range(number)}
    times, memory, command = [], [], []
    with daemon.Daemon(mailboxes=mailboxes, start=False, env={"AIMX_LOG": "info"}) as server:
        for _ in range(rounds):
            start = time.monotonic()
            server.start()
            times.append((time.monotonic() - start) * 1000)
            memory.append(server.resident_kib() / 1024)
            if number < 100:
                command.append(time_command(server, rounds))
            server.stop()
    return [f"{number} mailboxes", f"{measure.median(times):.1f}", f"{measure.median(memory):.1f}",
            f"{measure.median(command):.2f}" if command else ""]


def main():
    parser = argparse.ArgumentParser(description="Start-up time and memory.")
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    daemon = measure.use_build(options.build)
    rows = [measure_start(daemon, number, options.rounds) for number in (3, 10000)]
    measure.table(["", "ms to ready", "MiB resident", "ms `mailboxes list`"], rows)


if __name__ == "__main__":
    main()
