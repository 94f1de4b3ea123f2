# SPDX-License-Identifier: MIT
"""Runs the tests of a file and reports them as TAP, a line each, so that every one of them is counted."""

import sys
import traceback
import unittest


class Result(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.number = 0
        self.fine = True

    def point(self, test, fine=True, directive="", details=""):
        self.number += 1
        self.fine = self.fine and fine
        name = test.id().partition(".")[2].replace("#", "")
        print(f"{'ok' if fine else 'not ok'} {self.number} - {name}{directive}", flush=True)
        for line in details.splitlines():
            print(f"# {line}", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.point(test)

    def failed(self, test, error):
        self.point(test, False, details="".join(traceback.format_exception(*error)))

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.failed(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self.failed(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.failed(subtest, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.point(test, directive=f" # SKIP {reason}")


def main():
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    if len(sys.argv) > 1:
        suite = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[1:], sys.modules["__main__"])
    print("TAP version 13")
    print(f"1..{suite.countTestCases()}", flush=True)
    result = Result()
    suite.run(result)
    sys.exit(0 if result.fine and result.number else 1)
