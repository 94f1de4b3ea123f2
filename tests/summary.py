#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Turns the logs of `meson test` into counts, one line a suite, all of them last.

    summary.py BUILD-DIR...

A test that speaks TAP counts as many times as it has test points; one that does not, once.  A test that ended
badly with every point passed counts as one failure more.  The status is 0 only when something ran and nothing
failed; a build directory without a log (nothing was built, nothing ran) is a failure.
"""

import collections
import json
import pathlib
import re
import sys

POINT = re.compile(r"^(not )?ok\b[^#\n]*(?:#\s*(SKIP|TODO)\b)?", re.IGNORECASE | re.MULTILINE)
RESULTS = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}


class Counts(collections.Counter):
    def __str__(self):
        return ", ".join(f"{self[kind]} {kind}" for kind in ("passed", "failed", "skipped"))


def count_points(stdout):
    counts = Counts()
    for failed, directive in POINT.findall(stdout):
        if directive.upper() == "SKIP":
            counts["skipped"] += 1
        elif failed and not directive:
            counts["failed"] += 1
        else:
            counts["passed"] += 1
    return counts


def count_test(entry, protocol):
    result = RESULTS.get(entry["result"], "failed")
    counts = count_points(entry.get("stdout", "")) if protocol == "tap" else Counts()
    if result == "failed":
        counts["failed"] = max(counts["failed"], 1)
    elif not counts:
        counts[result] += 1
    return counts


def read_tests(build_dir):
    """Returns what meson knows of each test: its suite and its protocol."""
    tests = json.loads((build_dir / "meson-info" / "intro-tests.json").read_text())
    return {test["name"]: (test["suite"][0].rpartition(":")[2], test["protocol"]) for test in tests}


def read_log(build_dir):
    """Returns the counts of each suite, and the names of the tests that failed."""
    tests = read_tests(build_dir)
    suites, failures = collections.defaultdict(Counts), []
    for line in (build_dir / "meson-logs" / "testlog.json").read_text().splitlines():
        entry = json.loads(line)
        test = entry["name"].rpartition(" / ")[2]
        suite, protocol = tests[test]
        counts = count_test(entry, protocol)
        suites[suite].update(counts)
        if counts["failed"]:
            failures.append(f"{test}: {entry['result'].lower()}")
    return suites, failures


def main(build_dirs):
    total = Counts()
    for build_dir in map(pathlib.Path, build_dirs):
        try:
            suites, failures = read_log(build_dir)
        except (OSError, ValueError, KeyError) as error:
            print(f"{build_dir}: no test log: {error}")
            total["failed"] += 1
            continue
        for suite, counts in sorted(suites.items()):
            print(f"{build_dir} {suite}: {counts}")
            total.update(counts)
        for failure in failures:
            print(f"{build_dir} failed: {failure}")
    print(total)
    return 0 if total["passed"] and not total["failed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
