#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How long the forced removal of a domain with many mailboxes takes, and how long mail for another domain waits at worst
meanwhile, against the same load without a removal.

    domains.py BUILD-DIR [--mailboxes N] [--messages N]
"""

import argparse
import subprocess
import time

import measure

KEPT = "info@kept.test"
GONE = "gone.test"
SECONDS_BEFORE = 0.5


def put_mail(server, mailboxes, messages):
    """Messages as the daemon would have stored them; whose they are does not matter to a removal."""
    for number in range(mailboxes):
        folder = server.folder(f"box{number}@{GONE}")
        folder.mkdir(parents=True, mode=0o700)
        server.folder(f"box{number}@{GONE}", "sent").mkdir(parents=True, mode=0o700)
        for message in range(messages):
            (folder / f"message-{message}.md").write_text("+++\nread = false\n+++\n\nbody\n", encoding="utf-8")


class Load:
    """Mail for the domain that stays, until it is stopped or has sent all."""

    def __init__(self, build, port, messages):
        self.process = subprocess.Popen([str(build / "bench/bench-load"), "--port", str(port), "--to", KEPT, "--sessions", "4",
                                         "--messages", str(messages), "--size", "4096"], stdout=subprocess.PIPE, text=True)

    def finish(self):
        return measure.json.loads(self.process.communicate()[0])


def measure_removal(server, build, messages):
    load = Load(build, server.port, messages)
    time.sleep(SECONDS_BEFORE)
    start = time.monotonic()
    done = server.aimx("call", "DOMAIN-REMOVE", f"Domain={GONE}", "Force=true", timeout=600)
    seconds = time.monotonic() - start
    during = load.process.poll() is None
    result = load.finish()
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return seconds, during, result


def main():
    parser = argparse.ArgumentParser(description="Removing a domain, and what others notice of it.")
    parser.add_argument("build")
    parser.add_argument("--mailboxes", type=int, default=1000)
    parser.add_argument("--messages", type=int, default=20, help="in each of them")
    options = parser.parse_args()
    daemon = measure.use_build(options.build)
    build = measure.ROOT / options.build
    place = measure.ROOT / "scratch"
    place.mkdir(exist_ok=True)
    owner = daemon.ordinary_users()[0]
    mailboxes = {KEPT: owner, **{f"box{number}@{GONE}": owner for number in range(options.mailboxes)}}
    with daemon.Daemon(domains=("kept.test", GONE), mailboxes=mailboxes, parent=place, env={"AIMX_LOG": "message"},
                       config="[smtp]\nmax_connections_per_address = 1000\n") as server:
        put_mail(server, options.mailboxes, options.messages)
        alone = Load(build, server.port, 10000).finish()
        seconds, during, beside = measure_removal(server, build, 20000)
    rows = [["without a removal", "", alone["p50_us"], alone["p99_us"], alone["max_us"], alone["refused"]],
            [f"with one of {options.mailboxes} mailboxes", f"{seconds:.2f}", beside["p50_us"], beside["p99_us"],
             beside["max_us"], beside["refused"]]]
    measure.table(["mail for another domain", "removal s", "p50 us", "p99 us", "worst us", "refused"], rows)
    if not during:
        print("the load ended before the removal: send more")


if __name__ == "__main__":
    main()
