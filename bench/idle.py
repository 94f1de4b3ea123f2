#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a held connection costs the daemon: resident memory and processor time, plain, under TLS, and in the middle of
a large message.

    idle.py BUILD-DIR [--connections N]... [--clients N] [--mib N]
"""

import argparse
import concurrent.futures
import resource
import socket
import ssl
import time

import measure

SECONDS = 5
CLIENTS_AT_ONCE = 50


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


def send_half(port, mib):
    """Sends the first mib MiB of a message of 25 MiB and stops."""
    connection = hold(port, None)
    connection.sendall(f"MAIL FROM:<a@b.test> SIZE={25 << 20}\r\n"
                       "RCPT TO:<info@agents.test>\r\nDATA\r\n".encode())
    answer = b""
    while b"\r\n354 " not in answer:
        answer += read_line(connection)
    block = (b"x" * 70 + b"\r\n") * ((1 << 20) // 72)
    for _ in range(mib):
        connection.sendall(block)
    return connection


def measure_halfway(daemon, number, mib):
    config = f"[smtp]\nmax_connections = {number + 100}\nmax_connections_per_address = {number + 100}\n"
    with daemon.Daemon(config=config, env={"AIMX_LOG": "message"}) as server:
        before, cpu = server.resident_kib(), server.cpu_seconds()
        start = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(CLIENTS_AT_ONCE) as pool:
            held = list(pool.map(lambda _: send_half(server.port, mib), range(number)))
        accepting = time.monotonic() - start
        cpu = (server.cpu_seconds() - cpu) / accepting
        total = server.resident_kib()
        for connection in held:
            connection.close()
    return [f"{number} with {mib} of 25 MiB", f"{(total - before) / number:.2f}", f"{total / 1024:.1f}",
            f"{100 * cpu:.1f} %", f"{number / accepting:.0f}"]


def main():
    parser = argparse.ArgumentParser(description="Memory and processor time of held connections.")
    parser.add_argument("build")
    parser.add_argument("--connections", type=int, action="append")
    parser.add_argument("--clients", type=int, default=1000, help="in the middle of a message")
    parser.add_argument("--mib", type=int, default=5, help="that each of them has sent")
    options = parser.parse_args()
    daemon = measure.use_build(options.build)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    rows = [measure_held(daemon, number, tls) for tls in (False, True)
            for number in options.connections or (1000, 10000) if number + 200 < hard]
    rows.append(measure_halfway(daemon, options.clients, options.mib))
    measure.table(["held connections", "KiB each", "MiB resident", "cpu", "accepted/s"], rows)


if __name__ == "__main__":
    main()
