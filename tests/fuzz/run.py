#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs every fuzzer of a build for some seconds, as many at once as there are processors: run.py BUILD-DIR SECONDS.

What is checked in under corpus/ is where each begins.  New inputs stay in BUILD-DIR/fuzz/<name>/, an input that crashes
in BUILD-DIR/fuzz/<name>.crash-*; the status is 1 then.
"""

import os
import pathlib
import re
import subprocess
import sys
from concurrent import futures

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"


def run(fuzzer, work, seconds):
    """Returns a line for people, and whether all was well."""
    name = fuzzer.name.removeprefix("fuzz-")
    found = work / name
    found.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [fuzzer, f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=0",
         f"-artifact_prefix={work}/{name}.crash-", found, CORPUS / name],
        capture_output=True, text=True, errors="replace", check=False)
    executions = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
    count = executions.group(1) if executions else "?"
    if done.returncode == 0:
        return f"{name}: {count} executions, {len(list(found.iterdir()))} inputs found", True
    return f"{name}: failed after {count} executions\n{done.stderr[-4000:]}", False


def main(build_dir, seconds):
    fuzzers = [path for path in sorted(pathlib.Path(build_dir, "tests", "fuzz").glob("fuzz-*"))
               if path.is_file() and os.access(path, os.X_OK)]
    work = pathlib.Path(build_dir).resolve() / "fuzz"
    well = bool(fuzzers)
    with futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for line, fine in pool.map(lambda fuzzer: run(fuzzer, work, int(seconds)), fuzzers):
            print(line, flush=True)
            well = well and fine
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
