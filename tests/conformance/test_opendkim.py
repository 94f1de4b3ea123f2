#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What OpenDKIM's library signs, we verify, and the other way round."""

import base64
import contextlib
import ctypes
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import tap  # pylint: disable=wrong-import-position

VERIFIER, SIGNER = os.environ["AIMX_TEST_PROGRAM"].split(":")

# libopendkim's dkim.h
OK = 0
SIMPLE, RELAXED = 0, 1
RSA_SHA256 = 1
SET_OPTION, FLAGS, QUERY_METHOD, QUERY_INFO, FIXED_TIME = 1, 0, 6, 7, 8
QUERY_FILE = 1
SIGN_LENGTH = 0x4
FIXED = 1_900_000_000

FORMS = [(header, body) for header in (SIMPLE, RELAXED) for body in (SIMPLE, RELAXED)]
MESSAGES = {
    "plain": b"From: Ann <ann@a.test>\r\nTo: bob@b.test,\r\n\tcarl@b.test\r\nSubject:  Figures \r\n  of  May\r\n"
             b"Date: Tue, 24 Nov 2026 13:00:00 +0000\r\n\r\nHello,  \r\n\r\nthe \t figures.\r\n \r\n\r\n",
    "empty body": b"From: ann@a.test\r\nSubject: x\r\n\r\n",
    "repeated fields": b"Received: one\r\nFrom: ann@a.test\r\nCc: x@b.test\r\nSubject: x\r\ncc: y@b.test\r\n\r\nbody\r\n",
}


def openssl(*args, **kwargs):
    return subprocess.run(["openssl", *args], check=True, capture_output=True, **kwargs).stdout


def load():
    library = ctypes.CDLL("libopendkim.so.11")
    pointer, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    library.dkim_init.restype = pointer
    library.dkim_init.argtypes = [pointer, pointer]
    library.dkim_close.argtypes = library.dkim_free.argtypes = library.dkim_eoh.argtypes = [pointer]
    library.dkim_options.argtypes = [pointer, ctypes.c_int, ctypes.c_int, pointer, size]
    library.dkim_sign.restype = library.dkim_verify.restype = pointer
    library.dkim_sign.argtypes = [pointer, text, pointer, text, text, text, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                                  ctypes.c_ssize_t, ctypes.POINTER(ctypes.c_int)]
    library.dkim_verify.argtypes = [pointer, text, pointer, ctypes.POINTER(ctypes.c_int)]
    library.dkim_header.argtypes = library.dkim_body.argtypes = [pointer, text, size]
    library.dkim_eom.argtypes = [pointer, ctypes.POINTER(ctypes.c_bool)]
    library.dkim_getsighdr_d.argtypes = [pointer, size, ctypes.POINTER(text), ctypes.POINTER(size)]
    return library


LIBRARY = load()


