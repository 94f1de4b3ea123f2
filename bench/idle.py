#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a held connection costs the daemon: resident memory and processor time, plain and under TLS.

    idle.py BUILD-DIR [--connections N]...
"""

import argparse
import resource
import socket
import ssl
import time

import measure

SECONDS = 5


def read_line(connection):
    line = b""
    while not line.endswith(b"\n"):
        piece = connection.recv(512)
        if not piece:
            raise RuntimeError("the daemon closed a connection")
        line += piece
    return line


def hold(port, context):
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    greeting = read_line(connection)
    if not greeting.startswith(b"220 "):
        raise RuntimeError(f"the daemon says {greeting.decode()}")
    connection.sendall(b"EHLO idle.test\r\n")
    while not read_line(connection).splitlines()[-1].startswith(b"250 "):
        pass
    if context is None:
        return connection
    connection.sendall(b"STARTTLS\r\n")
    read_line(connection)
    connection = context.wrap_socket(connection)
    connection.sendall(b"NOOP\r\n")
    read_line(connection)
    return connection


def measure_held(daemon, number, tls):
    context = None
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    config = f"[smtp]\nmax_connections = {number + 100}\nmax_connections_per_address = {number + 100}\n"
    with daemon.Daemon(tls=True, config=config, env={"AIMX_LOG": "message"}) as server:
        # The first connections bring what all share: code, credentials, tickets.
        held = [hold(server.port, context) for _ in range(20)]
        before = server.resident_kib()
        start = time.monotonic()
        held += [hold(server.port, context) for _ in range(number)]
        accepting = time.monotonic() - start
        memory = (server.resident_kib() - before) / number
        cpu, start = server.cpu_seconds(), time.monotonic()
        time.sleep(SECONDS)
        cpu = (server.cpu_seconds() - cpu) / (time.monotonic() - start)
        total = server.resident_kib()
        for connection in held:
            connection.close()
    return [f"{number} {'TLS' if tls else 'plain'}", f"{memory:.2f}", f"{total / 1024:.1f}", f"{100 * cpu:.1f} %",
            f"{number / accepting:.0f}"]


def main():
    parser = argparse.ArgumentParser(description="Memory and processor time of held connections.")
    parser.add_argument("build")
    parser.add_argument("--connections", type=int, action="append")
    options = parser.parse_args()
    daemon = measure.use_build(options.build)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    rows = [measure_held(daemon, number, tls) for tls in (False, True)
            for number in options.connections or (1000, 10000) if number + 200 < hard]
    measure.table(["held connections", "KiB each", "MiB resident", "idle cpu", "accepted/s"], rows)


if __name__ == "__main__":
    main()
