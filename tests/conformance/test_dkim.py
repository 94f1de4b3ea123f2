#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What we sign, dkimpy verifies: with RSA keys in each form that openssl writes, with Ed25519, whatever the message
looks like; and it sees what somebody changed."""

import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import dkim

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import tap  # pylint: disable=wrong-import-position

PROGRAM = os.environ["AIMX_TEST_PROGRAM"]
DOMAIN = "agents.test"

PLAIN = (b"From: Ann <ann@agents.test>\r\nTo: bob@b.test\r\nSubject: Figures\r\nDate: Tue, 24 Nov 2026 13:00:00 +0000\r\n"
         b"Message-ID: <1@agents.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
         b"Hello,\r\n\r\nthe figures.\r\n")
ODD = {
    "plain": PLAIN,
    "folded": b"From:\r\n Ann\r\n\t<ann@agents.test>\r\nSubject: a\r\n  b\r\n\t\tc\r\nTo: x@b.test,\r\n y@b.test\r\n\r\nbody\r\n",
    "tabs": b"From:\tann@agents.test\t \r\nSubject:\t\ta \t b\t\r\n\r\n\ta\t\tb \t\r\n \r\n\t\r\nc\r\n",
    "trailing blank lines": PLAIN + b"\r\n" * 7,
    "trailing white lines": PLAIN + b" \t\r\n\r\n  \r\n",
    "leading blank lines": PLAIN.replace(b"\r\n\r\n", b"\r\n\r\n\r\n\r\n", 1),
    "empty body": b"From: ann@agents.test\r\nSubject: x\r\n\r\n",
    "body of blank lines": b"From: ann@agents.test\r\nSubject: x\r\n\r\n\r\n\r\n\r\n",
    "repeated From": b"From: ann@agents.test\r\nFrom: eve@agents.test\r\nSubject: x\r\nfrom: joe@agents.test\r\n\r\nbody\r\n",
    "repeated others": b"From: ann@agents.test\r\nTo: 1@b.test\r\nSubject: 1\r\nTo: 2@b.test\r\nSubject: 2\r\nCc: c@b.test\r\n"
                       b"To: 3@b.test\r\n\r\nbody\r\n",
    "no Subject": b"From: ann@agents.test\r\nTo: x@b.test\r\n\r\nbody\r\n",
    "empty Subject": b"From: ann@agents.test\r\nSubject:\r\nTo: x@b.test\r\n\r\nbody\r\n",
    "no space after the colon": b"From:ann@agents.test\r\nSubject:x:y: z\r\n\r\nbody\r\n",
    "every field": b"From: ann@agents.test\r\nTo: x@b.test\r\nCc: y@b.test\r\nSubject: x\r\nDate: x\r\nMessage-ID: <1@agents.test>\r\n"
                   b"In-Reply-To: <0@b.test>\r\nReferences: <0@b.test>\r\n <1@b.test>\r\nReply-To: z@agents.test\r\n"
                   b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=\"=_x\"\r\nX-Other: not signed\r\n\r\n--=_x--\r\n",
    "capitals": b"FROM: ann@agents.test\r\nsubject: x\r\nmEsSaGe-iD: <1@agents.test>\r\n\r\nbody\r\n",
    "eight bits": "From: Änn <ann@agents.test>\r\nSubject: Grüße\r\n\r\nßü 漢字\r\n".encode(),
    "not UTF-8": b"From: ann@agents.test\r\nSubject: \xff\xfe\r\n\r\n\x80\xff\x00\x01\r\n",
    "long lines": b"From: ann@agents.test\r\nSubject: " + b"word " * 600 + b"\r\n\r\n" + b"x" * 5000 + b" \t \r\n" + b"y z " * 3000 + b"\r\n",
    "many recipients": b"From: ann@agents.test\r\nTo: " + b",\r\n ".join(b"r%d@b.test" % n for n in range(200)) + b"\r\n\r\nbody\r\n",
    "signed before": b"DKIM-Signature: v=1; a=rsa-sha256; d=other.test; s=x;\r\n h=From; bh=AAAA; b=AAAA\r\n" + PLAIN,
}


def make_random(source):
    """A message of what canonicalization is about: white space, folds, empty lines."""
    def run(pieces, least, most):
        return b"".join(source.choice(pieces) for _ in range(source.randint(least, most)))

    names = (b"To", b"cc", b"SUBJECT", b"Date", b"Reply-To", b"References", b"X-Other", b"Content-Type")
    value = (b"a", b"B:", b" ", b"\t", b"  ", b"\r\n ", b"\r\n\t", b"; x=y", "ü".encode())
    body = (b"a", b"word", b" ", b"\t", b"\r\n", b"\r\n\r\n", b" \r\n", b"\t \r\n", b".", b"\xc3\xa9")
    lines = [b"From: ann@agents.test"] + [source.choice(names) + b":x" + run(value, 0, 12) + b"x"
                                          for _ in range(source.randint(0, 10))]
    source.shuffle(lines)
    return b"\r\n".join(lines) + b"\r\n\r\n" + run(body, 0, 60) + source.choice((b"", b"\r\n")) + b"end\r\n"


def openssl(*args):
    return subprocess.run(["openssl", *args], check=True, capture_output=True).stdout


RSA_FORMS = {
    "PKCS#1": ("genrsa", "-traditional", "2048"),
    "PKCS#8": ("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
    "1024 bits": ("genrsa", "-traditional", "1024"),
    "4096 bits": ("genrsa", "4096"),
}


class Signer:
    """A configuration directory with keys, and what the DNS would have of them."""

    def __init__(self, rsa="PKCS#1", ed25519=False):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="aimx-"))
        (self.path / "config.toml").write_text(f'domains = ["{DOMAIN}"]\ndkim_selector = "s1"\n')
        keys = self.path / "dkim" / DOMAIN
        keys.mkdir(parents=True)
        (keys / "private.key").write_bytes(openssl(*RSA_FORMS[rsa]))
        if ed25519:
            (keys / "ed25519-private.key").write_bytes(openssl("genpkey", "-algorithm", "ed25519"))
        self.records = {}

    def sign(self, *messages):
        files = []
        for number, message in enumerate(messages):
            files.append(self.path / f"{number}")
            files[-1].write_bytes(message)
        done = subprocess.run([PROGRAM, str(self.path), DOMAIN, *map(str, files)], check=True, capture_output=True)
        self.records = dict(line.split("\t") for line in done.stdout.decode().splitlines())
        return [file.with_name(file.name + ".signed").read_bytes() for file in files]

    def look_up(self, name, timeout=5):  # pylint: disable=unused-argument
        return self.records[name.decode().rstrip(".")].encode()

    def verifies(self, message, index=0):
        try:
            return dkim.DKIM(message, minkey=1024).verify(index, dnsfunc=self.look_up)
        except dkim.ValidationError:
            return False


class Signing(unittest.TestCase):
    def make(self, **kwargs):
        signer = Signer(**kwargs)
        self.addCleanup(subprocess.run, ["rm", "-r", str(signer.path)], check=True)
        return signer

    def test_messages_of_every_shape_verify(self):
        signer = self.make(ed25519=True)
        for (name, _), message in zip(ODD.items(), signer.sign(*ODD.values())):
            for index, algorithm in enumerate(("rsa", "ed25519")):
                with self.subTest(name, algorithm=algorithm):
                    self.assertTrue(signer.verifies(message, index))

    def test_random_messages_verify(self):
        signer = self.make(rsa="1024 bits", ed25519=True)
        messages = [make_random(random.Random(seed)) for seed in range(200)]
        for seed, message in enumerate(signer.sign(*messages)):
            for index in (0, 1):
                with self.subTest(seed=seed, index=index):
                    self.assertTrue(signer.verifies(message, index), messages[seed])

    def test_keys_that_others_made_sign(self):
        for form in RSA_FORMS:
            with self.subTest(form):
                signer = self.make(rsa=form)
                self.assertTrue(signer.verifies(signer.sign(PLAIN)[0]))
                self.assertEqual(list(signer.records), [f"s1._domainkey.{DOMAIN}"])

    def test_what_happens_on_the_way_does_no_harm(self):
        signer = self.make(ed25519=True)
        message, = signer.sign(PLAIN)
        changes = {
            "trace": b"Received: from a by b\r\n" + message,
            "blank lines at the end": message + b"\r\n\r\n",
            "another fold": message.replace(b"Subject: Figures", b"Subject:\r\n\tFigures "),
            "white space in the body": message.replace(b"the figures.", b"the \t figures. "),
            "names in capitals": message.replace(b"\r\nSubject:", b"\r\nSUBJECT:"),
        }
        for what, changed in changes.items():
            for index in (0, 1):
                with self.subTest(what, index=index):
                    self.assertNotEqual(changed, message)
                    self.assertTrue(signer.verifies(changed, index))

    def test_what_somebody_changed_is_seen(self):
        signer = self.make(ed25519=True)
        message, = signer.sign(PLAIN)
        changes = {
            "body": message.replace(b"the figures", b"the figure"),
            "body gone on": message + b"PS\r\n",
            "From": message.replace(b"ann@agents.test>\r\nTo", b"eve@agents.test>\r\nTo"),
            "a second From before": message.replace(b"From: Ann", b"From: eve@agents.test\r\nFrom: Ann"),
            "a second From after": message.replace(b"To: bob", b"From: eve@agents.test\r\nTo: bob"),
            "a second Subject": message.replace(b"To: bob", b"Subject: win\r\nTo: bob"),
            "To gone": message.replace(b"To: bob@b.test\r\n", b""),
        }
        for what, changed in changes.items():
            for index in (0, 1):
                with self.subTest(what, index=index):
                    self.assertNotEqual(changed, message)
                    self.assertFalse(signer.verifies(changed, index))


if __name__ == "__main__":
    tap.main()
