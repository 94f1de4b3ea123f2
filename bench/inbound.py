#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Messages a second, and the wait from the end of the data to its `250`: AIMX, Postfix delivering to a maildir, and the
disk alone, in turn, on the same file system.

    inbound.py BUILD-DIR [--rounds N] [--messages N] [--quick]

Each figure is the median of the rounds.  Nothing is deleted before the end and caches are dropped before each turn
(as root), since ext4 looks past inodes that were freed in the last minutes while it remembers them, and would charge
what one has deleted, such as Postfix its queue files, to whoever creates the next file.  Postfix counts a message when it is in the maildir, its wait ends when it is
queued; without root or an unpacked Postfix its columns stay empty.  `cpu us` is the daemon's processor time a message:
together with the client's, it is where the time goes that the disk does not take.  The second table is about who sent
the messages: see senders.py.
"""

import argparse
import contextlib
import pathlib
import pwd
import tempfile

import measure
import postfix
import senders


def measure_disk(place, build, sessions, messages, size):
    work = tempfile.mkdtemp(dir=place)
    result = measure.run_json(build / "bench/bench-disk", "--directory", work, "--writers", sessions, "--files", messages,
                              "--size", size)
    return {"rate": messages / result["seconds"], **result}


def measure_postfix(peer, build, sessions, messages, size):
    stored = peer.delivered()
    result = measure.load(build, peer.port, sessions, messages, size)
    extra = peer.wait_until_delivered(stored + messages)
    return {"rate": messages / (result["seconds"] + extra), **result}


def column(results, key, form="{:.0f}"):
    return form.format(measure.median([result[key] for result in results])) if results else ""


def measure_case(servers, build, place, case, rounds):
    sessions, messages, size = case
    aimx, peer, disk = [], [], []
    for _ in range(rounds):
        measure.settle()
        aimx.append(measure.inbound(servers[0], build, sessions, messages, size))
        if servers[1]:
            measure.settle()
            peer.append(measure_postfix(servers[1], build, sessions, messages, size))
        measure.settle()
        disk.append(measure_disk(place, build, sessions, messages, size))
    rate, raw = (measure.median([result["rate"] for result in results]) for results in (aimx, disk))
    ratio = f"{rate / measure.median([result['rate'] for result in peer]):.2f}" if peer else ""
    return [column(aimx, "rate"), column(peer, "rate"), column(disk, "rate"), ratio, f"{100 * rate / raw:.0f} %",
            column(aimx, "p50_us"), column(aimx, "p99_us"), column(peer, "p50_us"), column(peer, "p99_us"),
            column(aimx, "cpu")]


HEADER = ["", "aimx/s", "postfix/s", "disk/s", "x postfix", "of disk", "p50 us", "p99 us", "postfix p50", "postfix p99",
          "cpu us"]


def measure_place(daemon, build, name, place, options):
    owner = daemon.ordinary_users()[0]
    config = "[smtp]\nmax_connections_per_address = 1000\n"
    sizes = {4096: options.messages} if options.quick else {4096: options.messages, 102400: options.messages // 3}
    rows = []
    with contextlib.ExitStack() as stack:
        place = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="inbound-", dir=place)))
        place.chmod(0o755)
        server = stack.enter_context(daemon.Daemon(mailboxes={measure.MAILBOX: owner}, config=config, parent=place,
                                                   env={"AIMX_LOG": "message"}))
        peer = None
        if postfix.is_available():
            peer = stack.enter_context(postfix.Postfix(place, pwd.getpwnam(owner).pw_uid))
        for size, messages in sizes.items():
            for sessions in (1, 10, 50):
                rows.append([f"{name}, {size // 1024} KiB, {sessions} sessions",
                             *measure_case((server, peer), build, place, (sessions, messages, size), options.rounds)])
    return rows


def main():
    parser = argparse.ArgumentParser(description="Throughput and latency of mail coming in.")
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--messages", type=int, default=1500, help="of 4 KiB; a third of them of 100 KiB")
    parser.add_argument("--quick", action="store_true", help="4 KiB on disk only")
    options = parser.parse_args()
    daemon = measure.use_build(options.build)
    build = measure.ROOT / options.build
    disk = measure.ROOT / "scratch"
    disk.mkdir(exist_ok=True)
    places = [("disk", disk)]
    if not options.quick and pathlib.Path("/dev/shm").is_dir():
        places.append(("tmpfs", pathlib.Path("/dev/shm")))
    rows = []
    for name, place in places:
        rows += measure_place(daemon, build, name, place, options)
    measure.table(HEADER, rows)
    print()
    senders.report(daemon, build, disk, options)


if __name__ == "__main__":
    main()