class OpenDKIM:
    """A handle of the library, which looks keys up in a file."""

    def __init__(self, records, flags=0):
        self.handle = LIBRARY.dkim_init(None, None)
        self.set(QUERY_METHOD, ctypes.c_int(QUERY_FILE))
        self.set(QUERY_INFO, ctypes.create_string_buffer(os.fsencode(records)), len(os.fsencode(records)))
        self.set(FLAGS, ctypes.c_uint(flags))
        self.set(FIXED_TIME, ctypes.c_uint64(FIXED))

    def set(self, option, value, size=None):
        assert LIBRARY.dkim_options(self.handle, SET_OPTION, option, ctypes.byref(value),
                                    ctypes.sizeof(value) if size is None else size) == OK

    def close(self):
        LIBRARY.dkim_close(self.handle)

    @staticmethod
    def feed(context, message):
        """The status after the message."""
        header, body = message.split(b"\r\n\r\n", 1)
        for field in re.split(rb"\r\n(?![ \t])", header):
            if (status := LIBRARY.dkim_header(context, field, len(field))) != OK:
                return status
        if (status := LIBRARY.dkim_eoh(context)) != OK:
            return status
        if body and (status := LIBRARY.dkim_body(context, body, len(body))) != OK:
            return status
        return LIBRARY.dkim_eom(context, None)

    def sign(self, message, key, selector, form, algorithm, length=-1):
        status = ctypes.c_int()
        context = LIBRARY.dkim_sign(self.handle, b"id", None, key, selector, b"a.test", *form, algorithm, length, ctypes.byref(status))
        status = self.feed(context, message)
        assert status == OK, status
        text, size = ctypes.c_char_p(), ctypes.c_size_t()
        assert LIBRARY.dkim_getsighdr_d(context, 16, ctypes.byref(text), ctypes.byref(size)) == OK
        field = text.value[:size.value]
        LIBRARY.dkim_free(context)
        return b"DKIM-Signature: " + field + b"\r\n" + message

    def verifies(self, message):
        status = ctypes.c_int()
        context = LIBRARY.dkim_verify(self.handle, b"id", None, ctypes.byref(status))
        status = self.feed(context, message)
        LIBRARY.dkim_free(context)
        return status == OK


class Library(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.directory = pathlib.Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="aimx-")))
        self.rsa = openssl("genrsa", "-traditional", "2048")
        public = base64.b64encode(openssl("rsa", "-pubout", "-outform", "DER", input=self.rsa)).decode()
        self.publish({"rsa._domainkey.a.test": f"v=DKIM1; k=rsa; p={public}"})

    def publish(self, records):
        self.records = self.directory / "records"
        self.records.write_text("".join(f"{name} {value}\n" for name, value in records.items()))
        (self.directory / "ours").write_text("".join(f"{name}\t{value}\n" for name, value in records.items()))

    def open(self, flags=0):
        opendkim = OpenDKIM(self.records, flags)
        self.stack.callback(opendkim.close)
        return opendkim

    def check(self, message):
        (self.directory / "message").write_bytes(message)
        done = subprocess.run([VERIFIER, self.directory / "ours", str(FIXED), self.directory / "message"],
                              check=True, capture_output=True)
        return [entry["result"] for entry in json.loads(done.stdout)]

    def test_theirs_verify_here(self):
        for what, message in MESSAGES.items():
            for form in FORMS:
                for flags, length in ((0, -1), (SIGN_LENGTH, 4)):
                    with self.subTest(what, form=form, length=length):
                        signed = self.open(flags).sign(message, self.rsa, b"rsa", form, RSA_SHA256,
                                                       min(length, len(message.split(b"\r\n\r\n", 1)[1])))
                        self.assertEqual(re.search(rb"[;\s]l=\d", signed) is not None, length >= 0)
                        self.assertEqual(self.check(signed), ["pass"], signed)
                        self.assertEqual(self.check(signed.replace(b"From: ", b"From: x")), ["fail"])

    def test_ours_verify_there(self):
        base = self.directory / "signer"
        (base / "dkim" / "a.test").mkdir(parents=True)
        (base / "config.toml").write_text('domains = ["a.test"]\ndkim_selector = "rsa"\n')
        (base / "dkim" / "a.test" / "private.key").write_bytes(self.rsa)
        files = [base / str(number) for number in range(len(MESSAGES))]
        for file, message in zip(files, MESSAGES.values()):
            file.write_bytes(message)
        done = subprocess.run([SIGNER, base, "a.test", *files], check=True, capture_output=True)
        self.publish(dict(line.split("\t") for line in done.stdout.decode().splitlines()))
        for what, file in zip(MESSAGES, files):
            with self.subTest(what):
                signed = file.with_name(file.name + ".signed").read_bytes()
                self.assertTrue(self.open().verifies(signed))
                self.assertFalse(self.open().verifies(signed.replace(b"ann@", b"eve@")))


if __name__ == "__main__":
    tap.main()
