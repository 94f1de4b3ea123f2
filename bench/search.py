#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How long a search takes in many messages, how long the index takes to be made and how large it is, and what it costs
mail that comes in, against a daemon without it in the same run.

    search.py BUILD-DIR [--messages N] [--searches N] [--rounds N]

Texts are made of words that are as frequent as those of a language (the n-th most frequent comes 1/n times as often).
Times are of a client at the socket, who is root and so searches all of it, unless a mailbox is named.
"""

import argparse
import bisect
import itertools
import json
import os
import random
import shutil
import socket
import time

import measure

INFO = "info@agents.test"
BOXES = [f"box{number}@agents.test" for number in range(20)]
WORDS = 20000
BODY_WORDS = 200


class Language:
    """Words by rank, and texts made of them; the same in every run."""

    def __init__(self):
        self.random = random.Random(1)
        letters = "abcdefghiklmnoprstuvw"
        self.words = ["".join(self.random.choice(letters) for _ in range(self.random.randint(3, 9))) for _ in range(WORDS)]
        self.sums = list(itertools.accumulate(1 / (rank + 1) for rank in range(WORDS)))

    def text(self, count):
        return " ".join(self.words[bisect.bisect_left(self.sums, self.random.random() * self.sums[-1])] for _ in range(count))

    def rank(self, first, last):
        """A word that is not more frequent than the first-th, nor rarer than the last-th."""
        return self.words[self.random.randrange(first, min(last, WORDS))]


def put_mail(server, language, count):
    """Messages as the daemon would have stored them; returns their bytes."""
    size = 0
    for number in range(count):
        folder = server.folder(BOXES[number % len(BOXES)])
        if number < len(BOXES):
            folder.mkdir(parents=True, mode=0o700)
        date = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1700000000 + 300 * number))
        text = (f'+++\nfrom = "Person {number % 997} <p{number % 997}@sender{number % 13}.test>"\nto = "info@agents.test"\n'
                f'subject = "{language.text(6)}"\ndate = "{date}"\nread = {"false" if number % 50 == 0 else "true"}\n+++\n\n'
                f"{language.text(BODY_WORDS)}\n")
        size += len(text)
        (folder / f"{date[:10]}-{number:06}-mail-{number}.md").write_text(text, encoding="ascii")
    for path in server.data_dir.rglob("*"):
        if path.parent != server.data_dir and os.geteuid() == 0:
            shutil.chown(path, "games")
    return size


class Client:
    def __init__(self, server):
        self.path = str(server.runtime_dir / "aimx.sock")

    def search(self, **headers):
        """Returns the answer and the milliseconds that it took."""
        lines = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
        start = time.perf_counter()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(self.path)
            client.sendall(f"AIMX/1 SEARCH\n{lines}\n".encode())
            answer = b"".join(iter(lambda: client.recv(65536), b""))
        took = (time.perf_counter() - start) * 1000
        head, _, body = answer.partition(b"\n\n")
        if not head.startswith(b"AIMX/1 OK"):
            raise RuntimeError(answer.decode())
        return json.loads(body), took

    def wait(self):
        """Until the index is up to date; returns the seconds that it took."""
        start = time.monotonic()
        while self.search(Mailbox=INFO)[0]["indexing"]:
            time.sleep(0.02)
        return time.monotonic() - start


def measure_searches(client, language, searches):
    questions = {
        "a frequent word": lambda: {"Query": language.rank(0, 20)},
        "a usual word": lambda: {"Query": language.rank(100, 1000)},
        "a rare word": lambda: {"Query": language.rank(10000, WORDS)},
        "two usual words": lambda: {"Query": f"{language.rank(100, 500)} {language.rank(100, 500)}"},
        "two frequent words": lambda: {"Query": f"{language.rank(0, 20)} {language.rank(0, 20)}"},
        "a phrase": lambda: {"Query": f'"{language.rank(0, 30)} {language.rank(0, 30)}"'},
        "a prefix of 3": lambda: {"Query": language.rank(0, WORDS)[:3] + "*"},
        "without a word": lambda: {"Query": f"{language.rank(0, 20)} -{language.rank(0, 20)}"},
        "a word, one mailbox": lambda: {"Query": language.rank(100, 1000), "Mailbox": random.choice(BOXES)},
        "a word, a month": lambda: {"Query": language.rank(0, 100), "Since": "2024-03-01", "Until": "2024-03-31"},
        "a sender": lambda: {"From": f"p{random.randrange(997)}"},
        "unread": lambda: {"Unread": "true"},
        "everything": lambda: {"Limit": 50},
        "500 results": lambda: {"Query": language.rank(0, 20), "Limit": 500},
    }
    rows, every = [], []
    for name, make in questions.items():
        answers = [client.search(**make()) for _ in range(searches)]
        times = sorted(took for _, took in answers)
        every += times if name != "500 results" else []
        rows.append([name, f"{measure.median([len(answer['results']) for answer, _ in answers]):.0f}",
                     f"{measure.median(times):.1f}", f"{times[int(0.99 * len(times))]:.1f}", f"{times[-1]:.1f}"])
    every.sort()
    rows.append(["all but the last", "", f"{measure.median(every):.1f}", f"{every[int(0.99 * len(every))]:.1f}", f"{every[-1]:.1f}"])
    measure.table(["search", "results", "median ms", "99 % ms", "worst ms"], rows)


def index_bytes(server):
    return sum(path.stat().st_size for path in (server.data_dir / ".plugins" / "search").iterdir())


def measure_index(daemon, place, options):
    language = Language()
    owner = daemon.ordinary_users()[0]
    with daemon.Daemon(mailboxes={INFO: owner, **{box: owner for box in BOXES}}, parent=place, start=False) as server:
        size = put_mail(server, language, options.messages)
        client = Client(server)
        server.start()
        memory = server.resident_kib()
        seconds = client.wait()
        rows = [["made anew", f"{seconds:.1f}", f"{options.messages / seconds:.0f}", f"{server.cpu_seconds():.1f}",
                 f"{index_bytes(server) / 2**20:.0f}", f"{size / 2**20:.0f}",
                 f"{(server.resident_kib() - memory) / 1024:.0f}"]]
        measure_searches(client, language, options.searches)
        server.stop()
        rows[0][4] = f"{index_bytes(server) / 2**20:.0f}"
        server.start()
        seconds = client.wait()
        rows.append(["found up to date", f"{seconds:.2f}", "", f"{server.cpu_seconds():.2f}", "", "", ""])
        print()
        measure.table(["index", "s", "messages/s", "cpu s", "MiB", "mail MiB", "memory MiB"], rows)


# ---- mail that comes in ----


def measure_ingest(server, build, options, sessions):
    before = server.cpu_seconds()
    result = measure.run_json(build / "bench/bench-load", "--port", server.port, "--to", INFO, "--sessions", sessions,
                              "--messages", options.load, "--size", 4096)
    if result["accepted"] != options.load:
        raise RuntimeError(f"only {result['accepted']} of {options.load} messages were accepted")
    lag = Client(server).wait() if server.searches else 0
    return {"rate": options.load / result["seconds"], "lag": lag, "p50": result["p50_us"], "p99": result["p99_us"],
            "cpu": (server.cpu_seconds() - before) / options.load * 1e6}


def measure_pairs(daemon, build, place, options):
    owner = daemon.ordinary_users()[0]
    # Nobody is asked who the sender is: answers of name servers are no part of this.
    config = "[smtp]\nmax_connections_per_address = 1000\n[modules]\ndisabled = [\"resolver\"{}]\n"
    rows = []
    with daemon.Daemon(mailboxes={INFO: owner}, parent=place, config=config.format(""), env={"AIMX_LOG": "message"}, start=False) as indexed, \
            daemon.Daemon(mailboxes={INFO: owner}, parent=place, config=config.format(', "search"'),
                          env={"AIMX_LOG": "message"}, start=False) as plain:
        for server in (indexed, plain):
            server.searches = server is indexed
            server.start()
        for sessions in (1, 10, 50):
            results = {True: [], False: []}
            for number in range(options.rounds):
                for server in (indexed, plain) if number % 2 == 0 else (plain, indexed):
                    results[server.searches].append(measure_ingest(server, build, options, sessions))
            for searches, name in ((False, "without the index"), (True, "with it")):
                middle = {key: measure.median([result[key] for result in results[searches]]) for key in results[searches][0]}
                rows.append([f"{sessions} sessions, {name}", *(f"{middle[key]:.0f}" for key in ("rate", "p50", "p99", "cpu")),
                             f"{middle['lag']:.2f}" if searches else ""])
    print()
    measure.table(["mail coming in, 4 KiB", "messages/s", "p50 us", "p99 us", "cpu us", "behind at its end s"], rows)


def main():
    parser = argparse.ArgumentParser(description="Searching in many messages, and what that costs mail that comes in.")
    parser.add_argument("build")
    parser.add_argument("--messages", type=int, default=100000)
    parser.add_argument("--searches", type=int, default=100, help="of each kind")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of loads, with and without the index")
    parser.add_argument("--load", type=int, default=1500, help="messages of a load")
    options = parser.parse_args()
    daemon = measure.use_build(options.build)
    place = measure.ROOT / "scratch"
    place.mkdir(exist_ok=True)
    measure_index(daemon, place, options)
    measure_pairs(daemon, measure.ROOT / options.build, place, options)


if __name__ == "__main__":
    main()
