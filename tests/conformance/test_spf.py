#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The openspf.org test suite for RFC 7208: every test ends in a result that it allows, with the explanation that it
expects. Each test is one here, named after it; its scenario's zone data answers the questions."""

import ipaddress
import os
import pathlib
import subprocess
import sys
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import tap  # pylint: disable=wrong-import-position

PROGRAM = os.environ["AIMX_TEST_PROGRAM"]
SUITE = pathlib.Path(os.environ["AIMX_SHARED_DATA"]) / "spf" / "rfc7208-tests.yml"
TYPES = {"A": 1, "CNAME": 5, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28}
RECEIVER = "receiver.test"
ALIASES_MAX = 8


class Zone:
    """What a scenario's zone data answers. A name that is TIMEOUT has its other records, and answers nothing else."""

    def __init__(self, data):
        self.names = {}
        for name, entries in data.items():
            records = [entry for entry in entries if entry != "TIMEOUT"]
            pairs = [pair for record in records for pair in record.items()]
            # Records of type SPF are meant as TXT where the name says nothing of TXT.
            if not any(kind == "TXT" for kind, _ in pairs):
                pairs += [("TXT", value) for kind, value in pairs if kind == "SPF"]
            self.names[self.fold(name)] = (pairs, "TIMEOUT" in entries)

    @staticmethod
    def fold(name):
        return name.lower().rstrip(".")

    @staticmethod
    def encode(kind, value):
        if kind == "TXT":
            strings = value if isinstance(value, list) else [value]
            return "".join(strings).encode("latin-1").hex()
        if kind == "MX":
            return value[1].rstrip(".")
        return value.rstrip(".")

    @staticmethod
    def name_of(question):
        try:
            return ipaddress.ip_address(question).reverse_pointer
        except ValueError:
            return question

    def answer(self, code, question):
        wanted = next(kind for kind, number in TYPES.items() if number == code)
        name = self.fold(self.name_of(question))
        for _ in range(ALIASES_MAX):
            if name not in self.names:
                return ["no-name"]
            pairs, timeout = self.names[name]
            values = [value for kind, value in pairs if kind == wanted and value != "NONE"]
            if "TIMEOUT" in values or (timeout and not values):
                return ["failed"]
            if values:
                return ["found"] + [self.encode(wanted, value) for value in values]
            alias = [value for kind, value in pairs if kind == "CNAME"]
            if not alias:
                return ["no-data"]
            name = self.fold(alias[0])
        return ["failed"]


class Suite(unittest.TestCase):
    program = None

    @classmethod
    def setUpClass(cls):
        # pylint: disable-next=consider-using-with
        cls.program = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    @classmethod
    def tearDownClass(cls):
        cls.program.communicate()
        assert cls.program.returncode == 0

    def say(self, *fields):
        self.program.stdin.write("\t".join(fields) + "\n")
        self.program.stdin.flush()

    def check(self, zone, test):
        """Returns the result and the domain's explanation."""
        self.say(test["host"], test["helo"], test["mailfrom"], RECEIVER)
        for line in self.program.stdout:
            mark, what, rest = line.rstrip("\n").split(" ", 2)
            if mark == "=":
                return what, rest
            self.say(*zone.answer(int(what), rest))
        return None, None

    def compare(self, scenario, test):
        zone = Zone(scenario["zonedata"])
        result, explanation = self.check(zone, test)
        allowed = test["result"] if isinstance(test["result"], list) else [test["result"]]
        self.assertIn(result, allowed)
        if "explanation" in test:
            expected = "" if test["explanation"] == "DEFAULT" else test["explanation"]
            self.assertEqual(explanation, expected)


def add_tests():
    with SUITE.open(encoding="utf-8") as file:
        for number, scenario in enumerate(yaml.safe_load_all(file)):
            for name, test in scenario["tests"].items():
                setattr(Suite, f"test_{number:02}_{name}",
                        lambda self, scenario=scenario, test=test: self.compare(scenario, test))


if __name__ == "__main__":
    if not SUITE.exists() and "CI" not in os.environ:
        print(f"1..0 # SKIP there is no {SUITE}")
        sys.exit(0)
    add_tests()
    tap.main()
