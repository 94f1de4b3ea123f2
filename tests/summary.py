#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Turns the logs of `meson test` into counts, one line a suite, all of them last; what failed says why before them.

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
REPORT = re.compile(r"(WARNING|ERROR): \w+Sanitizer: |: runtime error: |\*\* .*(ERROR|CRITICAL)|^(Bail out!|\w*Error\b)")
LINES_OF_A_REASON = 25
LINES_OF_A_TEST = 150
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


def is_reason(line):
    """Whether a line of a log begins to tell why its test failed."""
    point = POINT.match(line)
    return bool(point and point[1] and not point[2]) or bool(REPORT.search(line.lstrip("# ")))


def find_reasons(entry):
    """Returns the lines of a failed test's log from which somebody can tell why it failed."""
    lines = (entry.get("stdout", "") + "\n" + entry.get("stderr", "")).splitlines()
    shown, left = [], 0
    for line in lines:
        left = LINES_OF_A_REASON if is_reason(line) else left - 1
        if left > 0:
            shown.append(line)
    return shown[:LINES_OF_A_TEST] or lines[-LINES_OF_A_REASON:]


def read_tests(build_dir):
    """Returns what meson knows of each test: its suite and its protocol."""
    tests = json.loads((build_dir / "meson-info" / "intro-tests.json").read_text())
    return {test["name"]: (test["suite"][0].rpartition(":")[2], test["protocol"]) for test in tests}


def read_log(build_dir):
    """Returns the counts of each suite, and for each test that failed its name and the lines that tell why."""
    tests = read_tests(build_dir)
    suites, failures = collections.defaultdict(Counts), []
    for line in (build_dir / "meson-logs" / "testlog.json").read_text().splitlines():
        entry = json.loads(line)
        test = entry["name"].rpartition(" / ")[2]
        suite, protocol = tests[test]
        counts = count_test(entry, protocol)
        suites[suite].update(counts)
        if counts["failed"]:
            failures.append((f"{test}: {entry['result'].lower()}", find_reasons(entry)))
    return suites, failures


def main(build_dirs):
    total, report = Counts(), []
    for build_dir in map(pathlib.Path, build_dirs):
        try:
            suites, failures = read_log(build_dir)
        except (OSError, ValueError, KeyError) as error:
            report.append(f"{build_dir}: no test log: {error}")
            total["failed"] += 1
            continue
        for failure, reasons in failures:
            print(f"== {build_dir} {failure}", *reasons, sep="\n")
        for suite, counts in sorted(suites.items()):
            report.append(f"{build_dir} {suite}: {counts}")
            total.update(counts)
        report += [f"{build_dir} failed: {failure}" for failure, _ in failures]
    print(*report, total, sep="\n")
    return 0 if total["passed"] and not total["failed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
