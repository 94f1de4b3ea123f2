#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What others sign, we verify, and see what somebody changed: dkimpy's signatures in each form, its ARC chains, and our
own; and signatures that nobody should make, from a signer that makes any."""

import base64
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import dkim
import nacl.signing

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import tap  # pylint: disable=wrong-import-position

VERIFIER, SIGNER = os.environ["AIMX_TEST_PROGRAM"].split(":")
AT = 1_900_000_000

MESSAGE = (b"From: Ann <ann@a.test>\r\nTo: bob@b.test,\r\n\tcarl@b.test\r\nSubject:  Figures \r\n  of  May\r\n"
           b"Date: Tue, 24 Nov 2026 13:00:00 +0000\r\nMessage-ID: <1@a.test>\r\n\r\n"
           b"Hello,  \r\n\r\nthe \t figures.\r\n \r\n\r\n\r\n")
SHAPES = {
    "plain": MESSAGE,
    "empty body": MESSAGE[:MESSAGE.index(b"\r\n\r\n") + 4],
    "body of blank lines": MESSAGE[:MESSAGE.index(b"\r\n\r\n") + 4] + b"\r\n\r\n\r\n",
    "repeated fields": b"Received: one\r\nReceived: two\r\n" + MESSAGE.replace(b"Subject", b"Comments: x\r\ncomments: y\r\nSubject", 1),
    "eight bits": MESSAGE.replace(b"Hello", "Grüße".encode()),
    "long lines": MESSAGE + b"x y  " * 4000 + b"\r\n",
}
FORMS = [(header, body) for header in (b"simple", b"relaxed") for body in (b"simple", b"relaxed")]


def openssl(*args, **kwargs):
    return subprocess.run(["openssl", *args], check=True, capture_output=True, **kwargs).stdout


def make_rsa(bits):
    pem = openssl("genrsa", "-traditional", str(bits))
    return pem, openssl("rsa", "-pubout", "-outform", "DER", input=pem)


RSA, RSA_PUBLIC = make_rsa(2048)
WEAK, WEAK_PUBLIC = make_rsa(512)
PLAIN_1024, PLAIN_1024_PUBLIC = make_rsa(1024)
BARE_1024 = openssl("rsa", "-RSAPublicKey_out", "-outform", "DER", input=PLAIN_1024)
BARE = openssl("rsa", "-RSAPublicKey_out", "-outform", "DER", input=RSA)
ED25519 = nacl.signing.SigningKey.generate()
ED25519_SEED = base64.b64encode(bytes(ED25519))


def record(public, *, more="", kind="rsa"):
    return f"v=DKIM1; {more}k={kind}; p={base64.b64encode(public).decode()}"


RECORDS = {
    "rsa._domainkey.a.test": record(RSA_PUBLIC),
    "bare._domainkey.a.test": record(BARE),
    "rsa1024._domainkey.a.test": record(PLAIN_1024_PUBLIC),
    "bare1024._domainkey.a.test": record(BARE_1024),
    "weak._domainkey.a.test": record(WEAK_PUBLIC),
    "ed._domainkey.a.test": record(bytes(ED25519.verify_key), kind="ed25519"),
    "revoked._domainkey.a.test": "v=DKIM1; k=rsa; p=",
    "test._domainkey.a.test": record(RSA_PUBLIC, more="t=y; "),
    "strict._domainkey.a.test": record(bytes(ED25519.verify_key), kind="ed25519", more="t=s; "),
    "tlsrpt._domainkey.a.test": record(RSA_PUBLIC, more="s=tlsrpt; "),
    "sha1._domainkey.a.test": record(RSA_PUBLIC, more="h=sha1; "),
    "failing._domainkey.a.test": "!",
    "other._domainkey.a.test": record(make_rsa(2048)[1]),
    "seal._domainkey.hop1.test": record(RSA_PUBLIC),
    "seal._domainkey.hop2.test": record(RSA_PUBLIC),
    "seal._domainkey.hop3.test": record(RSA_PUBLIC),
}


def sign(message, form=(b"relaxed", b"relaxed"), *, key=RSA, algorithm=b"rsa-sha256", selector=b"rsa", **kwargs):
    return dkim.sign(message, selector, b"a.test", key, canonicalize=form, signature_algorithm=algorithm, **kwargs) + message


def sign_ed25519(message, form=(b"relaxed", b"relaxed"), **kwargs):
    return sign(message, form, key=ED25519_SEED, algorithm=b"ed25519-sha256", selector=b"ed", **kwargs)


def relax(field):
    name, value = re.sub(rb"\r\n", b"", field).split(b":", 1)
    return name.strip().lower() + b":" + re.sub(rb"[ \t]+", b" ", value).strip() + b"\r\n"


def craft(message, **tags):
    """A signature as somebody might make it: the given tags instead of the usual ones; None leaves one out."""
    header, body = message.split(b"\r\n\r\n", 1)
    fields = re.split(rb"\r\n(?![ \t])", header)
    body = re.sub(rb"[ \t]+\r\n", b"\r\n", re.sub(rb"[ \t]+", b" ", body))
    body = re.sub(rb"(\r\n)+\Z", b"\r\n", body)
    body = body[:int(tags["l"])] if "l" in tags and tags["l"].isdigit() else body
    values = {"v": "1", "a": "ed25519-sha256", "c": "relaxed/relaxed", "d": "a.test", "s": "ed", "h": "From:To:Subject",
              "bh": base64.b64encode(hashlib.sha256(body).digest()).decode(), **tags, "b": ""}
    own = "DKIM-Signature: " + "; ".join(f"{name}={value}" for name, value in values.items() if value is not None)
    left, signed = list(fields), b""
    for name in (values["h"] or "").split(":"):
        for field in reversed(left):
            if field.split(b":")[0].lower() == name.strip().lower().encode():
                signed += relax(field)
                left.remove(field)
                break
    signed += relax(own.encode()).rstrip(b"\r\n")
    signature = ED25519.sign(hashlib.sha256(signed).digest()).signature
    return own.encode() + base64.b64encode(signature) + b"\r\n" + message


def seal(message, hop):
    fields = dkim.arc_sign(message, b"seal", b"hop%d.test" % hop, RSA, b"hop%d.test" % hop,
                           include_headers=[b"From", b"To", b"Subject", b"Date"], timestamp=AT - 100)
    return b"".join(fields) + message


def make_chain(hops):
    message = MESSAGE
    for hop in range(1, hops + 1):
        message = b"Authentication-Results: hop%d.test; arc=%s\r\n" % (hop, b"pass" if hop > 1 else b"none") + message
        message = seal(message, hop)
    return message


class Verifying(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="aimx-")

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def check_all(self, messages, *, records=None, at=AT):
        """Results of each message."""
        base = pathlib.Path(self.directory.name)
        (base / "records").write_text("".join(f"{name}\t{value}\n" for name, values in (records or RECORDS).items()
                                              for value in ([values] if isinstance(values, str) else values)))
        files = [base / str(number) for number in range(len(messages))]
        for file, message in zip(files, messages):
            file.write_bytes(message)
        done = subprocess.run([VERIFIER, base / "records", str(at), *files], check=True, capture_output=True)
        return [json.loads(line) for line in done.stdout.decode().splitlines()]

    def check(self, message, **kwargs):
        return self.check_all([message], **kwargs)[0]

    def assert_results(self, cases, **kwargs):
        """@cases: what it is, to (message, expected results)"""
        for (what, (_, expected)), found in zip(cases.items(), self.check_all([case[0] for case in cases.values()], **kwargs)):
            with self.subTest(what):
                self.assertEqual([entry["result"] for entry in found], expected, found)

    def test_dkimpy_signs_in_every_form_and_shape(self):
        cases = {}
        for name, message in SHAPES.items():
            for form in FORMS:
                for length in (False, True):
                    for signer in (sign, sign_ed25519):
                        cases[name, form, length, signer.__name__] = signer(message, form, length=length), ["pass"]
        self.assert_results(cases)

    def test_lines_may_end_in_lf_alone(self):
        self.assert_results({form: (sign(MESSAGE, form).replace(b"\r\n", b"\n"), ["pass"]) for form in FORMS})

    def test_keys_of_every_kind_verify(self):
        self.assert_results({
            "bare": (sign(MESSAGE, selector=b"bare"), ["pass"]),
            "1024 bits": (sign(MESSAGE, key=PLAIN_1024, selector=b"rsa1024"), ["pass"]),
            "bare of 1024 bits": (sign(MESSAGE, key=PLAIN_1024, selector=b"bare1024"), ["pass"]),
            "two signatures": (sign(sign_ed25519(MESSAGE)), ["pass", "pass"]),
        })

    def test_changes_are_seen(self):
        cases = {}
        for form in FORMS:
            message = sign(MESSAGE, form)
            lax = "pass" if form[0] == b"relaxed" else "fail"
            cases |= {
                (form, "body"): (message.replace(b"figures.", b"figure."), ["fail"]),
                (form, "body gone on"): (message + b"PS\r\n", ["fail"]),
                (form, "blank lines at the end"): (message + b"\r\n\r\n", ["pass"]),
                (form, "white space in the body"): (message.replace(b" \t ", b" "), ["pass" if form[1] == b"relaxed" else "fail"]),
                (form, "From"): (message.replace(b"Ann <", b"Eve <"), ["fail"]),
                (form, "another fold"): (message.replace(b"Subject:  Figures", b"Subject: Figures"), [lax]),
                (form, "names in capitals"): (message.replace(b"\r\nSubject", b"\r\nSUBJECT"), [lax]),
                (form, "order of fields of other names"): (message.replace(b"Message-ID: <1@a.test>\r\n", b"").replace(
                    b"From: Ann", b"Message-ID: <1@a.test>\r\nFrom: Ann"), ["pass"]),
                (form, "a tag of the signature"): (message.replace(b"q=dns/txt", b"q=dns/txt:x"), ["fail"]),
                (form, "a second From above"): (b"From: eve@e.test\r\n" + message, ["fail"]),
            }
        self.assert_results(cases)

    def test_the_order_of_fields_of_one_name_counts(self):
        message = MESSAGE.replace(b"Subject", b"X-Note: x\r\nX-Note: y\r\nSubject", 1)
        for signer in (sign, sign_ed25519):
            signed = signer(message, include_headers=[b"From", b"X-Note", b"X-Note"])
            swapped = signed.replace(b"X-Note: x\r\nX-Note: y", b"X-Note: y\r\nX-Note: x")
            self.assertNotEqual(signed, swapped)
            self.assert_results({"signed": (signed, ["pass"]), "swapped": (swapped, ["fail"])})

    def test_two_from_fields_are_verified_as_they_are(self):
        message = b"From: eve@e.test\r\n" + MESSAGE
        self.assert_results({
            "signed both": (sign(message, include_headers=[b"From", b"From"]), ["pass"]),
            "signed the lower one": (craft(MESSAGE).replace(b"\r\nFrom", b"\r\nFrom: eve@e.test\r\nFrom", 1), ["pass"]),
            "oversigned": (craft(MESSAGE, h="From:From").replace(b"\r\nFrom", b"\r\nFrom: eve@e.test\r\nFrom", 1), ["fail"]),
        })

    def test_keys_that_do_not_serve(self):
        cases = {
            "none": (sign(MESSAGE, selector=b"nobody"), ["permerror"]),
            "a server fails": (sign(MESSAGE, selector=b"failing"), ["temperror"]),
            "revoked": (sign(MESSAGE, selector=b"revoked"), ["permerror"]),
            "weak": (sign(MESSAGE, key=WEAK, selector=b"weak"), ["policy"]),
            "another": (sign(MESSAGE, selector=b"other"), ["fail"]),
            "another kind": (sign(MESSAGE, selector=b"ed"), ["permerror"]),
            "for something else": (sign(MESSAGE, selector=b"tlsrpt"), ["permerror"]),
            "for SHA-1": (sign(MESSAGE, selector=b"sha1"), ["permerror"]),
            "rsa-sha1": (sign(MESSAGE, algorithm=b"rsa-sha1"), ["policy"]),
        }
        self.assert_results(cases)

    def test_several_records_in_one_place(self):
        key, name = RECORDS["rsa._domainkey.a.test"], "rsa._domainkey.a.test"
        message = sign(MESSAGE)
        self.assertEqual(self.check(message, records={name: ["v=spf1 -all", key]})[0]["result"], "pass")
        self.assertEqual(self.check(message, records={name: [key, "v=spf1 -all"]})[0]["result"], "pass")
        self.assertEqual(self.check(message, records={name: [key, key]})[0]["result"], "permerror")

    def test_a_key_in_testing_mode_is_told(self):
        found, = self.check(sign(MESSAGE, selector=b"test"))
        self.assertEqual((found["result"], found["testing"]), ("pass", True))
        found, = self.check(sign(MESSAGE))
        self.assertEqual((found["result"], found["testing"]), ("pass", False))

    def test_tags_of_every_kind(self):
        self.assert_results({
            "the usual": (craft(MESSAGE), ["pass"]),
            "no canonicalization is simple": (craft(MESSAGE, c=None), ["fail"]),
            "no body canonicalization is simple": (craft(MESSAGE, c="relaxed"), ["fail"]),
            "v=2": (craft(MESSAGE, v="2"), ["permerror"]),
            "no v=": (craft(MESSAGE, v=None), ["permerror"]),
            "no bh=": (craft(MESSAGE, bh=None), ["permerror"]),
            "no h=": (craft(MESSAGE, h=None), ["permerror"]),
            "h= without From": (craft(MESSAGE, h="To:Subject"), ["permerror"]),
            "h= with From last": (craft(MESSAGE, h="To:Subject:FROM"), ["pass"]),
            "h= with absent fields": (craft(MESSAGE, h="From:Cc:Subject:Subject:X-A"), ["pass"]),
            "h= with an empty name": (craft(MESSAGE, h="From::To"), ["permerror"]),
            "i= of the domain": (craft(MESSAGE, i="ann@a.test"), ["pass"]),
            "i= of a subdomain": (craft(MESSAGE, i="@x.A.test"), ["pass"]),
            "i= of a subdomain, strict key": (craft(MESSAGE, i="@x.a.test", s="strict"), ["permerror"]),
            "i= of the domain, strict key": (craft(MESSAGE, i="@a.test", s="strict"), ["pass"]),
            "i= of another": (craft(MESSAGE, i="@b.test"), ["permerror"]),
            "i= that ends alike": (craft(MESSAGE, i="@xa.test"), ["permerror"]),
            "i= without @": (craft(MESSAGE, i="a.test"), ["permerror"]),
            "expired": (craft(MESSAGE, t=str(AT - 20), x=str(AT - 10)), ["policy"]),
            "expires later": (craft(MESSAGE, t=str(AT - 20), x=str(AT + 10)), ["pass"]),
            "expires before it is made": (craft(MESSAGE, t=str(AT + 20), x=str(AT + 10)), ["permerror"]),
            "from tomorrow": (craft(MESSAGE, t=str(AT + 3600)), ["pass"]),
            "from next year": (craft(MESSAGE, t=str(AT + 366 * 86400)), ["policy"]),
            "t= that is no number": (craft(MESSAGE, t="now"), ["permerror"]),
            "l= of a part": (craft(MESSAGE, l="5"), ["pass"]),
            "l= of a part, body gone on": (craft(MESSAGE, l="5") + b"PS\r\n", ["pass"]),
            "l= of nothing": (craft(MESSAGE, l="0"), ["pass"]),
            "l= of more than there is": (craft(MESSAGE, l="100000"), ["fail"]),
            "l= of an enormous number": (craft(MESSAGE, l="9" * 76), ["fail"]),
            "l= of a number too long": (craft(MESSAGE, l="9" * 77), ["permerror"]),
            "l= below nothing": (craft(MESSAGE, l="-1"), ["permerror"]),
            "q= of something else": (craft(MESSAGE, q="http"), ["permerror"]),
            "q= of both": (craft(MESSAGE, q="http:dns/txt"), ["pass"]),
            "a= unknown": (craft(MESSAGE, a="ed25519-sha512"), ["permerror"]),
            "c= unknown": (craft(MESSAGE, c="nowsp"), ["permerror"]),
            "tags that nobody knows": (craft(MESSAGE, zz="1", r="y"), ["pass"]),
            "d= with one label": (craft(MESSAGE, d="test"), ["permerror"]),
            "d= in capitals": (craft(MESSAGE, d="A.Test"), ["pass"]),
            "a tag twice": (craft(MESSAGE).replace(b"v=1", b"v=1; v=1", 1), ["permerror"]),
            "two signatures, one wrong": (craft(craft(MESSAGE, h="To")), ["pass", "permerror"]),
        })

    def test_what_is_told_of_a_signature(self):
        found, = self.check(craft(MESSAGE, d="A.test", l="5"))
        self.assertEqual({name: found[name] for name in ("kind", "instance", "domain", "selector", "algorithm", "h", "whole_body")},
                         {"kind": "dkim", "instance": 0, "domain": "a.test", "selector": "ed", "algorithm": "ed25519-sha256",
                          "h": "From:To:Subject", "whole_body": False})
        self.assertTrue(self.check(craft(MESSAGE))[0]["whole_body"])

    def test_chains_of_dkimpy_verify(self):
        for hops in (1, 2, 3):
            with self.subTest(hops=hops):
                message = make_chain(hops)
                found = self.check(message)
                self.assertEqual([(entry["kind"], entry["instance"]) for entry in found],
                                 [(kind, hop) for hop in range(hops, 0, -1) for kind in ("arc-seal", "arc-message")])
                self.assertEqual({entry["result"] for entry in found}, {"pass"}, found)
                self.assertEqual([entry["cv"] for entry in found if entry["kind"] == "arc-seal"], ["pass"] * (hops - 1) + ["none"])

    def test_changes_of_chains_are_seen(self):
        message = make_chain(3)
        good = ["pass"] * 6
        def results(changed):
            self.assertNotEqual(changed, message)
            return [entry["result"] for entry in self.check(changed)]
        self.assertEqual([entry["result"] for entry in self.check(message)], good)
        self.assertEqual(results(message.replace(b"figures.", b"figure.")), ["pass", "fail"] * 3)
        self.assertEqual(results(message.replace(b"ARC-Authentication-Results: i=2;", b"ARC-Authentication-Results: i=2; x=y;")),
                         ["fail", "pass", "fail", "pass", "pass", "pass"])
        gone = re.sub(rb"ARC-Seal: i=1;.*?\r\n(?![ \t])", b"", message, flags=re.S)
        self.assertEqual(results(gone), ["permerror", "pass", "permerror", "pass", "pass"])

    def test_who_finds_a_chain_broken_seals_the_own_set_only(self):
        message = make_chain(1).replace(b"figures.", b"figure.")
        message = seal(b"Authentication-Results: hop2.test; arc=fail\r\n" + message, 2)
        found = self.check(message)
        self.assertEqual([(entry["kind"], entry["cv"], entry["result"]) for entry in found],
                         [("arc-seal", "fail", "pass"), ("arc-message", None, "pass"),
                          ("arc-seal", "none", "pass"), ("arc-message", None, "fail")])

    def test_ours_verify_here_and_there(self):
        base = pathlib.Path(self.directory.name) / "signer"
        (base / "dkim" / "a.test").mkdir(parents=True)
        (base / "config.toml").write_text('domains = ["a.test"]\ndkim_selector = "s1"\n')
        (base / "dkim" / "a.test" / "private.key").write_bytes(RSA)
        (base / "dkim" / "a.test" / "ed25519-private.key").write_bytes(openssl("genpkey", "-algorithm", "ed25519"))
        files = [base / str(number) for number in range(len(SHAPES))]
        for file, message in zip(files, SHAPES.values()):
            file.write_bytes(message)
        done = subprocess.run([SIGNER, base, "a.test", *files], check=True, capture_output=True)
        records = dict(line.split("\t") for line in done.stdout.decode().splitlines())
        signed = [file.with_name(file.name + ".signed").read_bytes() for file in files]
        for name, found in zip(SHAPES, self.check_all(signed, records=records)):
            with self.subTest(name):
                self.assertEqual([entry["result"] for entry in found], ["pass", "pass"], found)
        for name, message in zip(SHAPES, signed):
            for index in (0, 1):
                with self.subTest(name, index=index):
                    self.assertTrue(dkim.DKIM(message, minkey=1024).verify(
                        index, dnsfunc=lambda name, timeout=5: records[name.decode().rstrip(".")].encode()))


if __name__ == "__main__":
    tap.main()
