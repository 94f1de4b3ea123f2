#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The daemon's socket, spoken to in raw AIMX/1 by clients that are slow, many, broken or gone."""

import contextlib
import os
import resource
import select
import socket
import time
import unittest

import daemon
import tap

DELIVERY_SECONDS = 30
BODY_MAX = 26214400
CLIENTS = 1000
VERSION = b"AIMX/1 VERSION\n\n"


class Socket(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = daemon.Daemon()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def connect(self):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(daemon.PATIENCE)
        client.connect(str(self.server.runtime_dir / "aimx.sock"))
        self.addCleanup(client.close)
        return client

    @staticmethod
    def read(client):
        """Reads until the daemon closes."""
        answer = b""
        while part := client.recv(65536):
            answer += part
        return answer

    def call(self, request):
        client = self.connect()
        client.sendall(request)
        return self.read(client)

    def assert_version(self, answer):
        self.assertTrue(answer.startswith(b"AIMX/1 OK\nContent-Length: "), answer)

    def assert_error(self, answer, code):
        line, _, rest = answer.partition(b"\n")
        self.assertTrue(line.startswith(b"AIMX/1 ERR %s " % code), answer)
        self.assertEqual(rest, b"Code: %s\n\n" % code)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.server.process.pid}/fd"))

    def test_answers_close_the_connection(self):
        self.assert_version(self.call(VERSION))
        self.assert_version(self.call(b"AIMX/1 VERSION\r\n\r\n"))
        self.assert_version(self.call(VERSION + VERSION))

    def test_each_framing_fault_is_malformed(self):
        for request in (b"GET / HTTP/1.0\r\n\r\n", b"AIMX/2 VERSION\n\n", b"\x16\x03\x01\x02\x00\x01\x00", b"\n",
                        b"AIMX/1 MARK-READ\nno colon\n\n", b"AIMX/1 MARK-READ\nMailbox: \xe9\n\n",
                        b"AIMX/1 MARK-READ\nId: " + b"x" * 9000 + b"\n\n", b"AIMX/1 " + b"x" * 1000000,
                        b"AIMX/1 MARK-READ\n" + b"X: y\n" * 1000 + b"\n",
                        b"AIMX/1 VERSION\nContent-Length: 0\n\n", b"AIMX/1 VERSION\nX: y\n\n"):
            with self.subTest(request=request[:40]):
                self.assert_error(self.call(request), b"MALFORMED")

    def test_content_lengths_that_are_none_are_malformed(self):
        for length in (b"", b"-1", b"+1", b"1 1", b"0x1", b"five", b"26214401", b"99999999999999999999"):
            with self.subTest(length=length):
                request = b"AIMX/1 INGEST\nRcpt: info@agents.test\nContent-Length: " + length + b"\n\n"
                self.assert_error(self.call(request), b"MALFORMED")

    def test_an_unknown_verb_is_named_on_one_line(self):
        answer = self.call(b"AIMX/1 NO\rCode: OK\n\n")
        self.assertEqual(answer, b"AIMX/1 ERR PROTOCOL unknown verb 'NO Code: OK'\nCode: PROTOCOL\n\n")
        self.assert_error(self.call(b"AIMX/1 version\n\n"), b"PROTOCOL")

    def test_an_early_answer_is_heard_by_who_still_sends(self):
        for head, code in ((b"AIMX/1 NOPE\nContent-Length: 26214400\n\n", b"PROTOCOL"),
                           (b"AIMX/1 INGEST\nContent-Length: 26214401\n\n", b"MALFORMED")):
            with self.subTest(code=code):
                self.assert_error(self.call(head + bytes(BODY_MAX)), code)

    def test_who_stops_sending_is_still_answered(self):
        for request, check in ((VERSION, self.assert_version),
                               (b"AIMX/1 VERSION\n", lambda answer: self.assert_error(answer, b"MALFORMED")),
                               (b"AIMX/1 INGEST\nContent-Length: 9\n\nabc",
                                lambda answer: self.assert_error(answer, b"MALFORMED")),
                               (b"", lambda answer: self.assertEqual(answer, b""))):
            with self.subTest(request=request):
                client = self.connect()
                client.sendall(request)
                client.shutdown(socket.SHUT_WR)
                check(self.read(client))

    def test_a_thousand_clients_at_once_are_all_answered(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard < 4096 else 4096, hard))
        clients = [self.connect() for _ in range(CLIENTS)]
        for client in clients:
            client.sendall(VERSION[:9])
        for client in clients:
            client.sendall(VERSION[9:])
        for client in clients:
            self.assert_version(self.read(client))
            client.close()

    def test_clients_that_go_away_amid_a_request_leave_nothing(self):
        self.assert_version(self.call(VERSION))
        before = self.descriptors()
        for _ in range(50):
            for request in (b"AIMX/1 VERS", b"AIMX/1 INGEST\nContent-Length: 1000000\n\n" + bytes(100000), VERSION):
                client = self.connect()
                client.sendall(request)
                client.close()
        daemon.wait_for(lambda: self.descriptors() <= before, "the connections to be closed")
        self.assert_version(self.call(VERSION))

    def test_a_request_that_does_not_come_in_time_is_dropped_without_an_answer(self):
        start = time.monotonic()
        silent, half, dripping = self.connect(), self.connect(), self.connect()
        half.sendall(b"AIMX/1 VERSION\n")
        dripping.sendall(b"AIMX/1 ")
        while not select.select([dripping], [], [], 0.2)[0]:
            with contextlib.suppress(BrokenPipeError):
                dripping.sendall(b"V")
            self.assertLess(time.monotonic() - start, DELIVERY_SECONDS + daemon.PATIENCE)
        for client in (silent, half, dripping):
            self.assertEqual(self.read(client), b"")
        self.assertGreater(time.monotonic() - start, DELIVERY_SECONDS - 1)


if __name__ == "__main__":
    tap.main()
