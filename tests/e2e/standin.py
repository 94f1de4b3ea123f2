# SPDX-License-Identifier: MIT
"""A stand-in for the daemon: it answers on a socket what a test tells it to, and remembers what it was asked."""

import contextlib
import json
import socket
import threading


def answer_json(value):
    """An answer with a body, as the protocol has it."""
    body = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
    return b"AIMX/1 OK\nContent-Length: %d\n\n%s" % (len(body), body)


def answer_error(code, reason):
    return f"AIMX/1 ERR {code} {reason}\nCode: {code}\n\n".encode()


ACK = b"AIMX/1 OK\n"


class Request:
    def __init__(self, verb, headers, body):
        self.verb, self.headers, self.body = verb, headers, body


class StandIn:
    """Serves `path`, one call after another, until close().  `answers` maps a verb to the bytes of its answer, or to
    what returns them; None keeps the caller waiting for ever."""

    def __init__(self, path, answers):
        self.answers = answers
        self.requests = []
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(path))
        path.chmod(0o666)
        self.listener.listen(8)
        self.kept = []
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            request = self.read(connection)
            self.requests.append(request)
            answer = self.answers.get(request.verb, answer_error("PROTOCOL", f"unknown verb '{request.verb}'"))
            answer = answer() if callable(answer) else answer
            if answer is None:
                self.kept.append(connection)
                continue
            with connection, contextlib.suppress(OSError):
                connection.sendall(answer)

    @staticmethod
    def read(connection):
        with connection.makefile("rb") as stream:
            verb = stream.readline().decode().removeprefix("AIMX/1 ").rstrip("\n")
            headers = {}
            while line := stream.readline().rstrip(b"\n"):
                name, _, value = line.decode().partition(": ")
                headers[name] = value
            body = stream.read(int(headers["Content-Length"])) if "Content-Length" in headers else None
        return Request(verb, headers, body)

    def asked(self, verb):
        """The requests of one verb."""
        return [request for request in self.requests if request.verb == verb]

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()
        for connection in self.kept:
            connection.close()
