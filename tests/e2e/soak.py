#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Load with crashes and restarts, counting every message: soak.py [SECONDS] (600)

Sessions send without a pause; every few seconds the daemon is killed or ended gracefully and started again.  At the end
and at every restart each acknowledged message is there, once and complete.  Memory is reported at each turn, so that a
leak shows.
"""

import random
import subprocess
import sys
import time

import daemon
from message_file import MessageFile

INFO = "info@agents.test"
LOAD = daemon.BUILD / "bench" / "bench-load"


def check(server, accepted, seen):
    """Reads what is new in the mailbox; returns how many messages there are."""
    ids = set(seen.values())
    for path in server.messages(INFO):
        if path.name in seen:
            continue
        stored = MessageFile(path)
        if stored["message_id"] in ids:
            raise SystemExit(f"{path}: stored twice")
        if stored["id"] != path.stem or len(stored.body) < 3000:
            raise SystemExit(f"{path}: incomplete")
        seen[path.name] = stored["message_id"]
        ids.add(stored["message_id"])
    lost = set(accepted.read_text().split()) - ids
    if lost:
        raise SystemExit(f"{len(lost)} acknowledged messages are lost, {sorted(lost)[0]} for one")
    return len(seen)


def turn(server, accepted, randomness):
    """One life of the daemon under load."""
    load = subprocess.Popen([LOAD, "--port", str(server.port), "--to", INFO, "--sessions", str(randomness.choice((1, 10, 50))),
                             "--messages", "1000000", "--size", "4096", "--accepted", accepted], stdout=subprocess.DEVNULL)
    time.sleep(randomness.uniform(1, 5))
    memory = server.resident_kib()
    how = randomness.choice(("killed", "ended"))
    if how == "killed":
        server.kill()
    else:
        if server.stop() != 0:
            raise SystemExit(f"the daemon did not end well:\n{server.log()[-3000:]}")
    load.wait(120)
    server.start()
    return how, memory


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600
    seed = random.SystemRandom().randrange(1 << 32)
    randomness, seen = random.Random(seed), {}
    scratch = daemon.ROOT / "scratch"
    scratch.mkdir(exist_ok=True)
    print(f"seed {seed}", flush=True)
    with daemon.Daemon(parent=scratch, env={"AIMX_LOG": "message"}, config="[smtp]\nmax_connections_per_address = 1000\n") as server:
        accepted = server.path / "accepted"
        accepted.touch()
        end = time.monotonic() + seconds
        turns = 0
        while time.monotonic() < end:
            how, memory = turn(server, accepted, randomness)
            turns += 1
            print(f"turn {turns}: {how} at {memory} KiB; {check(server, accepted, seen)} messages", flush=True)
    print(f"{turns} turns, {len(seen)} messages, none lost, none twice")


if __name__ == "__main__":
    main()
